import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { frameOf, type PcapFields, pcap, type RecordFields } from "./build-capture.ts";
import { installed, kinds, ownCaptures, read, temporary, tshark } from "./read-capture.ts";

const MICRO = 0xa1b2c3d4;
const NANO = 0xa1b23c4d;
const PATCHED = 0xa1b2cd34;

async function readBytes(bytes: Uint8Array, name = "built.pcap") {
  return await read(temporary(name, bytes));
}

describe("pcap", () => {
  const variants: [string, PcapFields, number][] = [
    ["little-endian microseconds", { order: "little", magic: MICRO }, 123_456],
    ["big-endian microseconds", { order: "big", magic: MICRO }, 123_456],
    ["little-endian nanoseconds", { order: "little", magic: NANO }, 123_456_999],
    ["big-endian nanoseconds", { order: "big", magic: NANO }, 123_456_999],
    ["the patched header", { order: "little", magic: PATCHED, recordExtra: 8 }, 123_456],
    ["the patched header, big-endian", { order: "big", magic: PATCHED, recordExtra: 8 }, 123_456],
  ];

  it.each(variants)("reads %s", async (_, fields, fraction) => {
    const records: RecordFields[] = [
      { seconds: 1_700_000_000, fraction, data: frameOf(60, 1), onWire: 1_514 },
      { seconds: 0xffff_ffff, fraction, data: frameOf(0) },
    ];
    const reading = await readBytes(pcap(records, fields));
    expect(reading.seen).toMatchObject([
      { number: 1, timestamp: 1_700_000_000_123_456, length: 60, wireLength: 1_514, linkType: 1 },
      { number: 2, timestamp: 4_294_967_295_123_456, length: 0, wireLength: 0, linkType: 1 },
    ]);
    expect(reading).toMatchObject({ frames: 2, bytes: 60, damage: [] });
  });

  it.runIf(installed("tshark"))("reads every variant as tshark does", async () => {
    for (const [name, fields, fraction] of variants) {
      const records = [1, 2, 3].map((seconds) => ({ seconds, fraction, onWire: 70 }));
      const path = temporary(`${name}.pcap`, pcap(records, fields));
      const { seen } = await read(path);
      expect(seen, name).toMatchObject(tshark(path));
      expect(seen).toHaveLength(3);
    }
  });

  it("takes a fraction of a little less than zero, as some writers have it, before the second", async () => {
    const { seen } = await readBytes(pcap([{ seconds: 1_000, fraction: 2 ** 32 - 268_432 }]));
    expect(seen[0]?.timestamp).toBe(999_731_568);
  });

  it("puts the lengths right that old writers have the other way round", async () => {
    const record = { data: frameOf(60), captured: 1_514, onWire: 60 };
    for (const version of [
      [2, 2],
      [2, 3],
      [543, 0],
    ] as const) {
      const reading = await readBytes(pcap([record, record], { version }));
      expect(reading.seen).toMatchObject([
        { length: 60, wireLength: 1_514 },
        { length: 60, wireLength: 1_514 },
      ]);
      expect(reading.damage).toEqual([]);
    }
  });

  it("ignores what the header says about checksums at the end of frames", async () => {
    const { seen } = await readBytes(pcap([{}], { linkType: 0x4400_0001 }));
    expect(seen[0]?.linkType).toBe(1);
  });

  it("refuses a version that does not exist", async () => {
    const reading = await readBytes(pcap([{}], { version: [3, 0] }));
    expect(reading.damage).toMatchObject([{ kind: "corrupt", offset: 4 }]);
    expect(reading.damage[0]?.message).toContain("3.0");
    expect(reading.frames).toBe(0);
  });

  it("takes frames up to the largest that are in use, and a longer one for damage", async () => {
    const largest = { data: frameOf(262_144) };
    const fine = await readBytes(pcap([largest, {}, largest]));
    expect(fine.seen.map(({ length }) => length)).toEqual([262_144, 60, 262_144]);
    expect(fine.damage).toEqual([]);

    const damaged = await readBytes(pcap([{}, { data: frameOf(262_145) }, {}]));
    expect(damaged.frames).toBe(1);
    expect(damaged.damage).toMatchObject([{ kind: "corrupt", offset: 24 + 76 }]);
    expect(damaged.damage[0]?.message).toContain("262145");
  });

  it("names a link type that it does not read, and counts what it leaves out", async () => {
    const path = temporary("wlan.pcap", pcap([{}, {}, {}], { linkType: 105 }));
    const reading = await read(path);
    expect(reading.seen).toEqual([]);
    expect(reading.damage).toEqual([
      {
        file: path,
        offset: 20,
        kind: "link-type",
        message: "link type 105 (802.11 wireless LAN) cannot be analysed: 3 frames left out",
      },
    ]);
  });

  it.each([0, 1, 9, 12, 14, 50, 101, 108, 113, 228, 229, 276])(
    "hands on frames of link type %d",
    async (linkType) => {
      const { seen, damage } = await readBytes(pcap([{}], { linkType }));
      expect(seen).toMatchObject([{ linkType }]);
      expect(damage).toEqual([]);
    },
  );

  it("delivers exactly the frames before a cut, wherever the file is cut", async () => {
    const [path = ""] = ownCaptures(".pcap", 1);
    const whole = new Uint8Array(readFileSync(path));
    const ends = recordEnds(whole);
    const { seen } = await read(path);
    expect(seen).toHaveLength(ends.length - 1);
    for (let length = 0; length < whole.length; length++) {
      const reading = await readBytes(whole.subarray(0, length), "cut.pcap");
      const complete = ends.filter((end, index) => index > 0 && end <= length).length;
      expect(reading.seen, `cut to ${length} bytes`).toEqual(seen.slice(0, complete));
      expect(kinds(reading), `cut to ${length} bytes`).toEqual(
        ends.includes(length) ? [] : ["cut"],
      );
      const begin = ends.findLast((end) => end <= length) ?? 0;
      if (!ends.includes(length)) expect(reading.damage[0]?.offset).toBe(begin);
    }
  });
});

/** Where the header and each record of a little-endian pcap end, by a walk of its own. */
function recordEnds(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  expect(view.getUint32(0, true)).toBe(MICRO);
  const ends = [24];
  for (let at = 24; at < bytes.length; at = ends.at(-1) as number) {
    ends.push(at + 16 + view.getUint32(at + 8, true));
  }
  return ends;
}
