/**
 * Frames of small Ethernet captures, whole in memory: what the bench composes its large capture from. A reader
 * of its own, so that the program under measurement does not make its own input. Anything that is not a
 * healthy Ethernet capture gives no frames.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

export interface RawFrame {
  /** Seconds. */
  readonly time: number;
  readonly bytes: Uint8Array;
}

const LINKTYPE_ETHERNET = 1;
const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const IF_TSRESOL = 9;

export function framesOf(path: string): readonly RawFrame[] {
  const file = readFileSync(path);
  const bytes = file[0] === 0x1f && file[1] === 0x8b ? gunzipSync(file) : file;
  if (bytes.length < 24) return [];
  try {
    return bytes.readUInt32LE(0) === SECTION_HEADER ? pcapng(bytes) : pcap(bytes);
  } catch (error) {
    // A read past the end: a damaged file. It is left out whole.
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function pcap(bytes: Buffer): RawFrame[] {
  const little = bytes.readUInt16LE(0) === 0xc3d4 || bytes.readUInt16LE(0) === 0x3c4d;
  const u32 = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const magic = u32(0);
  const fraction = magic === 0xa1b2c3d4 ? 1e6 : 1e9;
  if (magic !== 0xa1b2c3d4 && magic !== 0xa1b23c4d) return [];
  if ((u32(20) & 0x0fffffff) !== LINKTYPE_ETHERNET) return [];
  const frames: RawFrame[] = [];
  for (let at = 24; at < bytes.length; ) {
    const captured = u32(at + 8);
    if (captured > 262_144 || at + 16 + captured > bytes.length) return [];
    const time = u32(at) + u32(at + 4) / fraction;
    frames.push({ time, bytes: bytes.subarray(at + 16, at + 16 + captured) });
    at += 16 + captured;
  }
  return frames;
}

function pcapng(bytes: Buffer): RawFrame[] {
  const little = bytes.readUInt32LE(8) === BYTE_ORDER_MAGIC;
  const u32 = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const u16 = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const frames: RawFrame[] = [];
  /** Ticks per second of each interface. */
  const rates: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const type = u32(at);
    const length = u32(at + 4);
    if (length < 12 || length % 4 !== 0 || at + length > bytes.length) return [];
    // Several sections or another link type: not worth the code here.
    if (type === SECTION_HEADER && at > 0) return [];
    if (type === INTERFACE_DESCRIPTION) {
      if (u16(at + 8) !== LINKTYPE_ETHERNET) return [];
      rates.push(rateOf(bytes, at + 16, at + length - 4, u16));
    }
    if (type === ENHANCED_PACKET) {
      const ticks = u32(at + 12) * 2 ** 32 + u32(at + 16);
      const time = ticks / (rates[u32(at + 8)] ?? 1e6);
      frames.push({ time, bytes: bytes.subarray(at + 28, at + 28 + u32(at + 20)) });
    }
    at += length;
  }
  return frames;
}

function rateOf(bytes: Buffer, start: number, end: number, u16: (at: number) => number): number {
  for (let at = start; at + 4 <= end; at += 4 + Math.ceil(u16(at + 2) / 4) * 4) {
    if (u16(at) !== IF_TSRESOL) continue;
    const resolution = bytes[at + 4] ?? 6;
    return resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution;
  }
  return 1e6;
}
