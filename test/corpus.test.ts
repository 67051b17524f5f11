import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { DISAGREEMENTS } from "./corpus/disagreements.ts";
import { CORPUS, entries, pathOf } from "./corpus/manifest.ts";
import { document, type Score, scoreTable } from "./corpus/markdown.ts";
import { replayed } from "./corpus/replay.ts";
import {
  factsOf,
  isDisagreement,
  type Judged,
  judge,
  LATER_KEYS,
  share,
  tally,
} from "./corpus/score.ts";

/** Asked of every kind of fact whose protocol is read. */
const LEAST_SHARE = 0.95;

/** Listed for a reason that is not a lack of ours. */
const EXCUSED = new Set(
  DISAGREEMENTS.filter(({ cause }) => cause !== "gap").flatMap(({ facts }) => facts),
);

describe.skipIf(CORPUS === undefined)("answers of others (needs ../shared/corpus)", () => {
  const all = entries();
  const judged: Judged[] = [];
  let score: Score;

  beforeAll(async () => {
    const start = performance.now();
    for (const entry of all) judged.push(...judge(factsOf(entry), await replayed(pathOf(entry))));
    const seconds = (performance.now() - start) / 1000;
    const later = new Map(
      LATER_KEYS.map((key) => [key, all.filter(({ expect: said }) => key in said).length]),
    );
    score = { files: all.length, lines: tally(judged, EXCUSED), judged, later };
    // Straight to stdout: a reporter that hides the output of passing tests would hide the score.
    process.stdout.write(`\n${scoreTable(score.lines)}\n\n`);
    process.stdout.write(`${all.length} captures in ${seconds.toFixed(1)} s\n`);
  }, 300_000);

  test("every capture is replayed to its end without throwing", () => {
    expect(all.length).toBeGreaterThan(300);
    expect(new Set(judged.map(({ fact }) => fact.id.split("#")[0])).size).toBe(all.length);
  });

  test("each kind of fact reaches 95 %", () => {
    const low = score.lines
      .filter((line) => line.scope === "asked" && share(line) < LEAST_SHARE)
      .map((line) => `${line.kind}: ${(share(line) * 100).toFixed(1)} %`);
    expect(low).toEqual([]);
  });

  test("every disagreement is listed with its reason", () => {
    const listed = new Set(DISAGREEMENTS.flatMap(({ facts }) => facts));
    const unlisted = judged
      .filter(({ fact, verdict }) => fact.scope === "asked" && isDisagreement(verdict))
      .filter(({ fact }) => !listed.has(fact.id))
      .map(({ fact, verdict }) => `${fact.kind}: ${verdict} ${fact.id}`);
    expect(unlisted).toEqual([]);
  });

  test("no listed disagreement has become an agreement", () => {
    const disagreeing = new Set(
      judged.filter(({ verdict }) => isDisagreement(verdict)).map(({ fact }) => fact.id),
    );
    const stale = DISAGREEMENTS.flatMap(({ facts }) => facts).filter((id) => !disagreeing.has(id));
    expect(stale).toEqual([]);
  });

  test.runIf(process.env.AUSCULT_WRITE === "1")("the report is written to docs/corpus.md", () => {
    const path = fileURLToPath(new URL("../docs/corpus.md", import.meta.url));
    writeFileSync(path, document(score, DISAGREEMENTS));
  });
});

describe.skipIf(CORPUS !== undefined)("without ../shared/corpus", () => {
  test.skip("the answers of others are not compared: put the corpus next to this checkout", () => {
    expect(CORPUS).toBeDefined();
  });
});
