import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Claim, Family } from "../../src/inventory/device.ts";
import { best, HIGH, THRESHOLD, weigh } from "../../src/inventory/ledger.ts";

const FAMILIES: Family[] = ["declared", "banner", "stack", "crypto", "behaviour", "weak"];

function claim(value: string, family: Family, confidence: number, signature = "a"): Claim {
  const evidence = { capture: "c", frame: 1 };
  return { attribute: "vendor", value, family, confidence, signature, because: "x: y", evidence };
}

function confidenceOf(value: string, claims: readonly Claim[]): number {
  return weigh(claims).find((each) => each.value === value)?.confidence ?? 0;
}

const anyClaim = fc
  .record({
    value: fc.constantFrom("Siemens", "Siemens Healthineers", "Philips", "Dräger", "GE"),
    family: fc.constantFrom(...FAMILIES),
    confidence: fc.integer({ min: 0, max: 100 }),
    signature: fc.constantFrom("a", "b", "c", "d"),
  })
  .map(({ value, family, confidence, signature }) => claim(value, family, confidence, signature));
const claims = fc.array(anyClaim, { maxLength: 12 });

describe("weigh", () => {
  it("computes the example of its documentation", () => {
    const pair = [claim("Siemens", "declared", 95), claim("Siemens", "weak", 50)];
    expect(confidenceOf("Siemens", pair)).toBe(94);
    const contradicted = [...pair, claim("Dräger", "banner", 75)];
    expect(confidenceOf("Siemens", contradicted)).toBe(90);
    expect(confidenceOf("Dräger", contradicted)).toBe(4);
  });

  it("gives a single claim its own confidence, up to the ceiling of its family", () => {
    expect(confidenceOf("GE", [claim("GE", "banner", 60)])).toBe(60);
    expect(confidenceOf("GE", [claim("GE", "banner", 99)])).toBe(75);
    expect(confidenceOf("GE", [claim("GE", "weak", 99)])).toBe(60);
  });

  it("does not count claims of one family twice", () => {
    const one = [claim("GE", "banner", 60, "a")];
    expect(confidenceOf("GE", [...one, claim("GE", "banner", 55, "b")])).toBe(60);
  });

  it("lets what is declared win over a banner that says otherwise", () => {
    const both = [claim("GE", "declared", 90), claim("Dell", "banner", 99)];
    const hypotheses = weigh(both);
    expect(hypotheses.map(({ value }) => value)).toEqual(["GE", "Dell"]);
    expect(best(hypotheses, "vendor")?.value).toBe("GE");
  });

  it("abstains between equals", () => {
    const hypotheses = weigh([claim("GE", "banner", 90), claim("Dell", "crypto", 90)]);
    expect(best(hypotheses, "vendor")).toBeUndefined();
    expect(hypotheses).toHaveLength(2);
  });

  it("shows the more exact of two values that do not contradict each other", () => {
    const exact = [claim("Windows", "stack", 60), claim("Windows XP", "banner", 70, "b")];
    expect(best(weigh(exact), "vendor")).toEqual({ value: "Windows XP", confidence: 70 });
    expect(confidenceOf("Windows", exact)).toBeGreaterThanOrEqual(HIGH);
    const vague = [claim("Windows", "stack", 60), claim("Windows XP", "banner", 30, "b")];
    expect(best(weigh(vague), "vendor")?.value).toBe("Windows");
  });

  it("keeps attributes apart", () => {
    const role: Claim = { ...claim("pump", "banner", 70), attribute: "role" };
    const hypotheses = weigh([role, claim("GE", "banner", 60)]);
    expect(best(hypotheses, "role")).toEqual({ value: "pump", confidence: 70 });
    expect(best(hypotheses, "vendor")).toEqual({ value: "GE", confidence: 60 });
    expect(best(hypotheses, "os")).toBeUndefined();
  });

  it("does not depend on the order of claims", () => {
    fc.assert(
      fc.property(claims, fc.infiniteStream(fc.nat()), (all, order) => {
        const shuffled = all
          .map((each) => ({ each, key: order.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each);
        expect(weigh(shuffled)).toEqual(weigh(all));
      }),
    );
  });

  it("never trusts a value more because another one contradicts it", () => {
    fc.assert(
      fc.property(claims, anyClaim, (all, more) => {
        const before = weigh(all);
        const after = weigh([...all, more]);
        for (const { value, confidence } of before) {
          const related = [value, more.value].sort((a, b) => a.length - b.length);
          if (related[1]?.startsWith(related[0] ?? "")) continue;
          const now = after.find((each) => each.value === value)?.confidence ?? 0;
          expect(now).toBeLessThanOrEqual(confidence);
        }
      }),
    );
  });

  it("never trusts a value less because another family says so too", () => {
    fc.assert(
      fc.property(claims, anyClaim, (all, more) => {
        const before = weigh(all).find((each) => each.value === more.value)?.confidence ?? 0;
        const after = weigh([...all, more]).find((each) => each.value === more.value);
        if (after !== undefined) expect(after.confidence).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  it("never calls high what one family alone supports", () => {
    fc.assert(
      fc.property(claims, fc.constantFrom(...FAMILIES), (all, family) => {
        const alone = all.map((each) => ({ ...each, family }));
        for (const { confidence } of weigh(alone)) expect(confidence).toBeLessThan(HIGH);
      }),
    );
  });

  it("stays between 0 and 100, and shows nothing below the threshold", () => {
    fc.assert(
      fc.property(claims, (all) => {
        const hypotheses = weigh(all);
        for (const { confidence } of hypotheses) {
          expect(confidence).toBeGreaterThanOrEqual(0);
          expect(confidence).toBeLessThanOrEqual(100);
        }
        const shown = best(hypotheses, "vendor");
        if (shown !== undefined) expect(shown.confidence).toBeGreaterThanOrEqual(THRESHOLD);
      }),
    );
  });
});
