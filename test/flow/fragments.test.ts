import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fragments } from "../../src/flow/fragments.ts";
import { decodeDatagram, decodeFrame } from "../../src/packet/decode.ts";
import { Packet } from "../../src/packet/packet.ts";

const payload = Uint8Array.from({ length: 3000 }, (_, index) => (index * 13 + (index >> 7)) & 255);

/** One fragment of a UDP datagram with `payload`, as raw IPv4. `at` and `length` count the IP payload. */
function fragment(at: number, length: number, more: boolean, id = 7): Uint8Array {
  const udp = new Uint8Array(8 + payload.length);
  udp.set([0x30, 0x39, 0, 69, (8 + payload.length) >> 8, (8 + payload.length) & 255, 0, 0]);
  udp.set(payload, 8);
  const part = udp.subarray(at, at + length);
  const word = (at / 8) | (more ? 0x2000 : 0);
  const total = 20 + part.length;
  const header = [0x45, 0, total >> 8, total & 255, 0, id, word >> 8, word & 255, 64, 17, 0, 0];
  return Uint8Array.from([...header, 10, 0, 0, 1, 10, 0, 0, 2, ...part]);
}

function add(fragments: Fragments, bytes: Uint8Array, timestamp = 1_000_000): boolean {
  const packet = new Packet();
  packet.timestamp = timestamp;
  decodeFrame(packet, bytes, 0, bytes.length, bytes.length, 101);
  return fragments.add(packet);
}

function assembled(fragments: Fragments): { port: number; data: number[] } {
  const packet = new Packet();
  decodeDatagram(packet, fragments.bytes, fragments.start, fragments.end);
  const data = [...packet.bytes.subarray(packet.payload, packet.payloadEnd)];
  return { port: packet.destinationPort, data };
}

const parts = [0, 800, 1600, 2400].map((at) => [at, at === 2400 ? 608 : 800, at !== 2400] as const);

describe("fragments", () => {
  test("make the datagram again in any order, whatever comes twice", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(parts, { minLength: 4 }),
        fc.array(fc.constantFrom(...parts), { maxLength: 3 }),
        (order, again) => {
          const fragments = new Fragments();
          const sent = [...order.slice(0, 3), ...again, ...order.slice(3)];
          const results = sent.map(([at, length, more]) =>
            add(fragments, fragment(at, length, more)),
          );
          const complete = results.indexOf(true);
          expect(complete).toBeGreaterThanOrEqual(3);
          if (complete === results.length - 1) {
            expect(assembled(fragments)).toEqual({ port: 69, data: [...payload] });
          }
        },
      ),
    );
  });

  test("that overlap keep the bytes that came first", () => {
    const fragments = new Fragments();
    add(fragments, fragment(0, 1600, true));
    const evil = fragment(800, 1608, true);
    evil.fill(0xee, 20 + 8, 20 + 800);
    add(fragments, evil);
    expect(add(fragments, fragment(2400, 608, false))).toBe(true);
    expect(assembled(fragments).data).toEqual([...payload]);
  });

  test("of which one is missing make nothing, and do not mix with those of another datagram", () => {
    const fragments = new Fragments();
    add(fragments, fragment(0, 1600, true, 1));
    expect(add(fragments, fragment(1600, 1408, false, 2))).toBe(false);
  });

  test("are given up after a minute of packet time, and bounded in number", () => {
    const fragments = new Fragments();
    add(fragments, fragment(0, 1600, true));
    expect(add(fragments, fragment(1600, 1408, false), 90e6)).toBe(false);
    for (let id = 0; id < 256; id++) add(fragments, fragment(0, 8, true, id), 91e6);
    const two = fragment(0, 8, true, 3);
    two[12] = 11;
    add(fragments, two, 91e6);
    expect(fragments.statistics().abandoned).toBeGreaterThanOrEqual(2);
  });

  test("beyond the largest datagram are refused", () => {
    const fragments = new Fragments();
    const ping = fragment(0, 800, false);
    ping[6] = 0x1f;
    ping[7] = 0xff;
    expect(add(fragments, ping)).toBe(false);
    expect(fragments.statistics().refused).toBe(1);
  });
});
