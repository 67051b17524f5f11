/** ICMP (RFC 792) and ICMPv6 (RFC 4443): type and code. What they carry is read by analyzers. */
import { u8 } from "./bytes.ts";
import { has, type Layer, stop } from "./layer.ts";
import type { Packet } from "./packet.ts";

const HEADER = 4;

export function decodeIcmp(packet: Packet): Layer {
  if (!has(packet, HEADER)) return stop(packet);
  const { bytes, cursor } = packet;
  packet.transport = cursor;
  packet.icmpType = u8(bytes, cursor);
  packet.icmpCode = u8(bytes, cursor + 1);
  packet.cursor = cursor + HEADER;
  return stop(packet);
}
