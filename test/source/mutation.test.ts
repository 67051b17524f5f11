/** Recorded captures, damaged at random: whatever happens to a file, we say what is wrong and go on. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openFiles } from "../../src/source/files.ts";
import {
  block,
  enhancedPacket,
  joined,
  networkInterface,
  section,
  simplePacket,
} from "./build-capture.ts";
import { ownCaptures, read, temporary } from "./read-capture.ts";

/** One change of the bytes of a file, at a place given as a fraction of its length. */
type Change =
  | { readonly kind: "set"; readonly place: number; readonly bytes: Uint8Array }
  | { readonly kind: "insert"; readonly place: number; readonly bytes: Uint8Array }
  | { readonly kind: "remove"; readonly place: number; readonly count: number };

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const interesting = fc.constantFrom(0, 1, 3, 12, 0x7f, 0x80, 0xff);
const bytes = fc
  .array(fc.oneof(interesting, fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 })
  .map((values) => Uint8Array.from(values));
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), place, bytes }),
  fc.record({ kind: fc.constant("insert" as const), place, bytes }),
  fc.record({
    kind: fc.constant("remove" as const),
    place,
    count: fc.integer({ min: 1, max: 40 }),
  }),
);

/** The changed bytes, and the first place at which they differ. */
function apply(original: Uint8Array, changes: readonly Change[]): [Uint8Array, number] {
  let result = original;
  let first = original.length;
  for (const one of changes) {
    const at = Math.floor(one.place * result.length);
    first = Math.min(first, at);
    const before = result.subarray(0, at);
    if (one.kind === "insert") result = joined(before, one.bytes, result.subarray(at));
    else if (one.kind === "remove") result = joined(before, result.subarray(at + one.count));
    else {
      const after = result.subarray(at + one.bytes.length);
      result = joined(before, one.bytes.subarray(0, result.length - at), after);
    }
  }
  return [result, first];
}

/** Every kind of block, twice, with the bytes of a recorded frame. */
function blocksOf(capture: Uint8Array): Uint8Array {
  const data = capture.subarray(40, 40 + 60);
  const one = (order: "little" | "big") => [
    section(order),
    networkInterface(order, { resolution: 9, snapLength: 96 }),
    networkInterface(order, { linkType: 105 }),
    enhancedPacket(order, { data }),
    simplePacket(order, 60, data),
    block(order, 0x7777, data),
    enhancedPacket(order, { data, index: 1 }),
    enhancedPacket(order, { data }),
  ];
  return joined(...one("little"), ...one("big"));
}

const recorded = ownCaptures(".pcap", 6).map((path) => new Uint8Array(readFileSync(path)));
const seeds: [string, Uint8Array, string][] = [
  ...recorded.map((capture, index): [string, Uint8Array, string] => [
    `pcap ${index + 1}`,
    capture,
    "pcap",
  ]),
  ["pcapng", blocksOf(recorded[0] as Uint8Array), "pcapng"],
];

describe("a damaged capture", () => {
  it.each(seeds)("delivers what lies before the damage: %s", async (_, original, extension) => {
    const whole = await read(temporary(`whole.${extension}`, original));
    expect(whole.frames).toBeGreaterThan(0);
    const changes = fc.array(change, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const [damaged, first] = apply(original, list);
        const cut = await read(temporary(`cut.${extension}`, original.subarray(0, first)));
        const reading = await read(temporary(`damaged.${extension}`, damaged));
        expect(reading.seen.slice(0, cut.frames)).toEqual(whole.seen.slice(0, cut.frames));
        expectToBeSound(reading.seen, damaged.length);
        expect(reading.damage.length).toBeLessThanOrEqual(MOST_DAMAGE);
        for (const { offset, message } of reading.damage) {
          expect(offset).toBeLessThanOrEqual(damaged.length);
          expect(message).toMatch(/^\S.*[^.\s]$/);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("stays inside the buffer with every frame, packed or not", async () => {
    const [original = new Uint8Array(0)] = recorded;
    const packed = new Uint8Array(gzipSync(original));
    const changes = fc.array(change, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(changes, fc.boolean(), async (list, pack) => {
        const [damaged] = apply(pack ? packed : original, list);
        const source = openFiles([temporary("damaged", damaged)]);
        await source.run(({ bytes: all, start, length, timestamp }) => {
          expect(start + length).toBeLessThanOrEqual(all.length);
          expect(Number.isInteger(timestamp)).toBe(true);
        }, new AbortController().signal);
      }),
      { numRuns: 150 },
    );
  });
});

/** One for each section that a change can bring a link type of its own into, and one for the end. */
const MOST_DAMAGE = 5;

interface Sound {
  readonly number: number;
  readonly length: number;
}

/** Frames are numbered upwards, and none is longer than the file. */
function expectToBeSound(seen: readonly Sound[], size: number): void {
  for (const [index, { number, length }] of seen.entries()) {
    expect(number).toBeGreaterThan(seen[index - 1]?.number ?? 0);
    expect(length).toBeLessThanOrEqual(size);
  }
}
