/**
 * Recognises the second copy of a packet that a mirror of ingress and egress shows. A routed copy differs in
 * MAC addresses, VLAN tag, TTL and header checksum, so none of these count; what must agree is everything
 * else in the IP header and the first bytes above it, checksum of the payload included.
 */
import { i32, u8, u16 } from "../packet/bytes.ts";
import type { Packet } from "../packet/packet.ts";

/** How far apart two copies can be, µs of packet time. */
const WINDOW = 10_000;
const SLOTS = 1 << 13;
/** Bytes above the IP header that must agree: TCP with timestamps, or UDP and the start of its payload. */
const PREFIX = 32;

export class Duplicates {
  /** Packets recognised as copies. */
  count = 0;

  readonly #low = new Int32Array(SLOTS);
  readonly #high = new Int32Array(SLOTS);
  readonly #time = new Float64Array(SLOTS);

  /** Whether this IP packet is a copy of one seen within the window. */
  has(packet: Packet): boolean {
    let low = packet.claimed - packet.network;
    let high = 0x2545f491;
    const { bytes, network } = packet;
    if (packet.ipVersion === 4) {
      low = mix(low, (u16(bytes, network + 4) << 16) | u16(bytes, network + 6));
      low = mix(low, i32(bytes, network + 12));
      high = mix(high, i32(bytes, network + 16) ^ u8(bytes, network + 9));
    } else {
      for (let at = network + 8; at < network + 40; at += 4) low = mix(low, i32(bytes, at));
    }
    const start = packet.transport !== 0 ? packet.transport : packet.payload;
    const end = Math.min(start + PREFIX, packet.limit);
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const word = i32(bytes, at);
      low = mix(low, word);
      high = mix(high, word ^ low);
    }
    for (; at < end; at++) low = mix(low, u8(bytes, at));
    return this.#seen(low, high, packet.timestamp);
  }

  #seen(low: number, high: number, now: number): boolean {
    const slot = (low ^ (low >>> 15)) & (SLOTS - 1);
    const age = now - (this.#time[slot] as number);
    if (this.#low[slot] === low && this.#high[slot] === high && age >= 0 && age <= WINDOW) {
      this.count++;
      return true;
    }
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#time[slot] = now;
    return false;
  }
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
