import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CORPUS } from "../corpus/manifest.ts";
import {
  block,
  enhancedPacket,
  frameOf,
  joined,
  networkInterface,
  type Order,
  obsoletePacket,
  option,
  section,
  simplePacket,
} from "./build-capture.ts";
import { installed, kinds, ownCaptures, read, run, temporary, tshark } from "./read-capture.ts";

const ORDERS: Order[] = ["little", "big"];
const withTshark = installed("tshark");

async function readBlocks(...blocks: Uint8Array[]) {
  return await read(temporary("built.pcapng", joined(...blocks)));
}

/** A file with every kind of block that a frame can stand in. */
function everything(order: Order): Uint8Array[] {
  return [
    section(order),
    networkInterface(order, { resolution: 9 }),
    networkInterface(order, { resolution: 0x80 | 20, offset: -3_600n, linkType: 101 }),
    enhancedPacket(order, { units: 1_700_000_000_123_456_999n, onWire: 1_514 }),
    block(order, 5, new Uint8Array(12)), // interface statistics
    enhancedPacket(order, { index: 1, units: (1_700_000_000n << 20n) + 524_289n }),
    obsoletePacket(order, { units: 1_700_000_001_000_000_001n, data: frameOf(61) }),
    block(order, 4, new Uint8Array(4)), // name resolution
    simplePacket(order, 60, frameOf(60)),
  ];
}

describe("pcapng", () => {
  it.each(ORDERS)("reads frames from every kind of packet block, %s-endian", async (order) => {
    const reading = await readBlocks(...everything(order));
    expect(reading.seen).toMatchObject([
      { number: 1, timestamp: 1_700_000_000_123_456, wireLength: 1_514, length: 60, linkType: 1 },
      { number: 2, timestamp: 1_699_996_400_500_000, length: 60, linkType: 101 },
      { number: 3, timestamp: 1_700_000_001_000_000, length: 61, linkType: 1 },
      // Without a time of its own: at that of the frame before.
      { number: 4, timestamp: 1_700_000_001_000_000, length: 60, linkType: 1 },
    ]);
    expect(reading.damage).toEqual([]);
  });

  it.runIf(withTshark)("reads what tshark reads", async () => {
    for (const order of ORDERS) {
      const path = temporary("built.pcapng", joined(...everything(order)));
      const { seen } = await read(path);
      const rows = tshark(path);
      expect(rows).toHaveLength(4);
      for (const [index, { timestamp, ...row }] of rows.entries()) {
        expect(seen[index]).toMatchObject(row);
        if (timestamp !== undefined) expect(seen[index]?.timestamp).toBe(timestamp);
      }
    }
  });

  it("begins each section with a byte order and interfaces of its own", async () => {
    const { seen, damage } = await readBlocks(
      section("little"),
      networkInterface("little", { linkType: 101, resolution: 3 }),
      enhancedPacket("little", { units: 5_000n }),
      section("big"),
      networkInterface("big"),
      enhancedPacket("big", { units: 5_000_000n }),
    );
    expect(seen).toMatchObject([
      { number: 1, timestamp: 5_000_000, linkType: 101 },
      { number: 2, timestamp: 5_000_000, linkType: 1 },
    ]);
    expect(damage).toEqual([]);
  });

  it("does not take over the interfaces of the section before", async () => {
    const reading = await readBlocks(
      ...[section("little"), networkInterface("little"), enhancedPacket("little")],
      ...[section("little"), enhancedPacket("little")],
    );
    expect(reading.frames).toBe(1);
    expect(kinds(reading)).toEqual(["corrupt"]);
    expect(reading.damage[0]?.message).toContain("interface 0");
  });

  it("lets the snap length of the interface say how much of a simple packet there is", async () => {
    const { seen, damage } = await readBlocks(
      section("little"),
      networkInterface("little", { snapLength: 61 }),
      simplePacket("little", 1_514, frameOf(61)),
      simplePacket("little", 42, frameOf(42)),
    );
    expect(seen).toMatchObject([
      { wireLength: 1_514, length: 61 },
      { wireLength: 42, length: 42 },
    ]);
    expect(damage).toEqual([]);
  });

  it("goes on with the other interfaces when it cannot read the link type of one", async () => {
    const reading = await readBlocks(
      section("little"),
      networkInterface("little", { linkType: 189 }),
      networkInterface("little", { linkType: 1 }),
      networkInterface("little", { linkType: 189 }),
      enhancedPacket("little", { index: 0 }),
      enhancedPacket("little", { index: 1 }),
      enhancedPacket("little", { index: 2 }),
      enhancedPacket("little", { index: 1 }),
    );
    expect(reading.seen.map(({ number }) => number)).toEqual([2, 4]);
    expect(reading.damage.map(({ kind, message }) => [kind, message])).toEqual([
      ["link-type", "link type 189 (USB, Linux) cannot be analysed: 2 frames left out"],
    ]);
  });

  it("says nothing about an interface of another link type that no frame came from", async () => {
    const { damage } = await readBlocks(
      section("little"),
      networkInterface("little", { linkType: 189 }),
      networkInterface("little"),
      enhancedPacket("little", { index: 1 }),
    );
    expect(damage).toEqual([]);
  });

  it.runIf(withTshark)("numbers frames as Wireshark does, whatever stands between", async () => {
    const event = new Uint8Array(40);
    const journal = Buffer.from("__REALTIME_TIMESTAMP=1700000000000000\nMESSAGE=x\n");
    for (const type of [4, 5, 7, 10, 0x7777, 0x8000_0001, 9, 0xbad, 0x4000_0bad]) {
      const between = block("little", type, type === 9 ? journal : event);
      const path = temporary(
        "numbered.pcapng",
        joined(
          section("little"),
          networkInterface("little"),
          enhancedPacket("little", { data: frameOf(60) }),
          between,
          enhancedPacket("little", { data: frameOf(61) }),
        ),
      );
      const { seen } = await read(path);
      const row = tshark(path).find(({ length }) => length === 61);
      expect(seen[1]?.number, `block type ${type}`).toBe(row?.number);
    }
  });

  it("passes a block it does not know, however long, without holding it", async () => {
    const { seen, damage } = await readBlocks(
      section("little"),
      networkInterface("little"),
      enhancedPacket("little"),
      block("little", 0x7777, new Uint8Array(5_000_000)),
      enhancedPacket("little"),
    );
    expect(seen).toHaveLength(2);
    expect(damage).toEqual([]);
  });

  it("delivers a frame whose own options are not well-formed", async () => {
    const behind = option("little", 1, new Uint8Array(4));
    behind[2] = 200;
    const { frames, damage } = await readBlocks(
      section("little"),
      networkInterface("little"),
      enhancedPacket("little", { behind }),
      enhancedPacket("little"),
    );
    expect(frames).toBe(2);
    expect(damage).toEqual([]);
  });

  const good = [section("little"), networkInterface("little"), enhancedPacket("little")];
  const before = joined(...good).length;
  const tooLong = option("little", 1, new Uint8Array(4));
  tooLong[2] = 200;
  const mismatch = enhancedPacket("little");
  mismatch[mismatch.length - 4] = 1;
  const short = block("little", 6, new Uint8Array(8));
  const uneven = block("little", 0x7777, new Uint8Array(4));
  uneven[4] = 15;
  const tiny = block("little", 0x7777);
  tiny[4] = 8;
  const noOrder = section("little");
  noOrder[8] = 0;
  const version2 = section("little");
  version2[12] = 2;
  const damages: [string, Uint8Array, string][] = [
    ["an interface that was not described", enhancedPacket("little", { index: 7 }), "interface 7"],
    ["two lengths that differ", mismatch, "lengths"],
    ["a packet block too short for its header", short, "20 bytes"],
    ["a frame that does not fit its block", enhancedPacket("little", { captured: 61 }), "61 bytes"],
    [
      "a frame longer than any",
      enhancedPacket("little", { data: frameOf(262_145) }),
      "262145 bytes",
    ],
    ["a simple packet longer than its block", simplePacket("little", 61, frameOf(60)), "61 bytes"],
    ["a length that is not a multiple of four", uneven, "15 bytes"],
    ["a length below any block's", tiny, "8 bytes"],
    ["a section without byte order", noOrder, "byte order"],
    ["a section of another version", version2, "2.0"],
    ["an option longer than its section header", section("little", tooLong), "option"],
    [
      "an option longer than its interface block",
      block("little", 1, new Uint8Array(8), tooLong),
      "option",
    ],
  ];

  it.each(damages)("stops at %s, with the frames before", async (_, bad, words) => {
    const reading = await readBlocks(...good, bad, ...good);
    expect(reading.frames).toBe(1);
    expect(reading.damage).toMatchObject([{ kind: "corrupt", offset: before }]);
    expect(reading.damage[0]?.message).toContain(words);
  });

  it.runIf(withTshark)(
    "finds no more and no fewer frames before that damage than tshark",
    async () => {
      for (const [name, bad] of damages) {
        // Wireshark rounds such a length up; libpcap and the draft (§3.1) do not allow it.
        if (bad === uneven) continue;
        const path = temporary("damaged.pcapng", joined(...good, bad, ...good));
        expect(tshark(path), name).toHaveLength(1);
      }
    },
  );

  it("delivers exactly the frames before a cut, wherever the file is cut", async () => {
    const blocks = [
      ...everything("little"),
      ...everything("big"),
      block("big", 0x7777, new Uint8Array(9)),
    ];
    await expectCutsToBeTold(joined(...blocks));
  });

  it.skipIf(CORPUS === undefined)("and so of a recorded file", async () => {
    await expectCutsToBeTold(
      new Uint8Array(readFileSync(`${CORPUS}/tcpdump/icmp-cksum-oobr-3.pcapng`)),
    );
  });

  it.runIf(installed("editcap"))(
    "reads a file written by editcap as the pcap it was made from",
    async () => {
      for (const path of ownCaptures(".pcap", 5)) {
        const converted = temporary("converted.pcapng", "");
        run("editcap", "-F", "pcapng", path, converted);
        const [original, again] = [await read(path), await read(converted)];
        expect(again.seen).toEqual(original.seen);
        expect(again.damage).toEqual([]);
      }
    },
  );
});

async function expectCutsToBeTold(whole: Uint8Array): Promise<void> {
  const all = await read(temporary("whole.pcapng", whole));
  const { ends, frames } = blockEnds(whole);
  expect(frames.at(-1)).toBe(all.frames);
  for (let length = 0; length < whole.length; length++) {
    const reading = await read(temporary("cut.pcapng", whole.subarray(0, length)));
    const complete = ends.findLastIndex((end) => end <= length);
    expect(reading.seen, `cut to ${length} bytes`).toEqual(
      all.seen.slice(0, frames[complete] ?? 0),
    );
    const proper = length > 0 && ends.includes(length);
    expect(kinds(reading), `cut to ${length} bytes`).toEqual(proper ? [] : ["cut"]);
  }
}

/** Where each block ends, and how many packet blocks there were until then, by a walk of its own. */
function blockEnds(bytes: Uint8Array): { ends: number[]; frames: number[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const ends = [0];
  const frames = [0];
  let little = true;
  for (let at = 0; at < bytes.length; at = ends.at(-1) as number) {
    if (view.getUint32(at) === 0x0a0d0d0a) little = view.getUint32(at + 8) === 0x4d3c2b1a;
    const isPacket = [2, 3, 6].includes(view.getUint32(at, little));
    ends.push(at + view.getUint32(at + 4, little));
    frames.push((frames.at(-1) as number) + (isPacket ? 1 : 0));
  }
  return { ends, frames };
}
