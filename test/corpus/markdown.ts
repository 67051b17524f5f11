/** The score as a document: docs/corpus.md. Says nothing that a capture says: facts are named by file and index. */
import type { Disagreement } from "./disagreements.ts";
import { type Judged, type Line, share } from "./score.ts";

export function scoreTable(lines: readonly Line[]): string {
  const rows = lines
    .filter((line) => line.scope !== "later")
    .map(
      (line) =>
        `| ${line.kind}${line.scope === "shown" ? " (not claimed)" : ""} | ${total(line)} | ${line.counts.agree} | ${line.counts.withheld} | ${line.counts.miss} | ${line.counts.contradict} | ${line.excused} | ${raw(line)} | ${percent(line)} |`,
    );
  return [
    "| kind of fact | asked | agree | withheld | miss | contradict | excused | raw | score |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
  ].join("\n");
}

function total({ counts }: Line): number {
  return counts.agree + counts.withheld + counts.miss + counts.contradict;
}

/** With everything excused counted as a miss. */
function raw(line: Line): string {
  return `${(share({ ...line, excused: 0 }) * 100).toFixed(1)} %`;
}

function percent(line: Line): string {
  return line.scope === "shown" ? "–" : `${(share(line) * 100).toFixed(1)} %`;
}

export interface Score {
  readonly files: number;
  readonly lines: readonly Line[];
  readonly judged: readonly Judged[];
  /** Key → answers that wait for an analyzer. */
  readonly later: ReadonlyMap<string, number>;
}

export function document(score: Score, disagreements: readonly Disagreement[]): string {
  const waiting = [
    ...score.lines
      .filter((line) => line.scope === "later")
      .map((line) => `${line.kind} (${total(line)})`),
    ...[...score.later].map(([key, count]) => `${key} (${count})`),
  ];
  const list = disagreements.map(
    ({ cause, reason, facts }) => `- **${CAUSES[cause]}.** ${reason}\n  ${places(facts)}`,
  );
  return `# What others say about the same captures

${score.files} public captures come with answers that other tools and people gave: Zeek, Arkime, nDPI, suricata-verify, tapirx, IoT Sentinel, tshark. This page holds Auscult's answers against them. It is written by \`AUSCULT_WRITE=1 npx vitest run test/corpus.test.ts\`, which also fails when the share of agreement falls below 95 % in a kind, and when a disagreement is not listed here.

*withheld*: Auscult knows and does not say, as a community that may be a secret. *miss*: it says nothing. *contradict*: it says something else. *excused*: of these, the ones whose reason, below, is not a lack of ours; the score leaves them out, *raw* does not. *not claimed*: reported for interest.

${scoreTable(score.lines)}

## Disagreements

A place is file, key and index in the corpus' manifest.

${list.join("\n")}

## Answers that wait for an analyzer

${waiting.join(", ")}.
`;
}

const CAUSES: Readonly<Record<Disagreement["cause"], string>> = {
  corpus: "The corpus errs",
  choice: "Our decision",
  later: "Not yet read",
  gap: "Our gap",
};

function places(facts: readonly string[]): string {
  return facts.map((fact) => `\`${fact}\``).join(", ");
}
