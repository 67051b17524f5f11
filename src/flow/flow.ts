/**
 * One conversation between two ends. *Originator* is who sent the first packet of the handshake (or, picked
 * up in mid-stream, who seems to have); *responder* is the other. Pooled: never keep one after `close`.
 */
export class Flow {
  /** Where its key, addresses and counters lie in the table. */
  readonly slot: number;
  /** IP protocol number: 6, 17, 132, 1, 58 … */
  transport = 0;
  /** 4 or 6. */
  ipVersion = 0;
  originatorPort = 0;
  responderPort = 0;
  /** Outermost VLAN of its first packet, −1 untagged. */
  vlan = -1;
  /** Bits of `FlowState`. */
  state = 0;
  /** What the analysis keeps for this flow; null when no analyzer wants it any longer. */
  analysis: object | null = null;

  constructor(slot: number) {
    this.slot = slot;
  }

  has(state: number): boolean {
    return (this.state & state) !== 0;
  }
}

export const FlowState = {
  /** TCP: a SYN, and a SYN-ACK, were seen. */
  Syn: 1,
  SynAck: 2,
  /** The first packet seen was not the first of the conversation. */
  Midstream: 4,
  /** The responder has sent something. */
  Answered: 8,
  /** FIN from either end; RST. */
  OriginatorFin: 16,
  ResponderFin: 32,
  Reset: 64,
  /** Another flow announced it (FTP data, TFTP transfer). */
  Expected: 128,
  /** The responder's address is broadcast or multicast. */
  Group: 256,
  /** Established by SYN-ACK then data, and already reported as a service. */
  Reported: 512,
} as const;

/** Which end of a flow sent something: also the index of that end's counters. */
export const Side = { Originator: 0, Responder: 1 } as const;
export type Side = (typeof Side)[keyof typeof Side];

export function other(side: Side): Side {
  return side === Side.Originator ? Side.Responder : Side.Originator;
}
