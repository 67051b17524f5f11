/** IPv6 and its extension headers (RFC 8200 §4; AH: RFC 4302). */
import { u8, u16 } from "./bytes.ts";
import { has, Layer, stop } from "./layer.ts";
import { Fault, type Packet } from "./packet.ts";

const HEADER = 40;
const EXTENSION_LIMIT = 10;

const NextHeader = {
  HopByHop: 0,
  Routing: 43,
  Fragment: 44,
  Authentication: 51,
  None: 59,
  Destination: 60,
  Mobility: 135,
  Hip: 139,
  Shim6: 140,
} as const;

export function decodeIpv6(packet: Packet): Layer {
  if (!has(packet, HEADER)) return stop(packet);
  const { bytes, cursor } = packet;
  if (u8(bytes, cursor) >> 4 !== 6) return stop(packet, Fault.Malformed);
  const length = u16(bytes, cursor + 4);
  packet.ipVersion = 6;
  packet.network = cursor;
  packet.source = cursor + 8;
  packet.destination = cursor + 24;
  packet.protocol = u8(bytes, cursor + 6);
  packet.ttl = u8(bytes, cursor + 7);
  packet.ipId = 0;
  packet.fragmentOffset = 0;
  packet.moreFragments = false;
  packet.fragmentHeader = 0;
  packet.resetTransport();
  // 0: a jumbogram (RFC 2675) or segmentation offload.
  const claimed = length === 0 ? packet.claimed : cursor + HEADER + length;
  if (claimed > packet.claimed) packet.fault = Fault.Cut;
  packet.claimed = claimed;
  if (claimed < packet.limit) packet.limit = claimed;
  packet.cursor = cursor + HEADER;
  return decodeExtensions(packet);
}

function decodeExtensions(packet: Packet): Layer {
  for (let count = 0; count < EXTENSION_LIMIT; count++) {
    if (packet.protocol === NextHeader.None) return stop(packet);
    if (!isExtension(packet.protocol)) return Layer.Transport;
    if (!decodeExtension(packet)) return stop(packet);
    if (packet.fragmentOffset !== 0 || packet.moreFragments) return stop(packet);
  }
  return stop(packet, Fault.TooDeep);
}

function isExtension(protocol: number): boolean {
  switch (protocol) {
    case NextHeader.HopByHop:
    case NextHeader.Routing:
    case NextHeader.Fragment:
    case NextHeader.Authentication:
    case NextHeader.Destination:
    case NextHeader.Mobility:
    case NextHeader.Hip:
    case NextHeader.Shim6:
      return true;
    default:
      return false;
  }
}

function decodeExtension(packet: Packet): boolean {
  if (packet.protocol === NextHeader.Fragment) return decodeFragment(packet);
  return skipExtension(packet, packet.protocol === NextHeader.Authentication ? 4 : 8);
}

/** An extension header whose second byte counts `unit` bytes beyond the first eight. */
function skipExtension(packet: Packet, unit: number): boolean {
  if (!has(packet, 2)) return false;
  const { bytes, cursor } = packet;
  const length = u8(bytes, cursor + 1) * unit + 8;
  if (!has(packet, length)) return false;
  packet.protocol = u8(bytes, cursor);
  packet.cursor = cursor + length;
  return true;
}

function decodeFragment(packet: Packet): boolean {
  if (!has(packet, 8)) return false;
  const { bytes, cursor } = packet;
  const word = u16(bytes, cursor + 2);
  packet.protocol = u8(bytes, cursor);
  packet.fragmentOffset = word & 0xfff8;
  packet.moreFragments = (word & 1) !== 0;
  packet.fragmentHeader = cursor;
  packet.cursor = cursor + 8;
  return true;
}
