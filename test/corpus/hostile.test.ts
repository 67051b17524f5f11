import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CORPUS, entries, pathOf } from "./manifest.ts";
import { replayed } from "./replay.ts";

/** Bytes of each capture that are used: whole for nine of ten. */
const LONGEST = 96 * 1024;
/** One byte in this many is overwritten. */
const SPARSE = 200;
const FILE_HEADER = 24;

/**
 * Each capture once cut somewhere, and once with bytes overwritten. Which ones follows from the file's name, so
 * that a failure can be repeated.
 */
describe.skipIf(CORPUS === undefined)("damaged captures (needs ../shared/corpus)", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "auscult-hostile-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function replayAll(damage: (bytes: Uint8Array, next: () => number) => Uint8Array) {
    const path = join(folder, "damaged.pcap");
    let frames = 0;
    const failures: string[] = [];
    for (const entry of entries()) {
      const bytes = readFileSync(pathOf(entry)).subarray(0, LONGEST);
      writeFileSync(path, damage(bytes, numbers(entry.file)));
      try {
        const found = await replayed(path);
        frames += found.frames;
        if (!isWhole(found)) failures.push(`${entry.file}: an output cannot be written as JSON`);
      } catch (error) {
        failures.push(`${entry.file}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return { frames, failures };
  }

  test("a capture that is cut anywhere is analysed up to there", async () => {
    const { frames, failures } = await replayAll((bytes, next) =>
      bytes.subarray(0, FILE_HEADER + Math.floor(next() * (bytes.length - FILE_HEADER))),
    );
    expect(failures).toEqual([]);
    expect(frames).toBeGreaterThan(10_000);
  }, 300_000);

  test("a capture with overwritten bytes makes nothing throw", async () => {
    const { frames, failures } = await replayAll((bytes, next) => {
      const copy = Uint8Array.from(bytes);
      for (let count = Math.ceil(bytes.length / SPARSE); count > 0; count--) {
        // The header stays, or most files would be refused at once.
        const at = FILE_HEADER + Math.floor(next() * (copy.length - FILE_HEADER));
        copy[at] = Math.floor(next() * 256);
      }
      return copy;
    });
    expect(failures).toEqual([]);
    expect(frames).toBeGreaterThan(1000);
  }, 300_000);

  test("a capture with overwritten packets makes nothing throw", async () => {
    const { frames, failures } = await replayAll((bytes, next) => overwritePackets(bytes, next));
    expect(failures).toEqual([]);
    expect(frames).toBeGreaterThan(10_000);
  }, 300_000);
});

/** Overwrites bytes behind the record headers of a little-endian pcap, so that all its frames are still read. */
function overwritePackets(bytes: Uint8Array, next: () => number): Uint8Array {
  const copy = Buffer.from(bytes);
  if (copy.length < FILE_HEADER || copy.readUInt32LE(0) !== 0xa1b2c3d4) return copy;
  for (let at = FILE_HEADER; at + 16 <= copy.length; ) {
    const length = Math.min(copy.readUInt32LE(at + 8), copy.length - at - 16);
    for (let count = Math.ceil(length / SPARSE); count > 0 && length > 0; count--) {
      copy[at + 16 + Math.floor(next() * length)] = Math.floor(next() * 256);
    }
    at += 16 + length;
  }
  return copy;
}

/** Numbers 0 ≤ x < 1 that follow from the text: mulberry32 over a hash of it. */
function numbers(text: string): () => number {
  let state = 0;
  for (const character of text) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Numbers are finite and texts are texts: JSON has no others. */
function isWhole({ observations, outcome }: Awaited<ReturnType<typeof replayed>>): boolean {
  const values = observations.flatMap(({ fields, timestamp }) => [
    timestamp,
    ...Object.values(fields),
  ]);
  JSON.stringify(outcome);
  return values.every((value) => typeof value === "string" || Number.isFinite(value));
}
