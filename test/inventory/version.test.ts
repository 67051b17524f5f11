import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareVersions, isVersion } from "../../src/inventory/version.ts";

/** Release histories as their projects published them, oldest first. */
const HISTORIES = {
  "Apache httpd": ["1.3.42", "2.0.65", "2.2.34", "2.4.1", "2.4.9", "2.4.10", "2.4.29", "2.4.30"],
  OpenSSH: ["3.9p1", "4.3p2", "5.3p1", "6.6.1p1", "7.2p2", "7.10p1", "8.2p1", "8.9p1", "9.9p2"],
  OpenSSL: ["0.9.8zh", "1.0.0", "1.0.1", "1.0.1g", "1.0.2", "1.0.2k", "1.0.2u", "1.1.0", "3.0.0"],
  "OpenSSL 3": ["3.0.0-alpha17", "3.0.0-beta1", "3.0.0-beta2", "3.0.0", "3.0.1"],
  vsftpd: ["2.0.5", "2.3.4", "3.0.0", "3.0.3", "3.0.5"],
  DCMTK: ["3.5.4", "3.6.0", "3.6.1", "3.6.6", "3.6.10"],
  "Linux release candidates": ["5.9", "5.10-rc1", "5.10-rc2", "5.10", "5.10.1"],
};

describe("compareVersions", () => {
  for (const [product, history] of Object.entries(HISTORIES))
    it(`puts the releases of ${product} in the order in which they came out`, () => {
      for (let older = 0; older < history.length; older++)
        for (let newer = older + 1; newer < history.length; newer++) {
          const [a = "", b = ""] = [history[older], history[newer]];
          expect(compareVersions(a, b), `${a} < ${b}`).toBeLessThan(0);
          expect(compareVersions(b, a), `${b} > ${a}`).toBeGreaterThan(0);
        }
    });

  it.each([
    ["2.4", "2.4.0"],
    ["v2.4", "2.4"],
    ["2.04", "2.4"],
    ["1.0.0-RC1", "1.0.0-rc1"],
    ["3.0.0-rc1", "3-rc1"],
  ])("takes %s and %s for the same", (left, right) => {
    expect(compareVersions(left, right)).toBe(0);
  });

  it("compares numbers too long for a double", () => {
    expect(compareVersions("1.9007199254740993", "1.9007199254740992")).toBeGreaterThan(0);
  });

  it("agrees with sort -V of GNU coreutils on dotted numbers", () => {
    const number = fc.integer({ min: 0, max: 120 });
    // At least one not zero at the end: `sort -V` does not take 2.4 and 2.4.0 for the same.
    const version = fc
      .tuple(fc.array(number, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 120 }))
      .map(([front, last]) => [...front, last].join("."));
    const samples = fc.sample(version, { numRuns: 200, seed: 7 });
    const ours = [...new Set(samples)].sort(compareVersions);
    const sorted = execFileSync("sort", ["-V"], { input: `${ours.toReversed().join("\n")}\n` });
    expect(ours).toEqual(sorted.toString().trim().split("\n"));
  });

  it("is a total order on anything that looks like a version", () => {
    const part = fc.oneof(
      fc.integer({ min: 0, max: 30 }).map(String),
      fc.constantFrom("p", "rc", "beta", "k", "0", "00", "ubuntu"),
    );
    const text = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("."));
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("isVersion", () => {
  it("needs a digit in front", () => {
    expect(["2.4", "v3", "7"].every(isVersion)).toBe(true);
    expect(["", "unknown", "-1", "vx", "OFFIS_DCMTK_366"].some(isVersion)).toBe(false);
  });
});
