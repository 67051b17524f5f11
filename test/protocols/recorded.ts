/** What recorded conversations said, and what tshark reads in them: input and second opinion of the tests. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { CAPTURES, framesOf } from "../support/captures.ts";
import { installed } from "../support/tools.ts";
import type { Conversation } from "./conversation.ts";

export interface Said {
  /** 0: who sent the first payload of the capture. */
  readonly side: 0 | 1;
  readonly bytes: Uint8Array;
}

/** The payloads of the first TCP or UDP conversation (Ethernet, IPv4, no tags), in order of capture. */
export async function conversationIn(file: string): Promise<Said[]> {
  const said: Said[] = [];
  let first = "";
  let conversation = "";
  for (const { bytes } of await framesOf(`${CAPTURES}/${file}`, 2000)) {
    const ip = 14;
    if (bytes[12] !== 8 || bytes[13] !== 0) continue;
    const transport = ip + ((bytes[ip] ?? 0) & 15) * 4;
    const end = ip + (((bytes[ip + 2] ?? 0) << 8) | (bytes[ip + 3] ?? 0));
    const tcp = bytes[ip + 9] === 6;
    if (!tcp && bytes[ip + 9] !== 17) continue;
    const start = transport + (tcp ? ((bytes[transport + 12] ?? 0) >> 4) * 4 : 8);
    if (start >= end) continue;
    const source = [...bytes.slice(ip + 12, ip + 16), ...bytes.slice(transport, transport + 2)];
    const target = [...bytes.slice(ip + 16, ip + 20), ...bytes.slice(transport + 2, transport + 4)];
    const key = [String(source), String(target)].sort().join("-");
    if (conversation === "") {
      conversation = key;
      first = String(source);
    }
    if (key !== conversation) continue;
    said.push({ side: String(source) === first ? 0 : 1, bytes: bytes.slice(start, end) });
  }
  return said;
}

/** Says it all again, in pieces of at most `size` bytes. */
export function repeat(talked: Conversation, said: readonly Said[], size = 1 << 20): Conversation {
  for (const { side, bytes } of said) {
    for (let at = 0; at < bytes.length; at += size) {
      const piece = bytes.slice(at, at + size);
      if (side === 0) talked.client(piece);
      else talked.server(piece);
    }
  }
  return talked;
}

/** The payloads of every UDP datagram of a capture. */
export async function datagramsIn(file: string): Promise<Uint8Array[]> {
  const frames = await framesOf(`${CAPTURES}/${file}`, 2000);
  return frames
    .filter(({ bytes }) => bytes[12] === 8 && bytes[13] === 0 && bytes[23] === 17)
    .map(({ bytes }) => bytes.slice(42));
}

/** Columns of the packets that a display filter takes, one line per packet; several values by comma. */
export function tshark(file: string, filter: string, ...fields: string[]): string[][] {
  const columns = fields.flatMap((field) => ["-e", field]);
  const output = execFileSync(
    "tshark",
    ["-r", `${CAPTURES}/${file}`, "-Y", filter, "-T", "fields", ...columns],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
}

export const hasTshark = installed("tshark");

/** Strings of the recordings that no observation may hold. */
export const CANARIES: readonly string[] = readFileSync(`${CAPTURES}/canaries.txt`, "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.slice(line.indexOf(" ") + 1));

/** A recorded conversation with a few bytes changed, cut out or put in, and its stream cut elsewhere. */
export function mutations(said: readonly Said[]): fc.Arbitrary<Said[]> {
  const change = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom("set", "cut", "add"),
    byte: fc.nat(255),
    length: fc.integer({ min: 1, max: 8 }),
  });
  return fc.array(fc.tuple(fc.nat(), change), { maxLength: 6 }).chain((changes) =>
    fc.integer({ min: 24, max: 2000 }).map((piece) => {
      const parts = said.map(({ side, bytes }) => ({ side, bytes: [...bytes] }));
      for (const [which, { at, kind, byte, length }] of changes) {
        const target = parts[which % parts.length]?.bytes;
        if (target === undefined || target.length === 0) continue;
        const index = at % target.length;
        if (kind === "set") target[index] = byte;
        else if (kind === "cut") target.splice(index, length);
        else target.splice(index, 0, ...Array<number>(length).fill(byte));
      }
      return parts.flatMap(({ side, bytes }) =>
        pieces(bytes, piece).map((each) => ({ side, bytes: each })),
      );
    }),
  );
}

function pieces(bytes: readonly number[], size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size)
    parts.push(Uint8Array.from(bytes.slice(at, at + size)));
  return parts;
}
