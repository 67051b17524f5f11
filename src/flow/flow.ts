/**
 * One conversation between two ends. *Originator* is who sent the first packet of the handshake (or, picked
 * up in mid-stream, who seems to have); *responder* is the other. Pooled: never keep one after it is closed.
 */
import { communityId } from "./community-id.ts";

export class Flow {
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
  /** What the content showed it to be; empty while unknown. */
  protocol = "";
  /** Both addresses, 16 bytes each (IPv4 uses the first four), at these offsets. */
  readonly addresses: Uint8Array;
  originatorAt: number;
  responderAt: number;
  /** Initial sequence number of each end, valid with `FlowState.Syn` and `FlowState.SynAck`. */
  originatorInitial = 0;
  responderInitial = 0;
  /** The latest packet of the flow: what evidence points to when the flow has ended. */
  lastFrame = 0;
  lastCapture = 0;
  /** What the analysis keeps for this flow; null when no analyzer wants it any longer. */
  analysis: object | null = null;

  /** The table's own: place, hash chain, in use. */
  readonly slot: number;
  hash = 0;
  next: Flow | null = null;
  open = false;

  readonly #counters: Float64Array;
  readonly #at: number;
  #communityId = "";

  constructor(slot: number, page: Page) {
    this.slot = slot;
    this.addresses = page.addresses;
    const index = slot % PAGE_FLOWS;
    this.originatorAt = index * 32;
    this.responderAt = index * 32 + 16;
    this.#counters = page.counters;
    this.#at = index * COUNTERS;
  }

  has(state: number): boolean {
    return (this.state & state) !== 0;
  }

  get firstSeen(): number {
    return this.#counters[this.#at] as number;
  }

  get lastSeen(): number {
    return this.#counters[this.#at + 1] as number;
  }

  packets(side: Side): number {
    return this.#counters[this.#at + 2 + side] as number;
  }

  /** Bytes of IP payload above the transport header, as the headers say. */
  bytes(side: Side): number {
    return this.#counters[this.#at + 4 + side] as number;
  }

  /** A fresh start for a new conversation, first seen at `timestamp`. */
  begin(timestamp: number): void {
    this.#counters.fill(0, this.#at, this.#at + COUNTERS);
    this.#counters[this.#at] = timestamp;
    this.state = 0;
    this.protocol = "";
    this.analysis = null;
    this.#communityId = "";
  }

  count(side: Side, timestamp: number, bytes: number): void {
    const counters = this.#counters;
    const at = this.#at;
    counters[at + 1] = timestamp;
    counters[at + 2 + side] = (counters[at + 2 + side] as number) + 1;
    counters[at + 4 + side] = (counters[at + 4 + side] as number) + bytes;
  }

  /** Picked up in mid-stream, the content shows that the ends are the other way round. */
  flip(): void {
    const { originatorAt, originatorPort, originatorInitial, state } = this;
    this.originatorAt = this.responderAt;
    this.responderAt = originatorAt;
    this.originatorPort = this.responderPort;
    this.responderPort = originatorPort;
    this.originatorInitial = this.responderInitial;
    this.responderInitial = originatorInitial;
    this.state = state & ~(FlowState.OriginatorFin | FlowState.ResponderFin);
    if ((state & FlowState.OriginatorFin) !== 0) this.state |= FlowState.ResponderFin;
    if ((state & FlowState.ResponderFin) !== 0) this.state |= FlowState.OriginatorFin;
    swap(this.#counters, this.#at + 2);
    swap(this.#counters, this.#at + 4);
    if (this.bytes(Side.Responder) > 0) this.state |= FlowState.Answered;
    else this.state &= ~FlowState.Answered;
  }

  /** Community ID v1, seed 0. Made when first asked for. */
  communityId(): string {
    if (this.#communityId === "") this.#communityId = communityId(this);
    return this.#communityId;
  }
}

/** Flows whose addresses and counters share one allocation. */
export const PAGE_FLOWS = 1024;
/** firstSeen, lastSeen, packets of both ends, bytes of both ends. */
const COUNTERS = 6;

export class Page {
  readonly addresses = new Uint8Array(PAGE_FLOWS * 32);
  readonly counters = new Float64Array(PAGE_FLOWS * COUNTERS);
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
  /** The analysis has looked at it: it need not begin again. */
  Analysed: 512,
} as const;

/** Which end of a flow sent something: also the index of that end's counters. */
export const Side = { Originator: 0, Responder: 1 } as const;
export type Side = (typeof Side)[keyof typeof Side];

export function other(side: Side): Side {
  return side === Side.Originator ? Side.Responder : Side.Originator;
}

function swap(values: Float64Array, at: number): void {
  const first = values[at] as number;
  values[at] = values[at + 1] as number;
  values[at + 1] = first;
}
