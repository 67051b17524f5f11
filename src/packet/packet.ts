/**
 * One frame as the decoders found it: offsets and integers into the bytes of the frame, overwritten for
 * every frame. Nothing here is valid after the call that handed it out.
 *
 * With tunnels, everything from `network` on describes the innermost packet that could be read; `depth`
 * says how many headers were taken off.
 */
export class Packet {
  bytes: Uint8Array = EMPTY;
  /** Where the frame starts and where what was captured of it ends. */
  start = 0;
  end = 0;
  /** Length on the wire, bytes; more than `end - start` when the capture cut it. */
  wireLength = 0;
  /** Packet time, µs since 1970-01-01 UTC. */
  timestamp = 0;
  /** Number of the frame in its capture file, from 1, and which file it is. */
  frame = 0;
  capture = 0;

  /** Next byte to decode. Decoders advance it. */
  cursor = 0;
  /** Where the bytes of the current layer end: the frame's end, clipped by each header's own length. */
  limit = 0;
  /** Where the headers say that layer ends; beyond `limit` when the capture cut the frame. */
  claimed = 0;
  /** Why decoding stopped early, or `Fault.None`. What decoded before stays valid. */
  fault: Fault = Fault.None;

  /** Offsets of the MAC addresses of the innermost Ethernet (or SLL) header; −1 without one. */
  sourceMac = -1;
  destinationMac = -1;
  /** EtherType ≥ 0x600; or an LLC DSAP < 0x100; or SNAP as OUI × 65536 + PID. 0 without one. */
  etherType = 0;
  /** VLAN identifiers of that frame, outermost first, −1 without a tag. */
  vlan = -1;
  innerVlan = -1;
  /** All VLAN identifiers met on the way, outside and inside of tunnels, at most `TAG_LIMIT`. */
  readonly tags = new Int32Array(TAG_LIMIT);
  tagCount = 0;

  /** Tunnel headers taken off, and which kinds: bits of `Tunnel`. */
  depth = 0;
  tunnels = 0;
  /** VXLAN/GENEVE network identifier, GTP-U TEID, ERSPAN session or GRE key of the innermost tunnel; −1. */
  tunnelId = -1;

  /** Which network layer: 0, 4 or 6. */
  ipVersion = 0;
  /** Offset of the IP header. */
  network = 0;
  /** Offsets of the addresses: 4 bytes each for IPv4, 16 for IPv6. */
  source = 0;
  destination = 0;
  /** Transport protocol number after extension headers. */
  protocol = 0;
  ttl = 0;
  ipId = 0;
  /** Offset of this fragment's data in bytes, and whether more follow. 0 and false: not a fragment. */
  fragmentOffset = 0;
  moreFragments = false;
  /** Offset of an IPv6 fragment header's identification, 0 without one. */
  fragmentHeader = 0;

  /** Offset of the transport header; 0 when none could be read. */
  transport = 0;
  sourcePort = 0;
  destinationPort = 0;
  /** TCP only. Sequence numbers are signed 32-bit: subtract with `| 0`. */
  sequence = 0;
  acknowledgment = 0;
  tcpFlags = 0;
  tcpWindow = 0;
  /** ICMP and ICMPv6 only. */
  icmpType = 0;
  icmpCode = 0;

  /** The application's bytes: from `payload` to `payloadEnd`, as captured. */
  payload = 0;
  payloadEnd = 0;
  /** How many bytes the headers say there were; more than captured when the capture cut the frame. */
  payloadLength = 0;

  /** A new network header: what an outer transport header said is void. */
  resetTransport(): void {
    this.transport = 0;
    this.sourcePort = 0;
    this.destinationPort = 0;
    this.tcpFlags = 0;
    this.icmpType = 0;
    this.icmpCode = 0;
  }

  get cut(): boolean {
    return this.end - this.start < this.wireLength;
  }
}

export const TAG_LIMIT = 8;

/** Why a packet could not be decoded to its end. */
export const Fault = {
  None: 0,
  /** The capture kept too few bytes (snap length). */
  Cut: 1,
  /** A header contradicts itself. */
  Malformed: 2,
  /** A header we do not read: not an error. */
  Unknown: 3,
  /** More nested headers than the limit. */
  TooDeep: 4,
} as const;
export type Fault = (typeof Fault)[keyof typeof Fault];

export const Tunnel = {
  Gre: 1,
  Erspan: 2,
  Vxlan: 4,
  Geneve: 8,
  IpInIp: 16,
  GtpU: 32,
  Mpls: 64,
  Pppoe: 128,
  Ppp: 256,
  Teredo: 512,
} as const;

export const TcpFlag = { Fin: 1, Syn: 2, Rst: 4, Psh: 8, Ack: 16 } as const;

export const IpProtocol = {
  Icmp: 1,
  Igmp: 2,
  IpInIp: 4,
  Tcp: 6,
  Udp: 17,
  Ipv6: 41,
  Gre: 47,
  Icmpv6: 58,
  Sctp: 132,
} as const;

const EMPTY = new Uint8Array(0);
