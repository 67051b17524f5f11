/**
 * Reads one large capture in every format that Auscult reads, analysing nothing, beside a bare walk over the
 * same records, in interleaved rounds: `node … source.js [--rounds 5] [--megabytes 570]`.
 */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { largeCapture } from "./capture.ts";
import { isThere, median } from "./measure.ts";
import { machine, table } from "./report.ts";

const COMPILED = "dist/source/files.js";
const CHUNK = 256 * 1024;
const LARGEST_RECORD = 16 + 262_144;

interface Source {
  run(onFrame: (frame: { length: number }) => void, signal: AbortSignal): Promise<void>;
}
type OpenFiles = (paths: readonly string[]) => Source;

/** What one frame can cost at least: the headers of a little-endian pcap, walked without looking further. */
function walk(path: string): number {
  const fd = openSync(path, "r");
  const bytes = Buffer.alloc(CHUNK + LARGEST_RECORD);
  let frames = 0;
  let at = 24;
  let end = 0;
  for (let got = -1; got !== 0; ) {
    got = readSync(fd, bytes, end, CHUNK, null);
    end += got;
    while (end - at >= 16) {
      const low = (bytes[at + 8] ?? 0) | ((bytes[at + 9] ?? 0) << 8);
      const size = 16 + (low | ((bytes[at + 10] ?? 0) << 16));
      if (end - at < size) break;
      at += size;
      frames += 1;
    }
    bytes.copyWithin(0, at, end);
    end -= at;
    at = 0;
  }
  closeSync(fd);
  return frames;
}

async function readAll(openFiles: OpenFiles, paths: readonly string[]): Promise<number> {
  let frames = 0;
  await openFiles(paths).run(() => {
    frames += 1;
  }, new AbortController().signal);
  return frames;
}

/** The capture in other formats, made by the tools that know them; those that are not there are left out. */
function formats(pcap: string): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>([["pcap", [pcap]]]);
  const converted = (name: string, tool: string, command: string) => {
    if (!isThere(tool)) return;
    const path = `${pcap}.${name}`;
    if (!existsSync(path)) spawnSync("sh", ["-c", command, "sh", pcap, path]);
    found.set(name, [path]);
  };
  converted("nanosecond pcap", "editcap", 'editcap -F nsecpcap "$1" "$2"');
  converted("pcapng", "editcap", 'editcap -F pcapng "$1" "$2"');
  converted("pcap.gz", "gzip", 'gzip -1 -c "$1" > "$2"');
  found.set("two pcaps merged", [pcap, pcap]);
  return found;
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    megabytes: { type: "string", default: "570" },
  },
});
if (!existsSync(COMPILED)) throw new Error(`${COMPILED} is missing: npm run build`);
const { openFiles } = (await import(pathToFileURL(resolve(COMPILED)).href)) as {
  openFiles: OpenFiles;
};
const capture = largeCapture(["captures", "../shared/corpus"], Number(values.megabytes));
const tasks = new Map<string, () => number | Promise<number>>([
  ["bare walk over pcap", () => walk(capture.path)],
]);
for (const [name, paths] of formats(capture.path)) {
  tasks.set(name, () => readAll(openFiles, paths));
}
const costs = new Map([...tasks.keys()].map((name) => [name, [] as number[]]));
// Round 0 warms the page cache and the compiler, and is not counted.
for (let round = 0; round <= Number(values.rounds); round++) {
  for (const [name, task] of tasks) {
    const start = process.hrtime.bigint();
    const frames = await task();
    const nanoseconds = Number(process.hrtime.bigint() - start) / frames;
    if (round > 0) costs.get(name)?.push(nanoseconds);
  }
}
const rows = [...costs].map(([name, times]) => {
  const middle = median(times);
  return [name, middle.toFixed(1), (1_000 / middle).toFixed(1)];
});
const size = `${(statSync(capture.path).size / 1e6).toFixed(0)} MB, ${capture.packets} frames`;
process.stdout.write(`${machine()}\n\n${size}\n\n`);
process.stdout.write(`${table(["format", "ns per frame", "Mpps"], rows)}\n`);
