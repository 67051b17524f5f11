/** IPv4 (RFC 791). Options are stepped over. */
import { u8, u16 } from "./bytes.ts";
import { has, Layer, stop } from "./layer.ts";
import { Fault, type Packet } from "./packet.ts";

const HEADER = 20;
const MORE_FRAGMENTS = 0x2000;

export function decodeIpv4(packet: Packet): Layer {
  if (!has(packet, HEADER)) return stop(packet);
  const { bytes, cursor } = packet;
  const header = (u8(bytes, cursor) & 15) * 4;
  const total = u16(bytes, cursor + 2);
  // Segmentation offload on the capturing host leaves the total length 0.
  const claimed = total === 0 ? packet.claimed : cursor + total;
  if (u8(bytes, cursor) >> 4 !== 4 || header < HEADER || cursor + header > claimed) {
    return stop(packet, Fault.Malformed);
  }
  const fragment = u16(bytes, cursor + 6);
  packet.ipVersion = 4;
  packet.network = cursor;
  packet.source = cursor + 12;
  packet.destination = cursor + 16;
  packet.protocol = u8(bytes, cursor + 9);
  packet.ttl = u8(bytes, cursor + 8);
  packet.ipId = u16(bytes, cursor + 4);
  packet.fragmentOffset = (fragment & 0x1fff) * 8;
  packet.moreFragments = (fragment & MORE_FRAGMENTS) !== 0;
  packet.fragmentHeader = 0;
  packet.resetTransport();
  if (claimed > packet.claimed) packet.fault = Fault.Cut;
  packet.claimed = claimed;
  if (claimed < packet.limit) packet.limit = claimed;
  packet.cursor = cursor + header;
  if (packet.fragmentOffset !== 0 || packet.moreFragments) return stop(packet);
  return Layer.Transport;
}
