/** The five-tuple of a packet as integers, hashed and compared the same for both directions. */
import { i32 } from "../packet/bytes.ts";
import { IpProtocol, type Packet } from "../packet/packet.ts";
import { icmpCounterpart } from "./community-id.ts";
import { type Flow, Side } from "./flow.ts";

export class FlowKey {
  sourcePort = 0;
  destinationPort = 0;
  hash = 0;
  /** Which end of the flow that `matches` agreed to has sent the packet. */
  side: Side = Side.Originator;

  /** Takes the key of an IP packet. ICMP has type and counterpart (or code) for ports, as Community ID does. */
  set(packet: Packet): void {
    const { bytes, source, destination, protocol } = packet;
    const four = packet.ipVersion === 4;
    const one = four ? i32(bytes, source) : foldAddress(bytes, source);
    const two = four ? i32(bytes, destination) : foldAddress(bytes, destination);
    this.sourcePort = packet.sourcePort;
    this.destinationPort = packet.destinationPort;
    if (protocol === IpProtocol.Icmp || protocol === IpProtocol.Icmpv6) {
      const counterpart = icmpCounterpart(protocol, packet.icmpType);
      this.sourcePort = packet.icmpType;
      this.destinationPort = counterpart < 0 ? packet.icmpCode : counterpart;
    }
    this.hash = scramble(
      (scramble(one ^ Math.imul(this.sourcePort, 0x9e3779b1)) +
        scramble(two ^ Math.imul(this.destinationPort, 0x9e3779b1))) ^
        protocol,
    );
  }

  matches(flow: Flow, packet: Packet): boolean {
    if (flow.transport !== packet.protocol || flow.ipVersion !== packet.ipVersion) return false;
    if (
      this.#runs(
        flow,
        packet,
        packet.source,
        packet.destination,
        this.sourcePort,
        this.destinationPort,
      )
    ) {
      this.side = Side.Originator;
      return true;
    }
    if (
      this.#runs(
        flow,
        packet,
        packet.destination,
        packet.source,
        this.destinationPort,
        this.sourcePort,
      )
    ) {
      this.side = Side.Responder;
      return true;
    }
    return false;
  }

  /** Whether the flow's originator and responder are these two ends of the packet. */
  #runs(
    flow: Flow,
    packet: Packet,
    originator: number,
    responder: number,
    originatorPort: number,
    responderPort: number,
  ): boolean {
    return (
      flow.originatorPort === originatorPort &&
      flow.responderPort === responderPort &&
      sameAddress(flow, flow.originatorAt, packet, originator) &&
      sameAddress(flow, flow.responderAt, packet, responder)
    );
  }
}

function sameAddress(flow: Flow, at: number, packet: Packet, offset: number): boolean {
  const length = packet.ipVersion === 4 ? 4 : 16;
  const one = flow.addresses;
  const two = packet.bytes;
  for (let index = 0; index < length; index++)
    if (one[at + index] !== two[offset + index]) return false;
  return true;
}

function foldAddress(bytes: Uint8Array, at: number): number {
  let hash = i32(bytes, at);
  for (let index = 4; index < 16; index += 4) hash = scramble(hash) ^ i32(bytes, at + index);
  return hash;
}

function scramble(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

export function copyAddress(
  from: Uint8Array,
  at: number,
  to: Uint8Array,
  offset: number,
  length: number,
): void {
  for (let index = 0; index < length; index++) to[offset + index] = from[at + index] as number;
}
