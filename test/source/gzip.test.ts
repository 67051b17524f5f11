import { createWriteStream, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openFiles } from "../../src/source/files.ts";
import { frameOf, pcap } from "./build-capture.ts";
import { kinds, ownCaptures, read, temporary, temporaryFolder } from "./read-capture.ts";

/** Frames that do not pack well, so that damage has somewhere to be. */
function capture(frames: number): Uint8Array {
  let state = 1;
  const noise = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  };
  const records = Array.from({ length: frames }, (_, seconds) => {
    const data = frameOf(60);
    for (let at = 14; at < data.length; at++) data[at] = noise();
    return { seconds, data };
  });
  return pcap(records);
}

describe("gzip", () => {
  it("of a recorded capture reads like the capture", async () => {
    for (const path of ownCaptures(".pcap", 5)) {
      const packed = temporary("packed.pcap.gz", gzipSync(readFileSync(path)));
      const [plain, unpacked] = [await read(path), await read(packed)];
      expect(unpacked.seen).toEqual(plain.seen);
      expect(unpacked.damage).toEqual([]);
    }
  });

  it("of several members in a row is one capture", async () => {
    const whole = capture(3_000);
    const members = [0, 10, 100_000, 100_001, whole.length].map((from, index, all) =>
      gzipSync(whole.subarray(from, all[index + 1])),
    );
    const packed = temporary("members.pcap.gz", Buffer.concat(members));
    const reading = await read(packed);
    expect(reading).toMatchObject({ frames: 3_000, damage: [] });
  });

  it("delivers the frames before a cut, wherever the packed file is cut", async () => {
    const packed = gzipSync(capture(12));
    const { seen } = await read(temporary("whole.gz", packed));
    let most = 0;
    for (let length = 0; length < packed.length; length++) {
      const reading = await read(temporary("cut.gz", packed.subarray(0, length)));
      expect(reading.seen, `cut to ${length}`).toEqual(seen.slice(0, reading.frames));
      expect(kinds(reading), `cut to ${length}`).toEqual(["cut"]);
      expect(reading.frames).toBeGreaterThanOrEqual(most);
      most = reading.frames;
    }
    // Only the check sum at the end was missing at last.
    expect(most).toBe(12);
  });

  it("delivers every frame that lies before damage in the packed bytes", async () => {
    const whole = capture(30);
    const packed = gzipSync(whole);
    const { seen } = await read(temporary("whole.gz", packed));
    for (let at = 20; at < packed.length; at += 97) {
      const damaged = Uint8Array.from(packed);
      damaged[at] = (damaged[at] as number) ^ 0xff;
      const reading = await read(temporary("damaged.gz", damaged));
      expect(reading.damage.length, `byte ${at}`).toBeGreaterThan(0);
      const intact = intactPrefix(packed.subarray(0, at), whole);
      const complete = Math.max(0, Math.floor((intact - 24) / 76));
      expect(reading.seen.slice(0, complete), `byte ${at}`).toEqual(seen.slice(0, complete));
    }
  });

  it("delivers everything when only the check sum is wrong, and says so", async () => {
    const packed = gzipSync(capture(3_000));
    packed[packed.length - 5] = (packed[packed.length - 5] as number) ^ 1;
    const reading = await read(temporary("checksum.gz", packed));
    expect(reading.frames).toBe(3_000);
    expect(reading.damage).toMatchObject([{ kind: "corrupt", offset: 24 + 3_000 * 76 }]);
  });

  it("delivers everything before bytes that are no gzip data, and says so", async () => {
    const packed = Buffer.concat([gzipSync(capture(3_000)), Buffer.from("something else")]);
    const reading = await read(temporary("trailing.gz", packed));
    expect(reading.frames).toBe(3_000);
    expect(kinds(reading)).toEqual(["corrupt"]);
  });

  it("takes zeros behind the data for padding", async () => {
    const packed = Buffer.concat([gzipSync(capture(30)), Buffer.alloc(20_000)]);
    expect(await read(temporary("padded.gz", packed))).toMatchObject({ frames: 30, damage: [] });
  });

  it("inside gzip is not unpacked twice", async () => {
    const reading = await read(temporary("twice.gz", gzipSync(gzipSync(capture(3)))));
    expect(reading.damage).toMatchObject([{ kind: "foreign", offset: 0 }]);
    expect(reading.damage[0]?.message).toContain("gzip data inside gzip");
  });

  it("of a text is refused as text", async () => {
    const reading = await read(temporary("text.gz", gzipSync("no capture at all, but words\n")));
    expect(reading.damage).toMatchObject([{ kind: "foreign", message: "it is text" }]);
  });

  it("that unpacks to a thousand times its size needs no more memory for it", async () => {
    const path = `${temporaryFolder()}/bomb.gz`;
    const record = pcap([{ data: new Uint8Array(250_000) }]);
    const header = record.subarray(0, 24);
    const body = Buffer.from(record.subarray(24));
    const frames = 1_200; // 300 MB
    const content = Readable.from(
      (function* () {
        yield Buffer.from(header);
        for (let count = 0; count < frames; count++) yield body;
      })(),
    );
    await pipeline(content, createGzip({ level: 1 }), createWriteStream(path));
    let highest = 0;
    const before = process.memoryUsage().rss;
    let seen = 0;
    await openFiles([path]).run(() => {
      seen += 1;
      if (seen % 100 === 0) highest = Math.max(highest, process.memoryUsage().rss);
    }, new AbortController().signal);
    expect(seen).toBe(frames);
    expect(highest - before).toBeLessThan(120e6);
  });
});

/** How many bytes zlib can unpack of the beginning of a packed file, by its one-shot interface. */
function intactPrefix(packed: Uint8Array, whole: Uint8Array): number {
  const unpacked = gunzipSync(packed, { finishFlush: 2 });
  expect(unpacked.equals(whole.subarray(0, unpacked.length))).toBe(true);
  return unpacked.length;
}
