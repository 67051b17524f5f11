/** Which header comes next. Each decoder reads one header at `packet.cursor` and names its successor. */
import { Fault, type Packet } from "./packet.ts";

export const Layer = {
  Stop: 0,
  Ethernet: 1,
  LinuxSll: 2,
  LinuxSll2: 3,
  Null: 4,
  Ppp: 5,
  /** IPv4 or IPv6, told apart by the version nibble. */
  Ip: 6,
  /** Whatever `packet.etherType` says. */
  EtherType: 7,
  Vlan: 8,
  Mpls: 9,
  Pppoe: 10,
  Ipv4: 11,
  Ipv6: 12,
  /** Whatever `packet.protocol` says. */
  Transport: 13,
  Tcp: 14,
  Udp: 15,
  Icmp: 16,
  Sctp: 17,
  Gre: 18,
  Erspan2: 19,
  Erspan3: 20,
  Vxlan: 21,
  Geneve: 22,
  GtpU: 23,
  Teredo: 24,
} as const;
export type Layer = (typeof Layer)[keyof typeof Layer];

/** Tunnels inside each other that are taken off. */
const DEPTH_LIMIT = 4;

/** Whether `count` bytes were captured at the cursor; sets the fault otherwise. */
export function has(packet: Packet, count: number): boolean {
  if (packet.cursor + count <= packet.limit) return true;
  packet.fault = packet.cursor + count <= packet.claimed ? Fault.Cut : Fault.Malformed;
  return false;
}

/** What is left belongs to nobody we know: keeps it as payload. */
export function stop(packet: Packet, fault: Fault = Fault.None): Layer {
  if (fault !== Fault.None) packet.fault = fault;
  packet.payload = Math.min(packet.cursor, packet.limit);
  packet.payloadEnd = packet.limit;
  packet.payloadLength = Math.max(0, packet.claimed - packet.cursor);
  return Layer.Stop;
}

/** Goes on with `next` inside a tunnel, unless there are too many already. */
export function enter(packet: Packet, tunnel: number, next: Layer): Layer {
  if (packet.depth >= DEPTH_LIMIT) return stop(packet, Fault.TooDeep);
  packet.depth++;
  packet.tunnels |= tunnel;
  // What the outer headers say is not about what is inside.
  packet.ipVersion = 0;
  packet.resetTransport();
  packet.sourceMac = -1;
  packet.destinationMac = -1;
  packet.vlan = -1;
  packet.innerVlan = -1;
  return next;
}
