import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { loadAnalyzers } from "../../src/analysis/registry.ts";
import { beliefOf } from "../../src/signature/believe.ts";
import { cacheText, hashOf, readCache } from "../../src/signature/cache.ts";
import { loadSignatures, packSignatures } from "../../src/signature/load.ts";
import type { SignatureSet } from "../../src/signature/set.ts";
import { observationOf } from "../../src/signature/verify.ts";

const FOLDER = fileURLToPath(new URL("../../signatures/", import.meta.url));
const { vocabulary } = await loadAnalyzers();

it("gives the signatures that their texts give", () => {
  const folder = mkdtempSync(join(tmpdir(), "auscult-cache-"));
  const file = join(folder, "cache.json");
  writeFileSync(file, cacheText(packSignatures(FOLDER)));
  const cache = readCache(file);
  rmSync(folder, { recursive: true });
  const parsed = loadSignatures(FOLDER, vocabulary).signatures;
  const cached = loadSignatures(FOLDER, vocabulary, { examples: false, cache }).signatures;
  expect(cached.signatures.map(withoutExamples)).toEqual(parsed.signatures.map(withoutExamples));

  const found = (set: SignatureSet) =>
    parsed.signatures
      .flatMap(({ examples, counterexamples }) => [...examples, ...counterexamples])
      .map(observationOf)
      .map((observation) =>
        set
          .match(observation, () => undefined)
          .map((match) => [
            match.signature.id,
            match.holds,
            beliefOf(match, observation, () => "d"),
          ]),
      );
  expect(found(cached)).toEqual(found(parsed));
});

it("is not asked for a text that has changed", () => {
  const text = "id: software.x\n";
  const cache = new Map([[hashOf(text), { id: "software.other" }]]);
  expect(cache.has(hashOf(`${text}# changed\n`))).toBe(false);
});

it("is empty when the file is missing, broken or of another format", () => {
  const folder = mkdtempSync(join(tmpdir(), "auscult-cache-"));
  const file = join(folder, "cache.json");
  expect(readCache(file).size).toBe(0);
  for (const text of ["{", "null", '{"format":0,"files":{"a":1}}']) {
    writeFileSync(file, text);
    expect(readCache(file).size).toBe(0);
  }
  rmSync(folder, { recursive: true });
});

/** What can be compared: not the compiled tests, not the examples that the cache leaves behind. */
function withoutExamples(signature: object): unknown {
  return JSON.parse(
    JSON.stringify(signature, (key, value) =>
      key === "examples" || key === "counterexamples" ? undefined : value,
    ),
  );
}
