/** Reads captures for the tests: by our source, and by other people's tools. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { type FileOptions, openFiles } from "../../src/source/files.ts";
import type { SourceStatistics } from "../../src/source/source.ts";

/** What a frame said of itself, and a digest of its bytes. */
export interface Seen {
  readonly number: number;
  readonly timestamp: number;
  readonly wireLength: number;
  readonly length: number;
  readonly linkType: number;
  readonly capture: number;
  readonly digest: string;
}

export interface Reading extends SourceStatistics {
  readonly seen: readonly Seen[];
}

export async function read(paths: string | string[], options: FileOptions = {}): Promise<Reading> {
  const source = openFiles([paths].flat(), options);
  const seen: Seen[] = [];
  await source.run((frame) => {
    const { bytes, start, length } = frame;
    const { number, timestamp, wireLength, linkType, capture } = frame;
    const digest = createHash("md5")
      .update(bytes.subarray(start, start + length))
      .digest("hex");
    seen.push({ number, timestamp, wireLength, length, linkType, capture, digest });
  }, new AbortController().signal);
  return { seen, ...source.statistics() };
}

/** The kinds of damage of a reading, in order. */
export function kinds(reading: SourceStatistics): string[] {
  return reading.damage.map(({ kind }) => kind);
}

let folder: string | undefined;

/** Writes a file that is removed after the tests of this file. */
export function temporary(name: string, bytes: Uint8Array | string): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

export function temporaryFolder(): string {
  folder ??= mkdtempSync(join(tmpdir(), "auscult-source-"));
  return folder;
}

afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

export function installed(tool: string): boolean {
  return spawnSync(tool, ["--version"]).error === undefined;
}

export interface Row {
  readonly number: number;
  /** µs; undefined for a frame without a time. */
  readonly timestamp: number | undefined;
  readonly wireLength: number;
  readonly length: number;
}

/** What tshark says of every record in a file; what it makes of damage goes to its standard error. */
export function tshark(path: string): Row[] {
  const fields = ["frame.number", "frame.time_epoch", "frame.len", "frame.cap_len"];
  const args = ["-n", "-r", path, "-T", "fields", ...fields.flatMap((field) => ["-e", field])];
  const { stdout } = spawnSync("tshark", args, { encoding: "utf8", maxBuffer: 1 << 28 });
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [number = "", time = "", wireLength = "", length = ""] = line.split("\t");
      return {
        number: Number(number),
        timestamp: time === "" ? undefined : microseconds(time),
        wireLength: Number(wireLength),
        length: Number(length),
      };
    });
}

/** tshark prints seconds and fraction, with one sign before both. */
function microseconds(time: string): number {
  const [seconds = "", fraction = ""] = time.replace("-", "").split(".");
  const value = Number(seconds) * 1_000_000 + Number(fraction.padEnd(9, "0").slice(0, 6));
  return time.startsWith("-") ? -value : value;
}

export function run(tool: string, ...args: string[]): void {
  execFileSync(tool, args, { stdio: "ignore" });
}

/** Recorded captures of this repository, the smallest first. */
export function ownCaptures(extension: string, limit: number): string[] {
  const root = fileURLToPath(new URL("../../captures", import.meta.url));
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(extension))
    .map((name) => join(root, name))
    .sort((one, other) => statSync(one).size - statSync(other).size || (one < other ? -1 : 1))
    .slice(0, limit);
}
