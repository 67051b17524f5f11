/** The last paragraph of a report: what was read, what was damaged, what was lost. */
import { bytes, fold, grouped, plural, printable, span } from "./text.ts";

/** What this paragraph reads of a run. */
export interface RunView {
  readonly captures: readonly string[];
  readonly firstPacket?: number;
  readonly lastPacket?: number;
  readonly damage: readonly DamageView[];
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface DamageView {
  readonly file: string;
  readonly offset: number;
  readonly kind: string;
  readonly message: string;
}

/** Counters that say what was not seen or not analysed, in words: one, and several. */
const LOSSES: readonly (readonly [group: string, name: string, one: string, many: string])[] = [
  ["packet", "malformed", "malformed packet", "malformed packets"],
  ["packet", "cut", "packet cut by the capture", "packets cut by the capture"],
  ["packet", "too_deep", "packet with too many layers", "packets with too many layers"],
  ["fragment", "abandoned", "datagram with fragments missing", "datagrams with fragments missing"],
  ["analysis", "gaps", "gap in a stream", "gaps in streams"],
  ["analysis", "lost_bytes", "byte missing in streams", "bytes missing in streams"],
];

/** Other counters with such a name stand for a limit that was reached. */
const LIMIT_REACHED = /(?:^|[._])(?:dropped|evicted|refused|overfull|overlong)$/;

const DAMAGE_PRINTED = 10;

export function summaryLines(run: RunView, width: number): string[] {
  const lines = fold([read(run), ...duplicates(run), ...losses(run)].join(" "), width);
  for (const damage of run.damage.slice(0, DAMAGE_PRINTED)) {
    lines.push(...fold(damageText(damage), width));
  }
  const more = run.damage.length - DAMAGE_PRINTED;
  if (more > 0) lines.push(`and ${plural(more, "more damaged place")}; --json lists them all`);
  return lines;
}

/** One sentence: which file, where, what. */
export function damageText({ file, offset, kind, message }: DamageView): string {
  if (kind === "unreadable") return printable(`Not read: ${file || "the input"}: ${message}`);
  return printable(`Damaged: ${file === "" ? "" : `${file}, `}byte ${offset}: ${message}`);
}

function read(run: RunView): string {
  const frames = run.counters.source?.frames ?? 0;
  const size = run.counters.source?.bytes ?? 0;
  const what = `Read ${plural(frames, "packet")} (${bytes(size)})${from(run.captures)}`;
  const { firstPacket, lastPacket } = run;
  if (firstPacket === undefined || lastPacket === undefined) return `${what}.`;
  return `${what}, ${span(firstPacket, lastPacket)}.`;
}

/** The only input is not named: it may have come through a pipe (sink/nameless.ts). */
function from(captures: readonly string[]): string {
  const [only, ...others] = captures;
  if (only === undefined) return "";
  return ` from ${others.length === 0 ? printable(only) : plural(captures.length, "capture")}`;
}

function duplicates(run: RunView): string[] {
  const count = run.counters.packet?.duplicates ?? 0;
  return count === 0
    ? []
    : [`${plural(count, "packet was a duplicate", "packets were duplicates")} made by the mirror.`];
}

function losses(run: RunView): string[] {
  const parts: string[] = [];
  for (const [group, name, one, many] of LOSSES) {
    const value = run.counters[group]?.[name] ?? 0;
    if (value > 0) parts.push(plural(value, one, many));
  }
  const sentences = parts.length === 0 ? [] : [`Not seen whole: ${parts.join(", ")}.`];
  const limits = limitsReached(run);
  if (limits.length > 0) sentences.push(`Limits reached: ${limits.join(", ")}.`);
  return sentences;
}

/** `flow evicted 12`, in the words of the counters that `--json` prints. */
function limitsReached(run: RunView): string[] {
  return Object.entries(run.counters).flatMap(([group, values]) =>
    Object.entries(values)
      .filter(([name, value]) => value > 0 && LIMIT_REACHED.test(name))
      .map(([name, value]) => `${group} ${name.replaceAll("_", " ")} ${grouped(value)}`),
  );
}
