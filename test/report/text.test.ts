import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bytes,
  clock,
  columns,
  compareText,
  fold,
  grouped,
  printable,
  span,
} from "../../src/report/text.ts";

describe("text for people", () => {
  it("groups digits by three in every locale", () => {
    fc.assert(
      fc.property(fc.nat(), (value) => {
        expect(grouped(value)).toBe(new Intl.NumberFormat("en-US").format(value));
      }),
    );
  });

  it("gives sizes in powers of 1000", () => {
    expect([0, 999, 1000, 1_234_567, 999_960, 5e12].map(bytes)).toEqual([
      "0 B",
      "999 B",
      "1.0 kB",
      "1.2 MB",
      "1.0 MB",
      "5.0 TB",
    ]);
  });

  it("shows time as UTC, and a span with its date once", () => {
    expect(clock(0)).toBe("1970-01-01 00:00:00");
    expect(clock(Number.NaN)).toBe("1970-01-01 00:00:00");
    expect(clock(1e300)).toMatch(/^2255-/);
    expect(span(0, 0)).toBe("1970-01-01 00:00:00 UTC");
    expect(span(0, 61_000_000)).toBe("1970-01-01 00:00:00 to 00:01:01 UTC");
    expect(span(0, 86_400_000_000)).toBe("1970-01-01 00:00:00 to 1970-01-02 00:00:00 UTC");
  });

  it("folds without losing or adding a word", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,12}$/)),
        fc.integer({ min: 12, max: 60 }),
        (words, width) => {
          const lines = fold(words.join(" "), width);
          expect(lines.join(" ")).toBe(words.join(" "));
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it("aligns columns and leaves no space at the end", () => {
    expect(
      columns(
        [
          ["a", "bb"],
          ["ccc", ""],
        ],
        1,
      ),
    ).toEqual([" a    bb", " ccc"]);
  });

  it("keeps letters of every script and drops what a terminal obeys", () => {
    expect(printable("Ünïcode 患者 عنبر")).toBe("Ünïcode 患者 عنبر");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it("compares by code unit, as `sort` without a locale does", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        expect([...words].sort(compareText)).toEqual([...words].sort());
      }),
    );
  });
});
