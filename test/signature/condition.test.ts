import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  anyOf,
  type Captures,
  equals,
  exists,
  expression,
  has,
  not,
  prefix,
  version,
} from "../../src/signature/condition.ts";

function holds(test: ReturnType<typeof equals>, value: string | number | undefined): boolean {
  return test(value, {});
}

describe("a plain value", () => {
  it("compares text without case and numbers as numbers", () => {
    expect(holds(equals("Telnet"), "telnet")).toBe(true);
    expect(holds(equals(23), 23)).toBe(true);
    expect(holds(equals(23), "23")).toBe(true);
    expect(holds(equals("23"), 23)).toBe(true);
    expect(holds(equals("tel"), "telnet")).toBe(false);
    expect(holds(equals(23), undefined)).toBe(false);
  });
});

describe("an expression", () => {
  it("matches somewhere in the text and keeps its named groups", () => {
    const { test, groups } = expression("vsFTPd (?<version>[0-9.]+)(?<rest>x)?", false);
    const captures: Captures = {};
    expect(groups).toEqual(["version", "rest"]);
    expect(test("220 (vsFTPd 3.0.3)", captures)).toBe(true);
    expect(captures).toEqual({ version: "3.0.3" });
    expect(test("VSFTPD 3", {})).toBe(false);
  });

  it("ignores case when asked", () => {
    expect(holds(expression("vsftpd", true).test, "VsFTPd")).toBe(true);
  });

  it("agrees with the built-in engine where both know the syntax", () => {
    const sources = ["^a+b?$", "(?:ab|c)[0-9]{1,2}", "[^ ]+ x", "\\bfoo\\b", "a.c|^$"];
    const text = fc.stringMatching(/^[abcx0-9 fo]{0,12}$/);
    fc.assert(
      fc.property(fc.constantFrom(...sources), text, (source, input) => {
        expect(holds(expression(source, false).test, input)).toBe(new RegExp(source).test(input));
      }),
    );
  });

  it("takes time in proportion to the text, whatever the expression", () => {
    const { test } = expression("^(a+)+(?<x>b)$", false);
    const started = process.hrtime.bigint();
    for (let run = 0; run < 50; run++) holds(test, `${"a".repeat(100_000)}!`);
    // A backtracking engine would need longer than the age of the universe.
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(5000);
  });

  it("cuts what it captures", () => {
    const captures: Captures = {};
    expression("(?<all>.*)", false).test("y".repeat(5000), captures);
    expect(captures.all).toHaveLength(128);
  });
});

describe("a version bound", () => {
  it("compares numbers as numbers", () => {
    expect(holds(version("below", "2.4.30"), "2.4.29")).toBe(true);
    expect(holds(version("below", "2.4.29"), "2.4.9")).toBe(true);
    expect(holds(version("below", "2.4.29"), "2.4.29")).toBe(false);
    expect(holds(version("from", "2.4.29"), "2.4.29")).toBe(true);
    expect(holds(version("above", "8.2"), "8.2p1")).toBe(true);
    expect(holds(version("to", "8.2"), "8.2p1")).toBe(false);
  });

  it("is not met by what is no version", () => {
    for (const order of ["below", "from", "above", "to"] as const) {
      expect(holds(version(order, "2"), "unknown")).toBe(false);
      expect(holds(version(order, "2"), undefined)).toBe(false);
    }
  });
});

describe("lists", () => {
  it("`prefix` looks at the beginning, without case", () => {
    expect(holds(prefix(["1.2.276.", "x"]), "1.2.276.0.7230010")).toBe(true);
    expect(holds(prefix(["PUMP"]), "pump-12")).toBe(true);
    expect(holds(prefix(["ump"]), "pump")).toBe(false);
  });

  it("`has` looks for a whole item", () => {
    expect(holds(has(["diffie-hellman-group1-sha1"]), "a,diffie-hellman-group1-sha1,b")).toBe(true);
    expect(holds(has(["group1"]), "diffie-hellman-group1-sha1")).toBe(false);
    expect(holds(has(["b"]), "a b  c")).toBe(true);
  });

  it("any of them is enough, and only the first that holds captures", () => {
    const captures: Captures = {};
    const tests = anyOf([expression("(?<x>b)", false).test, expression("(?<x>a)", false).test]);
    expect(tests("ab", captures)).toBe(true);
    expect(captures).toEqual({ x: "b" });
  });
});

describe("presence", () => {
  it("`exists` asks for it, `not` turns any condition round", () => {
    expect(holds(exists(true), "")).toBe(true);
    expect(holds(exists(false), undefined)).toBe(true);
    expect(holds(not(equals("a")), undefined)).toBe(true);
    expect(holds(not(equals("a")), "a")).toBe(false);
  });
});
