import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import { requiredText } from "../../src/signature/required-text.ts";

const FOLDER = fileURLToPath(new URL("../../signatures/", import.meta.url));

describe("requiredText", () => {
  it.each([
    ["^SSH-2\\.0-OpenSSH_(?<version>[0-9.]+p\\d+)", "SSH-2.0-OpenSSH_"],
    ["^220 \\(vsFTPd (?<version>[0-9.]+)\\)$", "220 (vsFTPd "],
    ["Server(?:s)?/(?P<v>\\d)", "Server"],
    ["colou?r printer", "r printer"],
    ["lots+ of them", " of them"],
    ["aab{2,3}cd", ""],
    ["abcd*ef", "abc"],
    ["\\bDSM-[0-9]+\\b", "DSM-"],
    ["[]a]bcd[^]x]ef", "bcd"],
    ["[[:alpha:]]+word", "word"],
  ])("of %s is %j", (source, text) => {
    expect(RE2JS.compile(source)).toBeDefined();
    expect(requiredText(source)).toBe(text);
  });

  it.each([
    "one|two",
    "(?i)pump",
    "pump(?i:s)",
    "(?s:.)pump",
    "\\Qa.b\\Epump",
    "(one",
    "pump)",
    "[abc",
    "\\x41pump",
    "\\pLpump",
  ])("of %s is not sure", (source) => {
    expect(requiredText(source)).toBe("");
  });

  it("is in every text that the expression matches", () => {
    // An expression part by part, each with a text that it matches.
    const atom = fc.constantFrom(
      ...[..."abcabcabcabcabcabcabc"].map((letter) => [letter, letter] as const),
      ...([
        ["\\.", "."],
        [".", "b"],
        ["[ab]", "a"],
        ["[^a]", "c"],
        ["[]b]", "]"],
        ["\\w", "a"],
        ["\\b", ""],
        ["-", "-"],
        ["(abc|b)", "b"],
        ["(?:abc)", "abc"],
        ["(?<n>b)", "b"],
        ["((a)b|)", ""],
        ["(a[)]b)", "a)b"],
        ["(\\)a)", ")a"],
      ] as const),
    );
    const repeat = fc.constantFrom(
      ...Array.from({ length: 40 }, () => ["", 1] as const),
      ...([
        ["?", 0],
        ["*", 0],
        ["*", 2],
        ["+", 1],
        ["+?", 2],
        ["{2}", 2],
        ["{0,1}", 0],
        ["{1,}", 1],
      ] as const),
    );
    const parts = fc.array(fc.tuple(atom, repeat), { minLength: 4, maxLength: 16 });
    let told = 0;
    fc.assert(
      fc.property(parts, (chosen) => {
        const source = chosen.map(([[sign], [count]]) => sign + count).join("");
        const text = chosen.map(([[, one], [, count]]) => one.repeat(count)).join("");
        let compiled: RE2JS;
        try {
          compiled = RE2JS.compile(source);
        } catch {
          return;
        }
        if (!compiled.test(text)) return;
        const part = requiredText(source);
        if (part !== "") told++;
        expect(text).toContain(part);
      }),
      { numRuns: 3000 },
    );
    expect(told).toBeGreaterThan(200);
  });

  it("is found in most expressions of our own signatures", () => {
    const sources = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".yaml"))
      .flatMap((path) => [
        ...readFileSync(join(FOLDER, path), "utf8").matchAll(/: '?\/(.+)\/i?'?$/gm),
      ])
      .map((match) => match[1] ?? "");
    expect(sources.length).toBeGreaterThan(100);
    const found = sources.filter((source) => requiredText(source) !== "");
    expect(found.length / sources.length).toBeGreaterThan(0.6);
  });
});
