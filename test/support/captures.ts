/** The captures at hand: the project's own, and those of others where the corpus lies beside the checkout. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openFiles } from "../../src/source/files.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const CAPTURES = `${ROOT}captures`;
export const CORPUS = `${ROOT}../shared/corpus`;

export interface CorpusEntry {
  readonly file: string;
  readonly contains: readonly string[];
  readonly expect: Readonly<Record<string, unknown>>;
}

/** Capture files of the project, by path, in a fixed order. */
export function captureFiles(): string[] {
  return readdirSync(CAPTURES, { recursive: true })
    .map(String)
    .filter((name) => /\.pcap(ng)?(\.gz)?$/.test(name))
    .sort()
    .map((name) => `${CAPTURES}/${name}`);
}

/** Capture files of the corpus that `wanted` accepts; none where the corpus is absent. */
export function corpusFiles(wanted: (entry: CorpusEntry) => boolean = () => true): string[] {
  return corpusEntries()
    .filter(wanted)
    .map(({ file }) => `${CORPUS}/${file}`);
}

export function corpusEntries(): readonly CorpusEntry[] {
  const manifest = `${CORPUS}/manifest.json`;
  if (!existsSync(manifest)) return [];
  return JSON.parse(readFileSync(manifest, "utf8")) as CorpusEntry[];
}

export interface StoredFrame {
  readonly file: string;
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly wireLength: number;
  readonly linkType: number;
}

/** The first `limit` frames of a capture, copied. */
export async function framesOf(file: string, limit: number): Promise<StoredFrame[]> {
  const frames: StoredFrame[] = [];
  const enough = new AbortController();
  await openFiles([file]).run((frame) => {
    if (frames.length >= limit) return enough.abort();
    frames.push({
      file: file.replace(ROOT, ""),
      number: frame.number,
      bytes: frame.bytes.slice(frame.start, frame.start + frame.length),
      wireLength: frame.wireLength,
      linkType: frame.linkType,
    });
  }, enough.signal);
  return frames;
}
