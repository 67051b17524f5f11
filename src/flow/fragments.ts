/**
 * Puts IPv4 (RFC 791 §3.2) and IPv6 (RFC 8200 §4.5) fragments together again. Where fragments overlap, the
 * bytes that came first win. `LIMIT` datagrams at a time; the oldest incomplete one gives way.
 */
import { i32, u8 } from "../packet/bytes.ts";
import type { Packet } from "../packet/packet.ts";

const LIMIT = 256;
const DATAGRAM_LIMIT = 65_535;
/** Fragment offsets count in units of eight bytes. */
const UNIT = 8;
/** Room for the IP header before the payload. */
const HEADER_ROOM = 60;
/** Fragments of one datagram arrive within this time, µs (RFC 1122 §3.3.2 asks for 60 s). */
const TIMEOUT = 60e6;

class Assembly {
  bytes = new Uint8Array(HEADER_ROOM + 4096);
  readonly covered = new Uint8Array(Math.ceil(DATAGRAM_LIMIT / UNIT / 8) + 1);
  inUse = false;
  /** Address hash, identification and protocol. */
  key = 0;
  id = 0;
  protocol = 0;
  started = 0;
  /** Payload length, −1 until the last fragment came. */
  length = -1;
  coveredUnits = 0;
  /** Bytes of the IP header kept from the first fragment, 0 until it came. */
  header = 0;

  begin(key: number, id: number, protocol: number, timestamp: number): void {
    this.inUse = true;
    this.key = key;
    this.id = id;
    this.protocol = protocol;
    this.started = timestamp;
    this.length = -1;
    this.coveredUnits = 0;
    this.header = 0;
    this.covered.fill(0);
  }

  grow(length: number): void {
    if (HEADER_ROOM + length <= this.bytes.length) return;
    const size = Math.min(Math.max(length, this.bytes.length * 2), DATAGRAM_LIMIT);
    const grown = new Uint8Array(HEADER_ROOM + size);
    grown.set(this.bytes);
    this.bytes = grown;
  }

  /** Takes a fragment's bytes, unit by unit, where nothing is yet. */
  fill(from: Uint8Array, start: number, end: number, offset: number): void {
    for (let at = start; at < end; at += UNIT) {
      const unit = (offset + at - start) / UNIT;
      const bit = 1 << (unit & 7);
      const byte = unit >> 3;
      if (((this.covered[byte] as number) & bit) !== 0) continue;
      this.covered[byte] = (this.covered[byte] as number) | bit;
      this.coveredUnits++;
      const to = HEADER_ROOM + offset + at - start;
      const stop = Math.min(at + UNIT, end);
      for (let index = at; index < stop; index++)
        this.bytes[to + index - at] = from[index] as number;
    }
  }

  get complete(): boolean {
    return this.length >= 0 && this.header > 0 && this.coveredUnits * UNIT >= this.length;
  }
}

export class Fragments {
  /** The datagram that `add` completed lies here, until the next call. */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  received = 0;
  assembled = 0;
  /** Given up: timed out or pushed out; and refused: cut, or beyond the largest datagram. */
  abandoned = 0;
  refused = 0;

  readonly #assemblies: Assembly[] = [];

  /** Takes one fragment; true when it completes its datagram. */
  add(packet: Packet): boolean {
    this.received++;
    const length = packet.payloadEnd - packet.payload;
    const end = packet.fragmentOffset + length;
    // A fragment that the capture cut, or (unless it is the last) one that is no multiple of eight.
    const odd = packet.moreFragments && length % UNIT !== 0;
    if (length === 0 || length < packet.payloadLength || odd || end > DATAGRAM_LIMIT) {
      this.refused++;
      return false;
    }
    const assembly = this.#find(packet);
    assembly.grow(end);
    assembly.fill(packet.bytes, packet.payload, packet.payloadEnd, packet.fragmentOffset);
    if (!packet.moreFragments && assembly.length < 0) assembly.length = end;
    if (packet.fragmentOffset === 0) keepHeader(assembly, packet);
    if (!assembly.complete) return false;
    this.#finish(assembly, packet.ipVersion);
    return true;
  }

  statistics(): Record<string, number> {
    const { received, assembled, abandoned, refused } = this;
    return { received, assembled, abandoned, refused };
  }

  #find(packet: Packet): Assembly {
    const { bytes, fragmentHeader, protocol, timestamp } = packet;
    const id = packet.ipVersion === 4 ? packet.ipId : i32(bytes, fragmentHeader + 4);
    const key = addressKey(packet);
    let spare: Assembly | null = null;
    let oldest: Assembly | null = null;
    for (const each of this.#assemblies) {
      if (each.inUse && timestamp - each.started > TIMEOUT) {
        each.inUse = false;
        this.abandoned++;
      }
      if (!each.inUse) spare = each;
      else if (each.key === key && each.id === id && each.protocol === protocol) return each;
      else if (oldest === null || each.started < oldest.started) oldest = each;
    }
    const assembly = spare ?? this.#room(oldest);
    assembly.begin(key, id, protocol, timestamp);
    return assembly;
  }

  #room(oldest: Assembly | null): Assembly {
    if (oldest !== null && this.#assemblies.length >= LIMIT) {
      this.abandoned++;
      return oldest;
    }
    const assembly = new Assembly();
    this.#assemblies.push(assembly);
    return assembly;
  }

  #finish(assembly: Assembly, version: number): void {
    const { bytes, header, length } = assembly;
    const start = HEADER_ROOM - header;
    const total = version === 4 ? header + length : length;
    const at = version === 4 ? start + 2 : start + 4;
    // 0 stands for "more than fits": the decoder then takes the buffer's end.
    bytes[at] = total > DATAGRAM_LIMIT ? 0 : total >> 8;
    bytes[at + 1] = total > DATAGRAM_LIMIT ? 0 : total & 255;
    this.bytes = bytes;
    this.start = start;
    this.end = HEADER_ROOM + length;
    this.assembled++;
    assembly.inUse = false;
  }
}

/** The header of the first fragment, as that of a whole datagram. IPv6 extension headers are dropped. */
function keepHeader(assembly: Assembly, packet: Packet): void {
  const { bytes, network } = packet;
  const four = packet.ipVersion === 4;
  const length = four ? (u8(bytes, network) & 15) * 4 : 40;
  const start = HEADER_ROOM - length;
  for (let index = 0; index < length; index++) {
    assembly.bytes[start + index] = bytes[network + index] as number;
  }
  if (four) {
    assembly.bytes[start + 6] = 0;
    assembly.bytes[start + 7] = 0;
  } else assembly.bytes[start + 6] = packet.protocol;
  assembly.header = length;
}

function addressKey(packet: Packet): number {
  const length = packet.ipVersion === 4 ? 4 : 16;
  let key = packet.vlan;
  for (let at = 0; at < length; at += 4) {
    key = Math.imul(key ^ i32(packet.bytes, packet.source + at), 0x9e3779b1);
    key = Math.imul((key >>> 15) ^ key ^ i32(packet.bytes, packet.destination + at), 0x85ebca6b);
  }
  return key;
}
