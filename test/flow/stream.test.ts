import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SegmentPool } from "../../src/flow/segments.ts";
import { Stream } from "../../src/flow/stream.ts";

/** Collects what one direction delivers: bytes, and holes as `-1` per byte. */
class Collector {
  readonly received: number[] = [];
  unreadBytes = 0;
  bytes(_side: number, bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at++) this.received.push(bytes[at] as number);
  }
  hole(_side: number, count: number): void {
    for (let at = 0; at < count; at++) this.received.push(-1);
  }
  unread(): number {
    return this.unreadBytes;
  }
}

function open(first: number) {
  const pool = new SegmentPool();
  const collector = new Collector();
  const stream = new Stream(pool, collector, 0);
  stream.start(first | 0);
  return { pool, collector, stream };
}

const original = Uint8Array.from({ length: 5000 }, (_, index) => (index * 7 + (index >> 8)) & 255);

/** Cuts the original into segments at these places, each again and overlapping as told. */
const segments = fc
  .array(fc.tuple(fc.nat(4999), fc.integer({ min: 1, max: 3000 })), { maxLength: 40 })
  .map((extra) => {
    const cover = Array.from({ length: 10 }, (_, index) => ({ at: index * 500, length: 500 }));
    const more = extra.map(([at, length]) => ({ at, length: Math.min(length, 5000 - at) }));
    return [...cover, ...more];
  });

describe("a TCP direction", () => {
  test("comes out in order, whole and once, however its segments arrive", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffffffff }),
        segments.chain((list) => fc.shuffledSubarray(list, { minLength: list.length })),
        (first, arrivals) => {
          const { pool, collector, stream } = open(first);
          for (const { at, length } of arrivals) {
            stream.segment((first + at) | 0, original, at, at + length, length);
          }
          stream.finish();
          expect(collector.received).toEqual([...original]);
          expect(stream.streamed).toBe(5000);
          expect(pool.used).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("an overlap keeps what came first", () => {
    const { collector, stream } = open(0);
    stream.segment(0, Uint8Array.of(1, 2, 3, 4), 0, 4, 4);
    stream.segment(2, Uint8Array.of(9, 9, 5, 6), 0, 4, 4);
    expect(collector.received).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("a hole is told once the flow ends, with its exact size", () => {
    const { collector, stream } = open(0);
    stream.segment(0, original, 0, 10, 10);
    stream.segment(15, original, 15, 20, 5);
    expect(collector.received).toHaveLength(10);
    stream.finish();
    expect(collector.received).toEqual([
      ...original.slice(0, 10),
      -1,
      -1,
      -1,
      -1,
      -1,
      ...original.slice(15, 20),
    ]);
  });

  test("a hole that the other end acknowledged is given up after a while, not at once", () => {
    const { collector, stream } = open(0);
    stream.segment(5, original, 5, 10, 5);
    stream.acknowledged(10, 1_000_000);
    expect(collector.received).toEqual([]);
    stream.acknowledged(10, 1_100_000);
    expect(collector.received).toEqual([-1, -1, -1, -1, -1, ...original.slice(5, 10)]);
  });

  test("the acknowledgment of a FIN is no hole", () => {
    const { collector, stream } = open(0);
    stream.segment(0, original, 0, 5, 5);
    stream.end(5);
    for (let time = 1; time < 20; time++) stream.acknowledged(6, time * 1e6);
    expect(collector.received).toEqual([...original.slice(0, 5)]);
    expect(stream.streamed).toBe(5);
  });

  test("a late segment still fills its hole when it comes in time", () => {
    const { collector, stream } = open(0);
    stream.segment(5, original, 5, 10, 5);
    stream.acknowledged(10, 1_000_000);
    stream.segment(0, original, 0, 5, 5);
    stream.acknowledged(10, 1_100_000);
    expect(collector.received).toEqual([...original.slice(0, 10)]);
  });

  test("the part of a segment that the capture cut is a hole", () => {
    const { collector, stream } = open(0);
    stream.segment(0, original, 0, 3, 5);
    stream.segment(5, original, 5, 7, 2);
    expect(collector.received).toEqual([...original.slice(0, 3), -1, -1, ...original.slice(5, 7)]);
  });

  test("a hole in bytes that nobody reads is not waited for", () => {
    const { collector, stream } = open(0);
    collector.unreadBytes = 100;
    stream.segment(50, original, 50, 60, 10);
    expect(collector.received.filter((byte) => byte >= 0)).toEqual([...original.slice(50, 60)]);
  });

  test("waiting segments are bounded: too many behind one hole give it up", () => {
    const { pool, collector, stream } = open(0);
    for (let index = 0; index < 1000; index++) {
      stream.segment(10 + index, original, 0, 1, 1);
    }
    expect(pool.peak).toBeLessThan(200);
    expect(collector.received.slice(0, 10)).toEqual(new Array(10).fill(-1));
    expect(collector.received).toHaveLength(1010);
  });
});
