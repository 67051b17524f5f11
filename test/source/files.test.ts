import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openFiles } from "../../src/source/files.ts";
import { frameOf, pcap } from "./build-capture.ts";
import {
  installed,
  kinds,
  ownCaptures,
  read,
  run,
  temporary,
  temporaryFolder,
} from "./read-capture.ts";

/** A capture with a frame at each of these seconds; `mark` makes its frames differ from others'. */
function captureAt(name: string, seconds: readonly number[], mark = 0): string {
  const data = frameOf(60, mark);
  return temporary(name, pcap(seconds.map((second) => ({ seconds: second, data }))));
}

describe("several files", () => {
  it("come merged in time order, with the capture and the number each frame has in it", async () => {
    const one = captureAt("one.pcap", [1, 4, 5, 9]);
    const two = captureAt("two.pcap", [2, 3, 10]);
    const three = captureAt("three.pcap", [6]);
    const { seen } = await read([one, two, three]);
    const order = seen.map(({ timestamp, capture, number }) => [timestamp / 1e6, capture, number]);
    expect(order).toEqual([
      [1, 0, 1],
      [2, 1, 1],
      [3, 1, 2],
      [4, 0, 2],
      [5, 0, 3],
      [6, 2, 1],
      [9, 0, 4],
      [10, 1, 3],
    ]);
  });

  it("keep the order in which they were named where their times are equal", async () => {
    const names = ["a.pcap", "b.pcap", "c.pcap", "d.pcap", "e.pcap"];
    const paths = names.map((name) => captureAt(name, [1, 1, 2, 2]));
    const { seen } = await read(paths);
    const order = seen.map(({ timestamp, capture }) => `${timestamp / 1e6}:${capture}`);
    const twice = (second: number) =>
      [0, 1, 2, 3, 4].flatMap((index) => [`${second}:${index}`, `${second}:${index}`]);
    expect(order).toEqual([...twice(1), ...twice(2)]);
  });

  it("are not reordered within themselves where their clock went back", async () => {
    const back = captureAt("back.pcap", [5, 3, 4, 8]);
    const steady = captureAt("steady.pcap", [1, 4, 6, 9]);
    const { seen } = await read([back, steady]);
    const numbers = (capture: number) =>
      seen.filter((frame) => frame.capture === capture).map(({ number }) => number);
    expect(numbers(0)).toEqual([1, 2, 3, 4]);
    expect(numbers(1)).toEqual([1, 2, 3, 4]);
    expect(seen.map(({ timestamp }) => timestamp / 1e6)).toEqual([1, 4, 5, 3, 4, 6, 8, 9]);
  });

  it.runIf(installed("mergecap"))("are merged as mergecap merges them", async () => {
    // Shifted so that they all begin within milliseconds: the merge has something to interleave.
    const paths: string[] = [];
    for (const [index, path] of ownCaptures(".pcap", 12).entries()) {
      const [first] = (await read(path)).seen;
      const shift = 1_000 + index * 0.0003 - (first?.timestamp ?? 0) / 1e6;
      const shifted = temporary(`shifted-${index}.pcap`, "");
      run("editcap", "-t", shift.toFixed(6), path, shifted);
      paths.push(shifted);
    }
    const merged = temporary("merged.pcapng", "");
    run("mergecap", "-F", "pcapng", "-w", merged, ...paths);
    const [ours, theirs] = [await read(paths), await read(merged)];
    const plain = ({ timestamp, digest }: { timestamp: number; digest: string }) =>
      `${timestamp} ${digest}`;
    expect(ours.seen.map(plain)).toEqual(theirs.seen.map(plain));
    const turns = ours.seen.filter((frame, at) => frame.capture !== ours.seen[at - 1]?.capture);
    expect(turns.length).toBeGreaterThan(paths.length + 5);
  });

  it("go on when one of them is damaged or missing", async () => {
    const good = captureAt("good.pcap", [1, 2, 3]);
    const cut = temporary("cut.pcap", pcap([{ seconds: 2 }, { seconds: 3 }]).subarray(0, 170));
    const reading = await read([join(temporaryFolder(), "missing.pcap"), cut, good]);
    expect(reading.seen.map(({ capture, number }) => [capture, number])).toEqual([
      [2, 1],
      [1, 1],
      [2, 2],
      [2, 3],
    ]);
    expect(kinds(reading)).toEqual(["unreadable", "cut"]);
    expect(reading.damage[1]).toMatchObject({ file: cut, offset: 100 });
  });
});

describe("what is no capture", () => {
  const text = "No. Time Source\n1 0.0 10.0.0.1\n";
  const binary = Uint8Array.from({ length: 100 }, (_, index) => index ^ 0x5a);
  it.each<[string, Uint8Array | string, string, string]>([
    ["an empty file", "", "cut", "it is empty"],
    ["three bytes", "abc", "cut", "3 bytes"],
    ["a text", text, "foreign", "it is text"],
    ["a ZIP archive", "PK\u0003\u0004 and more", "foreign", "ZIP archive: unpack"],
    ["a file packed with xz", "\u00fd7zXZ\0", "foreign", "xz: unpack"],
    ["a snoop capture", "snoop\0\0\0\0\0\0\u0002", "foreign", "snoop capture"],
    ["something else", binary, "foreign", "pcap or pcapng"],
  ])("is refused: %s", async (name, content, kind, words) => {
    const bytes = typeof content === "string" ? Buffer.from(content, "latin1") : content;
    const path = temporary(`${name}.pcap`, bytes);
    const reading = await read(path);
    expect(reading).toMatchObject({ frames: 0, bytes: 0 });
    expect(reading.damage).toMatchObject([{ file: path, offset: 0, kind }]);
    expect(reading.damage[0]?.message).toContain(words);
  });

  it("is refused: a folder, a name that does not exist, a file below a file", async () => {
    const folder = join(temporaryFolder(), "folder.pcap");
    mkdirSync(folder);
    const file = captureAt("file.pcap", [1]);
    const reading = await read([folder, join(folder, "none"), join(file, "below")]);
    expect(reading.damage.map(({ kind, message }) => [kind, message])).toEqual([
      ["unreadable", "it is a directory"],
      ["unreadable", "it does not exist"],
      ["unreadable", "it does not exist"],
    ]);
  });
});

describe.skipIf(process.getuid?.() === 0)("a file of somebody else", () => {
  it("is refused for want of permission", async () => {
    const path = captureAt("secret.pcap", [1]);
    chmodSync(path, 0);
    const { damage } = await read(path);
    expect(damage).toMatchObject([
      { kind: "unreadable", message: "it may not be read: no permission" },
    ]);
  });
});

describe("reading", () => {
  const many = () =>
    captureAt(
      "many.pcap",
      Array.from({ length: 50_000 }, (_, index) => index),
    );

  it("opens nothing before it runs", async () => {
    const path = join(temporaryFolder(), "later.pcap");
    const source = openFiles([path]);
    captureAt("later.pcap", [1]);
    let frames = 0;
    await source.run(() => frames++, new AbortController().signal);
    expect(frames).toBe(1);
    expect(source.names).toEqual([path]);
  });

  it("stops at once when it is aborted, and calls that no damage", async () => {
    const abort = new AbortController();
    const source = openFiles([many()]);
    let frames = 0;
    await source.run(() => {
      frames += 1;
      if (frames === 7) abort.abort();
    }, abort.signal);
    expect(frames).toBe(7);
    expect(source.statistics()).toMatchObject({ frames: 7, damage: [] });
  });

  it("reads nothing when it was aborted before", async () => {
    const source = openFiles([many()]);
    await source.run(() => expect.unreachable(), AbortSignal.abort());
    expect(source.statistics()).toEqual({ frames: 0, bytes: 0, damage: [] });
  });

  it("gives timers and signals their turn while it reads", async () => {
    const abort = new AbortController();
    let frames = 0;
    setImmediate(() => abort.abort());
    await openFiles([many()]).run(() => frames++, abort.signal);
    expect(frames).toBeGreaterThan(0);
    expect(frames).toBeLessThan(20_000);
  });

  it("tells how far it is", async () => {
    const path = many();
    const size = 24 + 50_000 * 76;
    const told: [number, number | undefined][] = [];
    await read(path, { onProgress: (done, total) => told.push([done, total]) });
    expect(told.length).toBeGreaterThan(3);
    expect(told.every(([, total]) => total === size)).toBe(true);
    const reads = told.map(([done]) => done);
    expect(reads).toEqual([...reads].sort((one, other) => one - other));
    expect(reads.at(-1)).toBe(size);
  });

  it("hands out the same object for every frame of a file", async () => {
    const frames = new Set<object>();
    await openFiles([many()]).run((frame) => frames.add(frame), new AbortController().signal);
    expect(frames.size).toBe(1);
  });

  it("lets an error in its caller's function through, and closes what it opened", async () => {
    const source = openFiles([many()]);
    const failing = source.run(() => {
      throw new Error("a bug");
    }, new AbortController().signal);
    await expect(failing).rejects.toThrow("a bug");
  });

  it("needs memory for what a file holds, not for what it claims", async () => {
    const claims = [0x7fff_ffff, 0xffff_ffff, 0xffff_fffc, 262_145];
    const paths = claims.map((captured, index) => {
      return temporary(`claim-${index}.pcap`, pcap([{ captured, data: frameOf(60) }]));
    });
    const blocks = claims.flatMap((length, index) =>
      [1, 2, 3, 6, 0x0a0d0d0a, 0x7777].map((type) => {
        const bytes = new DataView(new ArrayBuffer(64));
        for (const [at, value] of [
          [0, 0x0a0d0d0a],
          [4, 28],
          [8, 0x1a2b3c4d],
          [12, 1],
          [24, 28],
        ]) {
          bytes.setUint32(at as number, value as number, true);
        }
        bytes.setUint32(28, type, true);
        bytes.setUint32(32, length, true);
        bytes.setUint32(36, 0x1a2b3c4d, true);
        return temporary(`claim-${index}-${type}.pcapng`, new Uint8Array(bytes.buffer));
      }),
    );
    const before = process.memoryUsage();
    const started = process.hrtime.bigint();
    const reading = await read([...paths, ...blocks]);
    const after = process.memoryUsage();
    expect(Number(process.hrtime.bigint() - started) / 1e9).toBeLessThan(5);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(40e6);
    expect(after.rss - before.rss).toBeLessThan(100e6);
    expect(reading.damage).toHaveLength(paths.length + blocks.length);
    expect(new Set(kinds(reading))).toEqual(new Set(["corrupt", "cut"]));
  });
});
