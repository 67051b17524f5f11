/** Community ID version 1, seed 0. Normative: https://github.com/corelight/community-id-spec. */
import { createHash } from "node:crypto";
import { IpProtocol } from "../packet/packet.ts";

export interface Tuple {
  readonly addresses: Uint8Array;
  readonly originatorAt: number;
  readonly responderAt: number;
  readonly ipVersion: number;
  readonly transport: number;
  /** For ICMP the two numbers that `icmpCounterpart` makes of type and code. */
  readonly originatorPort: number;
  readonly responderPort: number;
}

export function communityId(tuple: Tuple): string {
  const length = tuple.ipVersion === 4 ? 4 : 16;
  const one = tuple.addresses.subarray(tuple.originatorAt, tuple.originatorAt + length);
  const two = tuple.addresses.subarray(tuple.responderAt, tuple.responderAt + length);
  const order = Buffer.compare(one, two);
  const swapped = order > 0 || (order === 0 && tuple.originatorPort > tuple.responderPort);
  // A one-way ICMP message has no counterpart: its direction is part of what it is.
  const forward = isOneWayIcmp(tuple) || !swapped;
  const hash = createHash("sha1");
  hash.update(Uint8Array.of(0, 0));
  hash.update(forward ? one : two);
  hash.update(forward ? two : one);
  hash.update(Uint8Array.of(tuple.transport, 0));
  if (hasPorts(tuple.transport)) {
    const first = forward ? tuple.originatorPort : tuple.responderPort;
    const second = forward ? tuple.responderPort : tuple.originatorPort;
    hash.update(Uint8Array.of(first >> 8, first & 255, second >> 8, second & 255));
  }
  return `1:${hash.digest("base64")}`;
}

function hasPorts(transport: number): boolean {
  return (
    transport === IpProtocol.Tcp ||
    transport === IpProtocol.Udp ||
    transport === IpProtocol.Sctp ||
    transport === IpProtocol.Icmp ||
    transport === IpProtocol.Icmpv6
  );
}

function isOneWayIcmp(tuple: Tuple): boolean {
  const { transport, originatorPort } = tuple;
  if (transport !== IpProtocol.Icmp && transport !== IpProtocol.Icmpv6) return false;
  return icmpCounterpart(transport, originatorPort) < 0;
}

/** The type that answers this ICMP or ICMPv6 type, or −1 for a message that has no answer. */
export function icmpCounterpart(transport: number, type: number): number {
  const pairs = transport === IpProtocol.Icmp ? ICMP_PAIRS : ICMPV6_PAIRS;
  return pairs[type] as number;
}

const ICMP_PAIRS = pairTable([
  [0, 8],
  [9, 10],
  [13, 14],
  [15, 16],
  [17, 18],
]);

const ICMPV6_PAIRS = pairTable([
  [128, 129],
  [130, 131],
  [133, 134],
  [135, 136],
  [139, 140],
  [144, 145],
]);

function pairTable(pairs: readonly (readonly [number, number])[]): Int16Array {
  const table = new Int16Array(256).fill(-1);
  for (const [one, two] of pairs) {
    table[one] = two;
    table[two] = one;
  }
  return table;
}
