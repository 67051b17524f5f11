/**
 * Overlays over UDP: VXLAN (RFC 7348), GENEVE (RFC 8926), GTP-U (3GPP TS 29.281), Teredo (RFC 4380), which
 * old Windows hosts open by themselves.
 */
import { u8, u16, u24, u32 } from "./bytes.ts";
import { EtherType } from "./ethernet.ts";
import { enter, has, Layer, stop } from "./layer.ts";
import { Fault, type Packet, Tunnel } from "./packet.ts";

const HEADER = 8;

export function decodeVxlan(packet: Packet): Layer {
  if (!has(packet, HEADER)) return stop(packet);
  packet.tunnelId = u24(packet.bytes, packet.cursor + 4);
  packet.cursor += HEADER;
  return enter(packet, Tunnel.Vxlan, Layer.Ethernet);
}

export function decodeGeneve(packet: Packet): Layer {
  const { bytes, cursor } = packet;
  if (!has(packet, HEADER)) return stop(packet);
  const length = HEADER + (u8(bytes, cursor) & 0x3f) * 4;
  if (!has(packet, length)) return stop(packet);
  packet.tunnelId = u24(bytes, cursor + 4);
  packet.cursor = cursor + length;
  switch (u16(bytes, cursor + 2)) {
    case EtherType.Ipv4:
      return enter(packet, Tunnel.Geneve, Layer.Ipv4);
    case EtherType.Ipv6:
      return enter(packet, Tunnel.Geneve, Layer.Ipv6);
    default:
      return enter(packet, Tunnel.Geneve, Layer.Ethernet);
  }
}

/** Any of the three: sequence number, N-PDU number and next extension type are then all there. */
const GTP_OPTIONAL = 0x07;
const GTP_EXTENSION = 0x04;
const GTP_EXTENSION_LIMIT = 8;

export function decodeGtpU(packet: Packet): Layer {
  const { bytes, cursor } = packet;
  if (!has(packet, HEADER)) return stop(packet);
  const flags = u8(bytes, cursor);
  const claimed = cursor + HEADER + u16(bytes, cursor + 2);
  if (claimed < packet.claimed) packet.claimed = claimed;
  if (packet.claimed < packet.limit) packet.limit = packet.claimed;
  packet.tunnelId = u32(bytes, cursor + 4);
  packet.cursor = cursor + HEADER;
  if ((flags & GTP_OPTIONAL) !== 0) {
    if (!has(packet, 4)) return stop(packet);
    packet.cursor += 4;
    if ((flags & GTP_EXTENSION) !== 0 && !skipExtensions(packet)) return stop(packet);
  }
  return enter(packet, Tunnel.GtpU, Layer.Ip);
}

/** Each header counts its own length in units of four bytes and ends with the type of the next. */
function skipExtensions(packet: Packet): boolean {
  for (let count = 0; count < GTP_EXTENSION_LIMIT; count++) {
    if (u8(packet.bytes, packet.cursor - 1) === 0) return true;
    if (!has(packet, 4)) return false;
    const length = u8(packet.bytes, packet.cursor) * 4;
    if (length === 0) {
      packet.fault = Fault.Malformed;
      return false;
    }
    if (!has(packet, length)) return false;
    packet.cursor += length;
  }
  packet.fault = Fault.TooDeep;
  return false;
}

/** RFC 4380 §5.1.1: what may stand before the IPv6 packet. */
const TEREDO_ORIGIN = 0x0000;
const TEREDO_AUTHENTICATION = 0x0001;

export function decodeTeredo(packet: Packet): Layer {
  const { bytes } = packet;
  if (u16(bytes, packet.cursor) === TEREDO_AUTHENTICATION) {
    if (!has(packet, 4)) return stop(packet);
    const length = 13 + u8(bytes, packet.cursor + 2) + u8(bytes, packet.cursor + 3);
    if (!has(packet, length)) return stop(packet);
    packet.cursor += length;
  }
  if (!has(packet, 2)) return stop(packet);
  if (u16(bytes, packet.cursor) === TEREDO_ORIGIN) {
    if (!has(packet, 8)) return stop(packet);
    packet.cursor += 8;
  }
  return enter(packet, Tunnel.Teredo, Layer.Ipv6);
}
