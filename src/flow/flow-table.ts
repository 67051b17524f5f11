/**
 * Finds the flow of a packet. Integer hash over both directions, chains through the flows themselves,
 * pooled objects, `limit` flows at most: a full table closes the longest silent of a handful.
 */
import { IpProtocol, type Packet, TcpFlag } from "../packet/packet.ts";
import { Flow, FlowState, PAGE_FLOWS, Page, Side } from "./flow.ts";
import { copyAddress, FlowKey } from "./flow-key.ts";
import { followHandshake, isClosed, isGroup, isMidstream, looksReversed } from "./handshake.ts";

export const CloseReason = { Ended: 0, Timeout: 1, Evicted: 2, Replaced: 3, InputEnd: 4 } as const;
export type CloseReason = (typeof CloseReason)[keyof typeof CloseReason];

export interface FlowTableOptions {
  /** Flows at a time. */
  readonly limit: number;
  /** Called before a flow goes back to the pool. */
  onClose(flow: Flow, reason: CloseReason): void;
}

/** Idle times in packet time, µs. */
const Idle = {
  /** An established TCP connection: HL7 and DICOM links rest for long. */
  Established: 3600e6,
  /** TCP that nobody has answered. */
  Attempt: 60e6,
  /** After FIN from both ends or RST: room for late segments. */
  Closed: 5e6,
  Datagram: 180e6,
} as const;

const SWEEP_INTERVAL = 1e6;
/** The whole table is swept in about this many seconds of packet time. */
const SWEEP_SECONDS = 64;
const EVICTION_SAMPLE = 32;
/** Flows in one hash chain, on average, when the table is full. */
const CHAIN_LENGTH = 2;
/** Longer chains than this are made, not met by chance: their last flow gives way. */
const CHAIN_LIMIT = 48;

export class FlowTable {
  /** Which end of the flow that `find` returned sent the packet, and whether the flow is new. */
  side: Side = Side.Originator;
  created = false;

  opened = 0;
  evicted = 0;
  timedOut = 0;
  replaced = 0;
  active = 0;
  peak = 0;

  readonly #limit: number;
  readonly #onClose: (flow: Flow, reason: CloseReason) => void;
  readonly #buckets: (Flow | null)[];
  readonly #mask: number;
  readonly #flows: Flow[] = [];
  readonly #free: Flow[] = [];
  #page = new Page();
  #hand = 0;
  #sweptAt = 0;
  readonly #key = new FlowKey();

  constructor(options: FlowTableOptions) {
    this.#limit = options.limit;
    this.#onClose = options.onClose;
    const size = 2 ** Math.ceil(Math.log2(Math.max(options.limit / CHAIN_LENGTH, 16)));
    this.#buckets = new Array<Flow | null>(size).fill(null);
    this.#mask = size - 1;
  }

  /** The flow of an IP packet, opened if need be. Counts the packet, follows the TCP handshake. */
  find(packet: Packet): Flow {
    this.#key.set(packet);
    let flow = this.#lookup(packet);
    if (flow !== null && this.#isNewConnection(flow, packet)) {
      this.replaced++;
      this.#close(flow, CloseReason.Replaced);
      flow = null;
    }
    this.created = flow === null;
    if (flow === null) flow = this.#create(packet);
    if (packet.protocol === IpProtocol.Tcp) followHandshake(flow, this.side, packet);
    if (this.side === Side.Responder) flow.state |= FlowState.Answered;
    flow.count(this.side, packet.timestamp, packet.payloadLength);
    flow.lastFrame = packet.frame;
    flow.lastCapture = packet.capture;
    return flow;
  }

  /** Closes what has been idle for too long, a part of the table per second of packet time. */
  sweep(now: number): void {
    if (now - this.#sweptAt < SWEEP_INTERVAL) return;
    const elapsed = this.#sweptAt === 0 ? 1 : Math.min((now - this.#sweptAt) / 1e6, SWEEP_SECONDS);
    this.#sweptAt = now;
    const count = Math.ceil((this.#flows.length * elapsed) / SWEEP_SECONDS);
    for (let step = 0; step < count; step++) {
      const flow = this.#advance();
      if (flow.open && now - flow.lastSeen > idleLimit(flow)) {
        this.timedOut++;
        this.#close(flow, isClosed(flow) ? CloseReason.Ended : CloseReason.Timeout);
      }
    }
  }

  /** Closes every flow, in the order of their places in the table. */
  closeAll(): void {
    for (const flow of this.#flows) if (flow.open) this.#close(flow, CloseReason.InputEnd);
  }

  statistics(): Record<string, number> {
    const { opened, evicted, timedOut, replaced, active, peak } = this;
    return { opened, active, peak, timed_out: timedOut, evicted, replaced };
  }

  #lookup(packet: Packet): Flow | null {
    const { hash } = this.#key;
    let length = 0;
    let flow = this.#buckets[hash & this.#mask] as Flow | null;
    while (flow !== null) {
      if (flow.hash === hash && this.#key.matches(flow, packet)) {
        this.side = this.#key.side;
        return flow;
      }
      if (++length > CHAIN_LIMIT && flow.next === null) {
        this.evicted++;
        this.#close(flow, CloseReason.Evicted);
        return null;
      }
      flow = flow.next;
    }
    return null;
  }

  /** A SYN that does not repeat the one which opened this flow: the ports are used again. */
  #isNewConnection(flow: Flow, packet: Packet): boolean {
    if (packet.protocol !== IpProtocol.Tcp) return false;
    if ((packet.tcpFlags & (TcpFlag.Syn | TcpFlag.Ack)) !== TcpFlag.Syn) return false;
    if (flow.has(FlowState.Syn) && this.side === Side.Originator) {
      return packet.sequence !== flow.originatorInitial;
    }
    return isClosed(flow);
  }

  #create(packet: Packet): Flow {
    const flow = this.#take();
    const midstream = isMidstream(packet);
    const reversed = midstream && looksReversed(packet);
    const [first, second] = reversed
      ? [packet.destination, packet.source]
      : [packet.source, packet.destination];
    this.side = reversed ? Side.Responder : Side.Originator;
    const length = packet.ipVersion === 4 ? 4 : 16;
    copyAddress(packet.bytes, first, flow.addresses, flow.originatorAt, length);
    copyAddress(packet.bytes, second, flow.addresses, flow.responderAt, length);
    flow.begin(packet.timestamp);
    flow.transport = packet.protocol;
    flow.ipVersion = packet.ipVersion;
    flow.originatorPort = reversed ? this.#key.destinationPort : this.#key.sourcePort;
    flow.responderPort = reversed ? this.#key.sourcePort : this.#key.destinationPort;
    flow.vlan = packet.vlan;
    flow.state = midstream ? FlowState.Midstream : 0;
    if (isGroup(packet)) flow.state |= FlowState.Group;
    flow.hash = this.#key.hash;
    const bucket = flow.hash & this.#mask;
    flow.next = this.#buckets[bucket] as Flow | null;
    this.#buckets[bucket] = flow;
    flow.open = true;
    this.opened++;
    if (++this.active > this.peak) this.peak = this.active;
    return flow;
  }

  #take(): Flow {
    if (this.#free.length === 0 && this.#flows.length >= this.#limit) this.#evict();
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const slot = this.#flows.length;
    if (slot > 0 && slot % PAGE_FLOWS === 0) this.#page = new Page();
    const flow = new Flow(slot, this.#page);
    this.#flows.push(flow);
    return flow;
  }

  #evict(): void {
    let oldest = this.#advance();
    for (let step = 1; step < EVICTION_SAMPLE; step++) {
      const flow = this.#advance();
      if (flow.open && (!oldest.open || flow.lastSeen < oldest.lastSeen)) oldest = flow;
    }
    this.evicted++;
    this.#close(oldest, CloseReason.Evicted);
  }

  #advance(): Flow {
    if (this.#hand >= this.#flows.length) this.#hand = 0;
    return this.#flows[this.#hand++] as Flow;
  }

  #close(flow: Flow, reason: CloseReason): void {
    this.#onClose(flow, reason);
    this.#unlink(flow);
    flow.open = false;
    flow.analysis = null;
    this.active--;
    this.#free.push(flow);
  }

  #unlink(flow: Flow): void {
    const bucket = flow.hash & this.#mask;
    let each = this.#buckets[bucket] as Flow | null;
    if (each === flow) {
      this.#buckets[bucket] = flow.next;
      return;
    }
    while (each !== null) {
      if (each.next === flow) {
        each.next = flow.next;
        return;
      }
      each = each.next;
    }
  }
}

function idleLimit(flow: Flow): number {
  if (flow.transport !== IpProtocol.Tcp) return Idle.Datagram;
  if (isClosed(flow)) return Idle.Closed;
  return flow.has(FlowState.Answered) ? Idle.Established : Idle.Attempt;
}
