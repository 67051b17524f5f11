import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TimeResolution } from "../../src/source/time-resolution.ts";

const WORD = 1n << 32n;

/** The definition, in integers of any size: units ÷ (units in a second) in µs, rounded down. */
function exact(resolution: number, units: bigint, offset: bigint): bigint {
  const exponent = BigInt(resolution & 0x7f);
  const perSecond = resolution & 0x80 ? 2n ** exponent : 10n ** exponent;
  return (units * 1_000_000n) / perSecond + offset * 1_000_000n;
}

function ours(resolution: number, units: bigint, offset: bigint): number {
  const time = new TimeResolution(resolution, Number(offset));
  return time.toMicroseconds(Number(units / WORD), Number(units % WORD));
}

describe("pcapng time resolution", () => {
  it("takes microseconds when the interface does not say", () => {
    expect(new TimeResolution().toMicroseconds(1, 5)).toBe(2 ** 32 + 5);
  });

  it("rounds nanoseconds down where a double would round up", () => {
    // 1,700,000,000.123456999 s: the nanoseconds do not fit a double's 53 bits.
    const units = 1_700_000_000_123_456_999n;
    expect(Number(units) / 1000).not.toBeLessThan(1_700_000_000_123_457);
    expect(ours(9, units, 0n)).toBe(1_700_000_000_123_456);
  });

  it("equals integer arithmetic for every resolution, unit and offset that means a date", () => {
    const resolution = fc.integer({ min: 0, max: 255 });
    const units = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const offset = fc.bigInt({ min: -4_000_000_000n, max: 4_000_000_000n });
    fc.assert(
      fc.property(resolution, units, fc.nat({ max: 63 }), offset, (code, any, shift, seconds) => {
        const value = any >> BigInt(shift);
        const expected = exact(code, value, seconds);
        const unshifted = expected - seconds * 1_000_000n;
        fc.pre(unshifted <= BigInt(Number.MAX_SAFE_INTEGER));
        expect(ours(code, value, seconds)).toBe(Number(expected));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([0, 3, 6, 7, 9, 12, 13, 15, 18, 20, 127])("is exact at the edges of 10^-%d s", (code) => {
    for (const seconds of [0n, 1n, 1_700_000_000n, 4_294_967_295n]) {
      for (const beside of [-1n, 0n, 1n]) {
        const units = seconds * 10n ** BigInt(code) + beside;
        if (units < 0n || units >= 2n ** 64n) continue;
        expect(ours(code, units, 0n)).toBe(Number(exact(code, units, 0n)));
      }
    }
  });

  it("never yields anything but a number for times that mean no date", () => {
    for (let code = 0; code < 256; code++) {
      const time = new TimeResolution(code, -(2 ** 63));
      expect(Number.isFinite(time.toMicroseconds(0xffff_ffff, 0xffff_ffff))).toBe(true);
    }
  });
});
