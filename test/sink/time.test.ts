import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eveTime, parseEveTime } from "../../src/sink/time.ts";

describe("EVE timestamps", () => {
  it("are UTC with microseconds and an offset without colon", () => {
    expect(eveTime(1_795_230_245_123_456)).toBe("2026-11-21T03:04:05.123456+0000");
    expect(eveTime(0)).toBe("1970-01-01T00:00:00.000000+0000");
  });

  it("come back as the same microseconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (us) => {
        expect(parseEveTime(eveTime(us))).toBe(us);
      }),
    );
  });

  it("keep their form for any number that a capture can claim", () => {
    fc.assert(
      fc.property(fc.double(), (us) => {
        // Suricata's own schema demands this form.
        expect(eveTime(us)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+0000$/);
      }),
    );
  });

  it("are not read from another form", () => {
    for (const text of ["", "2026-11-21T03:04:05Z", "2026-13-41T03:04:05.123456+0000", "now"]) {
      expect(parseEveTime(text)).toBeUndefined();
    }
  });
});
