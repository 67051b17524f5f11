/**
 * Every file in `signatures/`: readable, known fields, examples that match and give what they say, no
 * counterexample that matches (all by `loadSignatures`), and, across files, no two that contradict each
 * other on the same example.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadAnalyzers } from "../src/analysis/registry.ts";
import { contradict } from "../src/inventory/ledger.ts";
import { type Belief, beliefOf, surest } from "../src/signature/believe.ts";
import { problemText } from "../src/signature/document.ts";
import { loadSignatures } from "../src/signature/load.ts";
import type { Signature } from "../src/signature/signature.ts";
import { observationOf } from "../src/signature/verify.ts";

const FOLDER = fileURLToPath(new URL("../signatures/", import.meta.url));

const { vocabulary } = await loadAnalyzers();
const { signatures: set, problems } = loadSignatures(FOLDER, vocabulary);
const files = readdirSync(FOLDER, { recursive: true })
  .map(String)
  .filter((name) => /\.ya?ml$/.test(name));

describe("signatures/", () => {
  it("has no problems", () => {
    expect(problems.map(problemText)).toEqual([]);
  });

  it("holds one signature per file, and no two with one id", () => {
    expect(files.length).toBeGreaterThan(0);
    expect(set.signatures).toHaveLength(files.length);
    expect(new Set(set.signatures.map(({ id }) => id)).size).toBe(files.length);
  });

  it("finds every example through the index of all signatures", () => {
    const lost = examples().filter(
      ({ owner, matches }) => !matches.some(({ signature }) => signature === owner),
    );
    expect(lost.map(({ owner, line }) => `${owner.path}:${line}`)).toEqual([]);
  });

  it("lets no signature contradict what another one's example gives", () => {
    expect(examples().flatMap(contradictions)).toEqual([]);
  });

  it("says of every alert what a hospital can do, and where to read more", () => {
    const bare = set.signatures.filter(
      ({ alert, references }) =>
        alert !== undefined && (alert.remedy.length < 20 || references.length === 0),
    );
    expect(bare.map(({ id }) => id)).toEqual([]);
  });

  it("was checked by a person on a day that has come", () => {
    const today = new Date().toISOString().slice(0, 10);
    // The sandbox of a build may run behind the calendar; a year is no slip of a clock.
    const limit = String(Number(today.slice(0, 4)) + 1) + today.slice(4);
    expect(set.signatures.filter(({ verified }) => verified > limit).map(({ id }) => id)).toEqual(
      [],
    );
  });
});

interface Tried {
  readonly owner: Signature;
  readonly line: number;
  readonly observation: ReturnType<typeof observationOf>;
  readonly matches: ReturnType<typeof set.match>;
}

/** Every example, asked of all signatures at once. */
function examples(): Tried[] {
  return set.signatures.flatMap((owner) =>
    owner.examples.map((example) => {
      const observation = observationOf(example);
      const matches = set.match(observation, () => undefined).filter(({ holds }) => holds);
      return { owner, line: example.line, observation, matches };
    }),
  );
}

/** Two that speak of one example and cannot both be right: another vendor, another version of a product. */
function contradictions({ owner, line, observation, matches }: Tried): string[] {
  const opinions = surest(
    matches.map((match) => ({ match, belief: beliefOf(match, observation, () => undefined) })),
  );
  const mine = opinions.find(({ match }) => match.signature === owner);
  if (mine === undefined) return [];
  return opinions.flatMap((other) => {
    if (other === mine) return [];
    const { id } = other.match.signature;
    return differences(mine.belief, other.belief).map(
      ([name, a, b]) => `${owner.path}:${line}: gives ${name} "${a}", but ${id} gives "${b}"`,
    );
  });
}

function differences(mine: Belief, theirs: Belief): [string, string, string][] {
  const found: [string, string, string][] = [];
  for (const { attribute, value } of mine.attributes)
    for (const other of theirs.attributes)
      if (other.attribute === attribute && contradict(value, other.value))
        found.push([attribute, value, other.value]);
  for (const { name, version = "" } of mine.software)
    for (const other of theirs.software)
      if (contradictoryVersions(name, version, other))
        found.push([`${name} version`, version, other.version ?? ""]);
  return found;
}

function contradictoryVersions(name: string, version: string, other: Belief["software"][number]) {
  if (other.name.toLowerCase() !== name.toLowerCase()) return false;
  return version !== "" && other.version !== undefined && other.version !== version;
}
