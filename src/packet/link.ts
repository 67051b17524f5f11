/**
 * Link headers other than Ethernet: Linux cooked capture v1 and v2, BSD NULL/LOOP, raw IP.
 * Normative: https://www.tcpdump.org/linktypes.html.
 */
import { u8, u16, u32, u32le } from "./bytes.ts";
import { decodeLlc } from "./ethernet.ts";
import { has, Layer, stop } from "./layer.ts";
import { Fault, type Packet } from "./packet.ts";

const LinkType = {
  Null: 0,
  Ethernet: 1,
  Ppp: 9,
  RawBsd: 12,
  RawOpenBsd: 14,
  PppHdlc: 50,
  PppEther: 51,
  Raw: 101,
  Loop: 108,
  LinuxSll: 113,
  Ipv4: 228,
  Ipv6: 229,
  LinuxSll2: 276,
} as const;

/** The first header of a frame of this link type; `Layer.Stop` for one we do not read. */
export function firstLayer(linkType: number): Layer {
  switch (linkType) {
    case LinkType.Ethernet:
      return Layer.Ethernet;
    case LinkType.LinuxSll:
      return Layer.LinuxSll;
    case LinkType.LinuxSll2:
      return Layer.LinuxSll2;
    case LinkType.Null:
    case LinkType.Loop:
      return Layer.Null;
    case LinkType.Ppp:
    case LinkType.PppHdlc:
      return Layer.Ppp;
    case LinkType.PppEther:
      return Layer.Pppoe;
    case LinkType.Raw:
    case LinkType.RawBsd:
    case LinkType.RawOpenBsd:
    case LinkType.Ipv4:
    case LinkType.Ipv6:
      return Layer.Ip;
    default:
      return Layer.Stop;
  }
}

const SLL_HEADER = 16;
const SLL2_HEADER = 20;
const ARPHRD_NETLINK = 824;
const PROTOCOL_8023 = 0x0001;
const PROTOCOL_LLC = 0x0004;

export function decodeLinuxSll(packet: Packet): Layer {
  if (!has(packet, SLL_HEADER)) return stop(packet);
  const { bytes, cursor } = packet;
  if (u16(bytes, cursor + 4) === 6) packet.sourceMac = cursor + 6;
  packet.cursor = cursor + SLL_HEADER;
  return decodeSllProtocol(packet, u16(bytes, cursor + 2), u16(bytes, cursor + 14));
}

export function decodeLinuxSll2(packet: Packet): Layer {
  if (!has(packet, SLL2_HEADER)) return stop(packet);
  const { bytes, cursor } = packet;
  if (u8(bytes, cursor + 11) === 6) packet.sourceMac = cursor + 12;
  packet.cursor = cursor + SLL2_HEADER;
  return decodeSllProtocol(packet, u16(bytes, cursor + 8), u16(bytes, cursor));
}

function decodeSllProtocol(packet: Packet, hardware: number, protocol: number): Layer {
  if (hardware === ARPHRD_NETLINK) return stop(packet, Fault.Unknown);
  if (protocol === PROTOCOL_LLC) return decodeLlc(packet);
  if (protocol <= PROTOCOL_8023) return stop(packet, Fault.Unknown);
  packet.etherType = protocol;
  return Layer.EtherType;
}

const NULL_HEADER = 4;
const AF_INET = 2;
/** The value differs by the system that captured: NetBSD/OpenBSD, FreeBSD, Darwin, Linux. */
const AF_INET6 = [24, 28, 30, 10];

/** NULL has the address family in the byte order of the capturing host, LOOP in network order. */
export function decodeNull(packet: Packet): Layer {
  if (!has(packet, NULL_HEADER)) return stop(packet);
  const { bytes, cursor } = packet;
  const big = u32(bytes, cursor);
  const family = big < 0x10000 ? big : u32le(bytes, cursor);
  packet.cursor = cursor + NULL_HEADER;
  if (family === AF_INET) return Layer.Ipv4;
  return AF_INET6.includes(family) ? Layer.Ipv6 : stop(packet, Fault.Unknown);
}

/** Raw IP: the version nibble is all there is. */
export function decodeIp(packet: Packet): Layer {
  if (!has(packet, 1)) return stop(packet);
  const version = u8(packet.bytes, packet.cursor) >> 4;
  if (version === 4) return Layer.Ipv4;
  return version === 6 ? Layer.Ipv6 : stop(packet, Fault.Malformed);
}
