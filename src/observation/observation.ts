/**
 * What was on the wire, as a fact: "this host answered as an SSH server", "MSH-3 is X". Immutable, small,
 * `string | number` only, so that no packet buffer can cross. What it *means* is said by signatures.
 */

/** One end of a conversation. `mac` only where the frame proves that it belongs to this address. */
export interface Endpoint {
  /** Lower case, colons. */
  readonly mac?: string;
  /** IPv4 dotted, or IPv6 as in RFC 5952. */
  readonly ip?: string;
  /** Outermost VLAN identifier. */
  readonly vlan?: number;
  readonly port?: number;
}

/** The frame that proves a claim. */
export interface Evidence {
  /** Capture file as the user named it, or the interface. */
  readonly capture: string;
  /** Frame number in it, from 1. */
  readonly frame: number;
}

export interface Observation {
  /** µs since 1970-01-01 UTC. */
  readonly timestamp: number;
  /** Who it is about. */
  readonly subject: Endpoint;
  /** The other end. */
  readonly peer?: Endpoint;
  /** Community ID v1, seed 0, of the flow. */
  readonly flow?: string;
  readonly transport?: "tcp" | "udp" | "sctp" | "icmp" | "link";
  /** Name of the analyzer or detector that saw it. */
  readonly protocol: string;
  readonly evidence: Evidence;
  /** Keys are `protocol.field` or a shared field of the vocabulary. */
  readonly fields: Fields;
}

export type Fields = Readonly<Record<string, string | number>>;
