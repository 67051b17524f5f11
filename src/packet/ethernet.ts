/** Ethernet II and IEEE 802.3 with LLC (802.2) or SNAP; VLAN tags (802.1Q, 802.1ad). */
import { u8, u16, u24 } from "./bytes.ts";
import { has, Layer, stop } from "./layer.ts";
import { Fault, type Packet, TAG_LIMIT } from "./packet.ts";

const HEADER = 14;
/** Smaller values of the type field are a length (802.3 §3.2.6). */
const FIRST_ETHERTYPE = 0x600;
const SNAP = 0xaa;
const LLC_HEADER = 3;
const SNAP_HEADER = 8;

export const EtherType = {
  Ipv4: 0x0800,
  Arp: 0x0806,
  TransparentEthernet: 0x6558,
  Vlan: 0x8100,
  Ipv6: 0x86dd,
  Ppp: 0x880b,
  MplsUnicast: 0x8847,
  MplsMulticast: 0x8848,
  PppoeSession: 0x8864,
  VnTag: 0x8926,
  ServiceVlan: 0x88a8,
  Erspan2: 0x88be,
  Erspan3: 0x22eb,
  QinQ: 0x9100,
} as const;

export function decodeEthernet(packet: Packet): Layer {
  if (!has(packet, HEADER)) return stop(packet);
  const { bytes, cursor } = packet;
  packet.destinationMac = cursor;
  packet.sourceMac = cursor + 6;
  packet.cursor = cursor + HEADER;
  return decodeTypeOrLength(packet, u16(bytes, cursor + 12));
}

/** 802.1Q and 802.1ad: tag control information, then the type again. */
export function decodeVlan(packet: Packet): Layer {
  if (!has(packet, 4)) return stop(packet);
  const { bytes, cursor } = packet;
  const id = u16(bytes, cursor) & 0xfff;
  if (packet.tagCount < TAG_LIMIT) packet.tags[packet.tagCount++] = id;
  if (packet.vlan < 0) packet.vlan = id;
  else packet.innerVlan = id;
  packet.cursor = cursor + 4;
  return decodeTypeOrLength(packet, u16(bytes, cursor + 2));
}

/** Cisco VN-Tag (802.1Qbh draft): a fabric's own interface numbers, nothing about the host. */
function decodeVnTag(packet: Packet): Layer {
  if (!has(packet, 6)) return stop(packet);
  const { bytes, cursor } = packet;
  packet.cursor = cursor + 6;
  return decodeTypeOrLength(packet, u16(bytes, cursor + 4));
}

function decodeTypeOrLength(packet: Packet, type: number): Layer {
  if (type >= FIRST_ETHERTYPE) {
    packet.etherType = type;
    return Layer.EtherType;
  }
  const claimed = packet.cursor + type;
  if (claimed < packet.claimed) packet.claimed = claimed;
  if (packet.claimed < packet.limit) packet.limit = packet.claimed;
  return decodeLlc(packet);
}

/** IEEE 802.2 LLC at the cursor; SNAP leads back to EtherTypes. */
export function decodeLlc(packet: Packet): Layer {
  if (!has(packet, LLC_HEADER)) return stop(packet);
  const { bytes, cursor } = packet;
  const dsap = u8(bytes, cursor);
  if (dsap !== SNAP || u8(bytes, cursor + 1) !== SNAP) {
    packet.etherType = dsap;
    packet.cursor = cursor + LLC_HEADER;
    return stop(packet);
  }
  if (!has(packet, SNAP_HEADER)) return stop(packet);
  const oui = u24(bytes, cursor + 3);
  const pid = u16(bytes, cursor + 6);
  packet.cursor = cursor + SNAP_HEADER;
  packet.etherType = oui * 0x10000 + pid;
  if (oui !== 0) return stop(packet);
  return pid >= FIRST_ETHERTYPE ? Layer.EtherType : stop(packet, Fault.Unknown);
}

/** The header that `packet.etherType` announces. */
export function decodeEtherType(packet: Packet): Layer {
  switch (packet.etherType) {
    case EtherType.Ipv4:
      return Layer.Ipv4;
    case EtherType.Ipv6:
      return Layer.Ipv6;
    case EtherType.Vlan:
    case EtherType.ServiceVlan:
    case EtherType.QinQ:
      return Layer.Vlan;
    case EtherType.VnTag:
      return decodeVnTag(packet);
    case EtherType.MplsUnicast:
    case EtherType.MplsMulticast:
      return Layer.Mpls;
    case EtherType.PppoeSession:
      return Layer.Pppoe;
    case EtherType.TransparentEthernet:
      return Layer.Ethernet;
    case EtherType.Ppp:
      return Layer.Ppp;
    default:
      return stop(packet);
  }
}
