/** The captures of others beside this checkout: we read of each what capinfos, tshark and pcap-parser read. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { parse } from "pcap-parser";
import { beforeAll, describe, expect, it } from "vitest";
import { CORPUS, type Entry, entries, pathOf } from "../corpus/manifest.ts";
import { installed, kinds, type Reading, type Row, read, tshark } from "./read-capture.ts";

/** Where a tool and we differ, by file, and why we are right. */
const TSHARK_DIFFERS: Readonly<Record<string, string>> = {
  "suricata-verify/fuzz.pcap":
    "frame 2 claims more bytes captured than there were: tshark takes the two lengths for swapped, " +
    "which only writers before version 2.4 of the format did; tcpdump stops there, as we do",
  "malcolm/DHCP.pcap":
    "frame 72 has a fraction below zero: tshark prints the sign before the whole time, not before " +
    "the fraction",
};
const PCAP_PARSER_DIFFERS: Readonly<Record<string, string>> = {
  "malcolm/DHCP.pcap":
    "frame 72 has a fraction below zero: pcap-parser reads it without sign, as more than an hour",
};

/** What the manifest calls link types, after capinfos. */
const LINK_TYPES: Readonly<Record<string, readonly number[]>> = {
  ether: [1],
  null: [0],
  rawip: [101, 12, 14],
  rawip4: [228],
  ppp: [9],
  "linux-sll": [113],
  "linux-sll2": [276],
};

/** Which of our kinds of damage answers which of the manifest's. */
const ERRORS: Readonly<Record<string, string>> = {
  truncated: "cut",
  corrupt: "corrupt",
  "unsupported-linktype": "link-type",
};

interface Format {
  readonly file?: string;
  readonly byte_order?: string;
  readonly time?: string;
  readonly linktype?: string;
}

function formatOf(entry: Entry): Format {
  return (entry.expect.format ?? {}) as Format;
}

/** Frames of link types that we do not read, as the messages tell. */
function leftOut(reading: Reading): number {
  const told = reading.damage.map(({ message }) => /(\d+) frames? left out/.exec(message)?.[1]);
  return told.reduce((sum, frames) => sum + Number(frames ?? 0), 0);
}

const all = entries();

describe.skipIf(CORPUS === undefined)("the corpus beside this checkout", () => {
  const readings = new Map<Entry, Reading>();

  beforeAll(async () => {
    for (const entry of all) readings.set(entry, await read(pathOf(entry)));
  });

  it("has as many frames in each file as capinfos counts", () => {
    let compared = 0;
    for (const [entry, reading] of readings) {
      const { packets } = entry.expect;
      if (packets === undefined) continue;
      expect(reading.frames + leftOut(reading), entry.file).toBe(packets);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(300);
  });

  it("has the link types that capinfos names", () => {
    for (const [entry, reading] of readings) {
      const numbers = LINK_TYPES[formatOf(entry).linktype ?? ""];
      if (numbers === undefined) continue;
      const seen = new Set(reading.seen.map(({ linkType }) => linkType));
      expect(numbers, entry.file).toEqual(expect.arrayContaining([...seen]));
      expect(kinds(reading), entry.file).not.toContain("link-type");
    }
  });

  it("is damaged where tshark finds damage, and nowhere else", () => {
    const found = new Set<string>();
    for (const [entry, reading] of readings) {
      const error = (entry.expect.error as { kind?: string } | undefined)?.kind;
      if (error === undefined) {
        const linkType = formatOf(entry).linktype ?? "";
        const refused = linkType in LINK_TYPES || reading.damage.length === 0 ? [] : ["link-type"];
        expect(kinds(reading), entry.file).toEqual(refused);
      } else {
        expect(kinds(reading), entry.file).toContain(ERRORS[error]);
        found.add(error);
      }
    }
    expect([...found].sort()).toEqual(Object.keys(ERRORS).sort());
  });

  it("has the bytes, times and lengths that pcap-parser reads", async () => {
    let compared = 0;
    for (const [entry, reading] of readings) {
      const { file, time } = formatOf(entry);
      if (file !== "pcap" || time !== "us" || kinds(reading).includes("link-type")) continue;
      if (entry.file in PCAP_PARSER_DIFFERS) continue;
      expect(reading.seen.map(comparable), entry.file).toEqual(await parsed(pathOf(entry)));
      compared += reading.frames;
    }
    expect(compared).toBeGreaterThan(50_000);
  });

  it.runIf(installed("tshark"))(
    "has the times and lengths that tshark reads, format by format",
    () => {
      const chosen = new Map<string, Entry[]>();
      for (const [entry, reading] of readings) {
        const { file, byte_order: order, time, linktype } = formatOf(entry);
        const key = [file, order, time, linktype, kinds(reading)].join();
        const group = chosen.get(key) ?? [];
        if (group.length === 0 && !kinds(reading).includes("link-type")) group.push(entry);
        chosen.set(key, group);
      }
      const files = [...chosen.values()].flat();
      expect(files.length).toBeGreaterThan(15);
      for (const entry of files) {
        if (entry.file in TSHARK_DIFFERS) continue;
        const rows = tshark(pathOf(entry));
        // A custom block is a record to tshark, but no frame: it has no time.
        const timed = rows.filter((row) => row.timestamp !== undefined);
        const ours = (readings.get(entry)?.seen ?? []).map(asRow);
        expect(ours, entry.file).toEqual(timed);
      }
    },
  );

  it("still differs from pcap-parser where that is listed", async () => {
    for (const file of Object.keys(PCAP_PARSER_DIFFERS)) {
      const entry = entryOf(file);
      const ours = (readings.get(entry)?.seen ?? []).map(comparable);
      expect(ours).not.toEqual(await parsed(pathOf(entry)));
    }
  });

  it.runIf(installed("tshark"))("still differs from tshark where that is listed", () => {
    for (const file of Object.keys(TSHARK_DIFFERS)) {
      const entry = entryOf(file);
      const ours = (readings.get(entry)?.seen ?? []).map(asRow);
      expect(ours).not.toEqual(tshark(pathOf(entry)));
    }
  });

  it("is read as one merged capture without losing a frame", async () => {
    const merged = await read(all.map(pathOf));
    const single = [...readings.values()];
    expect(merged.frames).toBe(single.reduce((sum, { frames }) => sum + frames, 0));
    expect(merged.damage.length).toBe(single.reduce((sum, { damage }) => sum + damage.length, 0));
  });
});

function entryOf(file: string): Entry {
  return all.find((entry) => entry.file === file) as Entry;
}

interface Comparable {
  readonly timestamp: number;
  readonly wireLength: number;
  readonly length: number;
  readonly digest: string;
}

function comparable({ timestamp, wireLength, length, digest }: Comparable): Comparable {
  return { timestamp, wireLength, length, digest };
}

function asRow({ number, timestamp, wireLength, length }: Reading["seen"][number]): Row {
  return { number, timestamp, wireLength, length };
}

async function parsed(path: string): Promise<Comparable[]> {
  const packets: Comparable[] = [];
  const parser = parse(path);
  parser.on("packet", ({ header, data }) => {
    packets.push({
      timestamp: header.timestampSeconds * 1_000_000 + header.timestampMicroseconds,
      wireLength: header.originalLength,
      length: header.capturedLength,
      digest: createHash("md5").update(data).digest("hex"),
    });
  });
  await once(parser, "end");
  return packets;
}
