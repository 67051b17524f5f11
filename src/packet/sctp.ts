/** SCTP common header (RFC 9260 §3.1). The payload starts at the first chunk. */
import { u16 } from "./bytes.ts";
import { has, type Layer, stop } from "./layer.ts";
import type { Packet } from "./packet.ts";

const HEADER = 12;

export function decodeSctp(packet: Packet): Layer {
  if (!has(packet, HEADER)) return stop(packet);
  const { bytes, cursor } = packet;
  packet.transport = cursor;
  packet.sourcePort = u16(bytes, cursor);
  packet.destinationPort = u16(bytes, cursor + 2);
  packet.cursor = cursor + HEADER;
  return stop(packet);
}
