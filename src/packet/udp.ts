/** UDP (RFC 768), and the tunnels that are told by its ports. */
import { u8, u16, u32 } from "./bytes.ts";
import { EtherType } from "./ethernet.ts";
import { has, Layer, stop } from "./layer.ts";
import { Fault, type Packet } from "./packet.ts";

const HEADER = 8;

export function decodeUdp(packet: Packet): Layer {
  if (!has(packet, HEADER)) return stop(packet);
  const { bytes, cursor } = packet;
  const length = u16(bytes, cursor + 4);
  // 0: a jumbogram, or offload. More than IP has room for: believe IP.
  const claimed = length === 0 ? packet.claimed : Math.min(cursor + length, packet.claimed);
  if (claimed < cursor + HEADER) return stop(packet, Fault.Malformed);
  packet.transport = cursor;
  packet.sourcePort = u16(bytes, cursor);
  packet.destinationPort = u16(bytes, cursor + 2);
  packet.claimed = claimed;
  if (claimed < packet.limit) packet.limit = claimed;
  packet.cursor = cursor + HEADER;
  // Teredo's server and relay send from the port; the others are sent to it.
  const port = packet.sourcePort === Port.Teredo ? Port.Teredo : packet.destinationPort;
  const tunnel = tunnelOf(packet, port);
  return tunnel !== Layer.Stop ? tunnel : stop(packet);
}

const Port = { GtpU: 2152, Teredo: 3544, Vxlan: 4789, Geneve: 6081, VxlanLinux: 8472 } as const;

/** The port is only a hint: the header that it announces must look like one. */
function tunnelOf(packet: Packet, port: number): Layer {
  if (packet.cursor + 8 > packet.limit) return Layer.Stop;
  switch (port) {
    case Port.Vxlan:
    case Port.VxlanLinux:
      return looksLikeVxlan(packet) ? Layer.Vxlan : Layer.Stop;
    case Port.Geneve:
      return looksLikeGeneve(packet) ? Layer.Geneve : Layer.Stop;
    case Port.GtpU:
      return looksLikeGtpU(packet) ? Layer.GtpU : Layer.Stop;
    case Port.Teredo:
      return looksLikeTeredo(packet) ? Layer.Teredo : Layer.Stop;
    default:
      return looksLikeTeredoPeer(packet) ? Layer.Teredo : Layer.Stop;
  }
}

/** RFC 4380 §2.6: two clients use any ports; one of the addresses has the prefix, and all lengths agree. */
function looksLikeTeredoPeer({ bytes, cursor, limit, claimed }: Packet): boolean {
  if (u8(bytes, cursor) >> 4 !== 6 || cursor + 40 > limit) return false;
  if (u16(bytes, cursor + 4) + 40 !== claimed - cursor) return false;
  return u32(bytes, cursor + 8) === TEREDO_PREFIX || u32(bytes, cursor + 24) === TEREDO_PREFIX;
}

const TEREDO_PREFIX = 0x20010000;

/** RFC 4380 §5.1.1: an IPv6 packet, or one of the two indications before it. */
function looksLikeTeredo({ bytes, cursor }: Packet): boolean {
  return u8(bytes, cursor) >> 4 === 6 || u16(bytes, cursor) <= 1;
}

/** RFC 7348 §5: the I flag, all reserved bits 0. Group policy extension bits are let pass. */
function looksLikeVxlan({ bytes, cursor }: Packet): boolean {
  return (u8(bytes, cursor) & 0x7f) === 0x08 && u8(bytes, cursor + 7) === 0;
}

/** RFC 8926 §3.4: version 0, reserved byte 0, a protocol that we know. */
function looksLikeGeneve({ bytes, cursor }: Packet): boolean {
  const type = u16(bytes, cursor + 2);
  const known =
    type === EtherType.TransparentEthernet || type === EtherType.Ipv4 || type === EtherType.Ipv6;
  return u8(bytes, cursor) >> 6 === 0 && u8(bytes, cursor + 7) === 0 && known;
}

/** 3GPP TS 29.281 §5.1: version 1, protocol type GTP, message type G-PDU. */
function looksLikeGtpU({ bytes, cursor }: Packet): boolean {
  return (u8(bytes, cursor) & 0xf0) === 0x30 && u8(bytes, cursor + 1) === 0xff;
}
