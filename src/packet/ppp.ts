/** PPP (RFC 1661, RFC 1662 framing) and PPPoE session headers (RFC 2516 §4). */
import { u8, u16 } from "./bytes.ts";
import { has, Layer, stop } from "./layer.ts";
import { Fault, type Packet, Tunnel } from "./packet.ts";

const ADDRESS_AND_CONTROL = 0xff03;
const PROTOCOL_IPV4 = 0x0021;
const PROTOCOL_IPV6 = 0x0057;
const PROTOCOL_MPLS = 0x0281;
const PPPOE_HEADER = 6;
const PPPOE_VERSION_TYPE = 0x11;

/** The address and control bytes and the protocol's first byte may be compressed away (RFC 1661 §6.5, 6.6). */
export function decodePpp(packet: Packet): Layer {
  const { bytes } = packet;
  if (!has(packet, 2)) return stop(packet);
  if (u16(bytes, packet.cursor) === ADDRESS_AND_CONTROL) packet.cursor += 2;
  if (!has(packet, 1)) return stop(packet);
  let protocol = u8(bytes, packet.cursor);
  if ((protocol & 1) === 1) packet.cursor += 1;
  else {
    if (!has(packet, 2)) return stop(packet);
    protocol = u16(bytes, packet.cursor);
    packet.cursor += 2;
  }
  packet.tunnels |= Tunnel.Ppp;
  if (protocol === PROTOCOL_IPV4) return Layer.Ipv4;
  if (protocol === PROTOCOL_IPV6) return Layer.Ipv6;
  if (protocol === PROTOCOL_MPLS) return Layer.Mpls;
  return stop(packet, Fault.Unknown);
}

export function decodePppoe(packet: Packet): Layer {
  if (!has(packet, PPPOE_HEADER)) return stop(packet);
  const { bytes, cursor } = packet;
  if (u8(bytes, cursor) !== PPPOE_VERSION_TYPE) return stop(packet, Fault.Malformed);
  const claimed = cursor + PPPOE_HEADER + u16(bytes, cursor + 4);
  packet.cursor = cursor + PPPOE_HEADER;
  if (claimed < packet.claimed) packet.claimed = claimed;
  if (packet.claimed < packet.limit) packet.limit = packet.claimed;
  packet.tunnels |= Tunnel.Pppoe;
  return Layer.Ppp;
}
