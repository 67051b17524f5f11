/** Walks the headers of one frame, from the link layer to the innermost transport layer it can read. */
import { decodeEthernet, decodeEtherType, decodeVlan } from "./ethernet.ts";
import { decodeErspan2, decodeErspan3, decodeGre } from "./gre.ts";
import { decodeIcmp } from "./icmp.ts";
import { decodeIpv4 } from "./ipv4.ts";
import { decodeIpv6 } from "./ipv6.ts";
import { enter, Layer, stop } from "./layer.ts";
import { decodeIp, decodeLinuxSll, decodeLinuxSll2, decodeNull, firstLayer } from "./link.ts";
import { decodeMpls } from "./mpls.ts";
import { decodeGeneve, decodeGtpU, decodeTeredo, decodeVxlan } from "./overlay.ts";
import { Fault, IpProtocol, type Packet, Tunnel } from "./packet.ts";
import { decodePpp, decodePppoe } from "./ppp.ts";
import { decodeSctp } from "./sctp.ts";
import { decodeTcp } from "./tcp.ts";
import { decodeUdp } from "./udp.ts";

/**
 * Decodes `length` bytes at `start`, of `wireLength` on the wire. Never throws; `packet.fault` says why it
 * stopped early. The caller sets `timestamp`, `frame` and `capture`.
 */
export function decodeFrame(
  packet: Packet,
  bytes: Uint8Array,
  start: number,
  length: number,
  wireLength: number,
  linkType: number,
): void {
  packet.bytes = bytes;
  packet.start = start;
  packet.end = start + length;
  packet.wireLength = wireLength;
  packet.sourceMac = -1;
  packet.destinationMac = -1;
  packet.etherType = 0;
  packet.vlan = -1;
  packet.innerVlan = -1;
  packet.tagCount = 0;
  decodeFrom(packet, firstLayer(linkType), start, start + length, start + wireLength);
}

/**
 * Decodes a datagram that was put together from fragments: an IP header at `start` with everything behind it.
 * Link addresses are gone: they lie in another buffer.
 */
export function decodeDatagram(
  packet: Packet,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  packet.bytes = bytes;
  packet.sourceMac = -1;
  packet.destinationMac = -1;
  decodeFrom(packet, Layer.Ip, start, end, end);
}

function decodeFrom(
  packet: Packet,
  first: Layer,
  cursor: number,
  limit: number,
  claimed: number,
): void {
  packet.cursor = cursor;
  packet.limit = limit;
  packet.claimed = claimed;
  packet.fault = Fault.None;
  packet.depth = 0;
  packet.tunnels = 0;
  packet.tunnelId = -1;
  packet.ipVersion = 0;
  packet.protocol = 0;
  packet.fragmentOffset = 0;
  packet.moreFragments = false;
  packet.resetTransport();
  let layer = first;
  if (layer === Layer.Stop) stop(packet, Fault.Unknown);
  while (layer !== Layer.Stop) layer = decodeLayer(packet, layer);
}

function decodeLayer(packet: Packet, layer: Layer): Layer {
  switch (layer) {
    case Layer.Ethernet:
      return decodeEthernet(packet);
    case Layer.EtherType:
      return decodeEtherType(packet);
    case Layer.Vlan:
      return decodeVlan(packet);
    case Layer.Ipv4:
      return decodeIpv4(packet);
    case Layer.Ipv6:
      return decodeIpv6(packet);
    case Layer.Transport:
      return decodeTransport(packet);
    case Layer.Tcp:
      return decodeTcp(packet);
    case Layer.Udp:
      return decodeUdp(packet);
    case Layer.Icmp:
      return decodeIcmp(packet);
    case Layer.Sctp:
      return decodeSctp(packet);
    default:
      return decodeRareLayer(packet, layer);
  }
}

function decodeRareLayer(packet: Packet, layer: Layer): Layer {
  switch (layer) {
    case Layer.LinuxSll:
      return decodeLinuxSll(packet);
    case Layer.LinuxSll2:
      return decodeLinuxSll2(packet);
    case Layer.Null:
      return decodeNull(packet);
    case Layer.Ip:
      return decodeIp(packet);
    case Layer.Ppp:
      return decodePpp(packet);
    case Layer.Pppoe:
      return decodePppoe(packet);
    case Layer.Mpls:
      return decodeMpls(packet);
    case Layer.Gre:
      return decodeGre(packet);
    case Layer.Erspan2:
      return decodeErspan2(packet);
    case Layer.Erspan3:
      return decodeErspan3(packet);
    case Layer.Vxlan:
      return decodeVxlan(packet);
    case Layer.Geneve:
      return decodeGeneve(packet);
    case Layer.GtpU:
      return decodeGtpU(packet);
    case Layer.Teredo:
      return decodeTeredo(packet);
    default:
      return stop(packet, Fault.Unknown);
  }
}

/** The header that `packet.protocol` announces. */
function decodeTransport(packet: Packet): Layer {
  switch (packet.protocol) {
    case IpProtocol.Tcp:
      return Layer.Tcp;
    case IpProtocol.Udp:
      return Layer.Udp;
    case IpProtocol.Icmp:
    case IpProtocol.Icmpv6:
      return Layer.Icmp;
    case IpProtocol.Sctp:
      return Layer.Sctp;
    case IpProtocol.Gre:
      return Layer.Gre;
    case IpProtocol.IpInIp:
      return enter(packet, Tunnel.IpInIp, Layer.Ipv4);
    case IpProtocol.Ipv6:
      return enter(packet, Tunnel.IpInIp, Layer.Ipv6);
    default:
      return stop(packet, Fault.Unknown);
  }
}
