/**
 * GRE (RFC 2784, 2890), its PPTP variant (RFC 2637), and ERSPAN types I to III inside it
 * (draft-foschiano-erspan-03).
 */
import { u8, u16, u32 } from "./bytes.ts";
import { EtherType } from "./ethernet.ts";
import { enter, has, Layer, stop } from "./layer.ts";
import { Fault, type Packet, Tunnel } from "./packet.ts";

const Flag = { Checksum: 0x8000, Routing: 0x4000, Key: 0x2000, Sequence: 0x1000 } as const;
const ACKNOWLEDGMENT = 0x0080;
const VERSION = 0x0007;

export function decodeGre(packet: Packet): Layer {
  if (!has(packet, 4)) return stop(packet);
  const { bytes, cursor } = packet;
  const flags = u16(bytes, cursor);
  const type = u16(bytes, cursor + 2);
  const version = flags & VERSION;
  if (version > 1 || (flags & Flag.Routing) !== 0) return stop(packet, Fault.Unknown);
  let length = 4;
  if ((flags & Flag.Checksum) !== 0) length += 4;
  const key = length;
  if ((flags & Flag.Key) !== 0) length += 4;
  if ((flags & Flag.Sequence) !== 0) length += 4;
  if (version === 1 && (flags & ACKNOWLEDGMENT) !== 0) length += 4;
  if (!has(packet, length)) return stop(packet);
  if ((flags & Flag.Key) !== 0) packet.tunnelId = u32(bytes, cursor + key);
  packet.cursor = cursor + length;
  return decodeInner(packet, type, (flags & Flag.Sequence) !== 0);
}

function decodeInner(packet: Packet, type: number, sequenced: boolean): Layer {
  switch (type) {
    case EtherType.Ipv4:
      return enter(packet, Tunnel.Gre, Layer.Ipv4);
    case EtherType.Ipv6:
      return enter(packet, Tunnel.Gre, Layer.Ipv6);
    case EtherType.TransparentEthernet:
      return enter(packet, Tunnel.Gre, Layer.Ethernet);
    case EtherType.MplsUnicast:
    case EtherType.MplsMulticast:
      return enter(packet, Tunnel.Gre, Layer.Mpls);
    case EtherType.Ppp:
      return enter(packet, Tunnel.Gre, Layer.Ppp);
    case EtherType.Erspan2:
      // Type I has neither a GRE sequence number nor a header of its own.
      return enter(packet, Tunnel.Gre | Tunnel.Erspan, sequenced ? Layer.Erspan2 : Layer.Ethernet);
    case EtherType.Erspan3:
      return enter(packet, Tunnel.Gre | Tunnel.Erspan, Layer.Erspan3);
    default:
      return stop(packet, Fault.Unknown);
  }
}

const ERSPAN2_HEADER = 8;
const ERSPAN3_HEADER = 12;
const ERSPAN3_SUBHEADER = 8;
const SESSION = 0x3ff;

export function decodeErspan2(packet: Packet): Layer {
  if (!has(packet, ERSPAN2_HEADER)) return stop(packet);
  if (u8(packet.bytes, packet.cursor) >> 4 !== 1) return stop(packet, Fault.Malformed);
  decodeErspanSession(packet);
  packet.cursor += ERSPAN2_HEADER;
  return Layer.Ethernet;
}

export function decodeErspan3(packet: Packet): Layer {
  if (!has(packet, ERSPAN3_HEADER)) return stop(packet);
  const { bytes, cursor } = packet;
  if (u8(bytes, cursor) >> 4 !== 2) return stop(packet, Fault.Malformed);
  const length = ERSPAN3_HEADER + (u8(bytes, cursor + 11) & 1) * ERSPAN3_SUBHEADER;
  if (!has(packet, length)) return stop(packet);
  decodeErspanSession(packet);
  packet.cursor = cursor + length;
  return Layer.Ethernet;
}

/** The switch writes here the VLAN whose tag it has taken off the mirrored frame. */
function decodeErspanSession(packet: Packet): void {
  const { bytes, cursor } = packet;
  const vlan = u16(bytes, cursor) & 0xfff;
  if (vlan !== 0) packet.vlan = vlan;
  packet.tunnelId = u16(bytes, cursor + 2) & SESSION;
}
