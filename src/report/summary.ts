/** The last paragraph of a report: what was read, what was damaged, what was lost. */
import { bytes, fold, grouped, plural, printable, span } from "./text.ts";

/** What this paragraph reads of a run. */
export interface RunView {
  readonly captures: readonly string[];
  readonly firstPacket?: number;
  readonly lastPacket?: number;
  readonly damage: readonly {
    readonly file: string;
    readonly offset: number;
    readonly message: string;
  }[];
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Counters whose value, when it is not 0, is something that was not seen or not kept. */
const LOSSES: readonly (readonly [group: string, name: string, words: string])[] = [];

const DAMAGE_PRINTED = 10;

export function summaryLines(run: RunView, width: number): string[] {
  const sentences = [read(run), ...losses(run)];
  const lines = fold(sentences.join(" "), width);
  for (const { file, offset, message } of run.damage.slice(0, DAMAGE_PRINTED)) {
    lines.push(...fold(printable(`Damaged: ${file}, byte ${offset}: ${message}`), width));
  }
  const more = run.damage.length - DAMAGE_PRINTED;
  if (more > 0) lines.push(`and ${plural(more, "more damaged place")}; --json lists them all`);
  return lines;
}

function read(run: RunView): string {
  const frames = run.counters.source?.frames ?? 0;
  const size = run.counters.source?.bytes ?? 0;
  const files =
    run.captures.length === 1 ? (run.captures[0] ?? "") : plural(run.captures.length, "capture");
  const what = `Read ${plural(frames, "packet")} (${bytes(size)}) from ${printable(files)}`;
  const { firstPacket, lastPacket } = run;
  if (firstPacket === undefined || lastPacket === undefined) return `${what}.`;
  return `${what}, ${span(firstPacket, lastPacket)}.`;
}

function losses(run: RunView): string[] {
  const parts: string[] = [];
  for (const [group, name, words] of LOSSES) {
    const value = run.counters[group]?.[name] ?? 0;
    if (value > 0) parts.push(`${grouped(value)} ${words}`);
  }
  return parts.length === 0 ? [] : [`Not seen or not kept: ${parts.join(", ")}.`];
}
