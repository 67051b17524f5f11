/**
 * The large capture that the tools are measured on: the small ones of captures/ and, where present, of
 * ../shared/corpus, copied with shifted addresses until the size is reached, and interleaved over ten minutes
 * of packet time as the conversations of a busy network are. The same inputs give the same bytes.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { framesOf, type RawFrame } from "./frames.ts";
import { shiftAddresses } from "./shift.ts";

const SPAN_SECONDS = 600;
/** A long capture is squeezed, so that its copies still begin at different times. */
const MAX_SECONDS = 300;
const EPOCH = 1_700_000_000;
const MAX_COPIES = 256;
const KEPT_MILLISECONDS = 86_400_000;
const RECORD_HEADER = 16;
const FILE_HEADER = 24;
const CHUNK = 4 << 20;

export interface LargeCapture {
  readonly path: string;
  readonly bytes: number;
  readonly packets: number;
}

/** Makes the capture unless an equal one lies in the temporary folder already. */
export function largeCapture(folders: readonly string[], megabytes: number): LargeCapture {
  const files = folders.flatMap(capturesBelow);
  const names = files.map((file) => `${file}:${statSync(file).size}`).join("\n");
  const key = createHash("sha256").update(`2\n${megabytes}\n${names}`).digest("hex").slice(0, 12);
  const path = join(tmpdir(), `auscult-bench-${key}.pcap`);
  const captures = files.map(framesOf).filter((frames) => frames.length > 0);
  if (captures.length === 0) throw new Error("no Ethernet captures to build from");
  const plan = schedule(captures, megabytes * 1e6);
  if (!existsSync(path)) {
    removeOld();
    write(`${path}.part`, plan);
    renameSync(`${path}.part`, path);
  }
  return { path, bytes: statSync(path).size, packets: plan.length };
}

/** Large files of earlier days, built from other inputs. */
function removeOld(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!/^auscult-bench-[0-9a-f]{12}\.pcap$/.test(name)) continue;
    const path = join(tmpdir(), name);
    if (Date.now() - statSync(path).mtimeMs > KEPT_MILLISECONDS) rmSync(path, { force: true });
  }
}

function capturesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(pcap|pcapng|cap)(\.gz)?$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

interface Planned {
  readonly time: number;
  readonly copy: number;
  readonly bytes: Uint8Array;
}

function schedule(captures: readonly (readonly RawFrame[])[], wanted: number): Planned[] {
  const planned: Planned[] = [];
  let size = FILE_HEADER;
  for (let copy = 0; copy < MAX_COPIES && size < wanted; copy++) {
    for (const [index, frames] of captures.entries()) {
      if (size >= wanted) break;
      const times = placed(frames, fractionOf(index, copy));
      for (const [position, frame] of frames.entries()) {
        planned.push({ time: times[position] ?? 0, copy, bytes: frame.bytes });
        size += RECORD_HEADER + frame.bytes.length;
      }
    }
  }
  return planned.sort((a, b) => a.time - b.time);
}

/** Where each frame of one copy falls within the span. Frames keep their order even where their clock did not. */
function placed(frames: readonly RawFrame[], fraction: number): Float64Array {
  const first = frames[0]?.time ?? 0;
  const duration = frames.reduce((most, frame) => Math.max(most, frame.time - first), 0);
  const scale = duration > MAX_SECONDS ? MAX_SECONDS / duration : 1;
  const start = fraction * (SPAN_SECONDS - duration * scale);
  const times = new Float64Array(frames.length);
  let last = start;
  for (const [position, frame] of frames.entries()) {
    last = Math.max(last, start + (frame.time - first) * scale);
    times[position] = last;
  }
  return times;
}

/** 0 ≤ x < 1, spread evenly, the same every time. */
function fractionOf(index: number, copy: number): number {
  const hash = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(copy + 1, 0x85ebca6b);
  return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0) / 2 ** 32;
}

function write(path: string, plan: readonly Planned[]): void {
  const file = openSync(path, "w");
  const chunk = Buffer.alloc(CHUNK + (1 << 19));
  let used = writeFileHeader(chunk);
  for (const { time, copy, bytes } of plan) {
    if (used > CHUNK) {
      writeSync(file, chunk, 0, used);
      used = 0;
    }
    used = writeRecord(chunk, used, EPOCH + time, bytes);
    shiftAddresses(chunk, used - bytes.length, bytes.length, copy);
  }
  writeSync(file, chunk, 0, used);
  closeSync(file);
}

/** Classic pcap, microseconds, Ethernet. Returns where the first record goes. */
export function writeFileHeader(into: Buffer): number {
  into.writeUInt32LE(0xa1b2c3d4, 0);
  into.writeUInt16LE(2, 4);
  into.writeUInt16LE(4, 6);
  into.fill(0, 8, 16);
  into.writeUInt32LE(262_144, 16);
  into.writeUInt32LE(1, 20);
  return FILE_HEADER;
}

/** One record at `at`; returns where the next one goes. */
export function writeRecord(into: Buffer, at: number, time: number, bytes: Uint8Array): number {
  const seconds = Math.floor(time);
  into.writeUInt32LE(seconds, at);
  into.writeUInt32LE(Math.floor((time - seconds) * 1e6), at + 4);
  into.writeUInt32LE(bytes.length, at + 8);
  into.writeUInt32LE(bytes.length, at + 12);
  into.set(bytes, at + RECORD_HEADER);
  return at + RECORD_HEADER + bytes.length;
}
