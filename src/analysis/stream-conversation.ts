/**
 * The analysis of one TCP flow: puts both directions in order, finds out what they speak, and feeds the
 * session of that analyzer with whole messages. Created at the first payload, dropped as soon as nobody
 * wants the flow any longer.
 */
import { type Flow, FlowState, other, Side } from "../flow/flow.ts";
import { Stream, type StreamListener } from "../flow/stream.ts";
import type { Observer } from "../observation/observer.ts";
import { type Packet, TcpFlag } from "../packet/packet.ts";
import type { Context, Expectation, StreamHandler } from "./analyzer.ts";
import type { Desk } from "./desk.ts";
import { Opening, PROBE_LIMIT } from "./opening.ts";
import { Pending } from "./pending.ts";
import { probeStream } from "./probe.ts";
import type { Entry } from "./registry.ts";
import { Speaker } from "./speaker.ts";

/** Bytes per direction that an incomplete message may hold back, unless the analyzer says otherwise. */
const MESSAGE_LIMIT = 16 << 10;
/** One delivery is read at most so many times: every skipped body lets the session look again. */
const ROUNDS = 4096;

export class StreamConversation implements StreamListener, Context {
  readonly flow: Flow;
  readonly observe: Observer;
  /** Nobody wants this flow any longer. */
  finished = false;

  readonly #desk: Desk;
  readonly #streams: [Stream, Stream];
  readonly #pending: [Pending, Pending];
  readonly #skip: [number, number] = [0, 0];
  readonly #speaker: Speaker;
  #limit = MESSAGE_LIMIT;
  readonly #opening = new Opening();
  #handOver: string | null = null;
  /** The packet at hand has shown that the ends were taken the wrong way round. */
  #turned = false;

  constructor(desk: Desk, flow: Flow) {
    this.flow = flow;
    this.#desk = desk;
    this.#speaker = new Speaker(desk, flow, "tcp");
    this.observe = desk.hinge;
    this.#streams = [new Stream(desk.segments, this, 0), new Stream(desk.segments, this, 1)];
    this.#pending = [new Pending(desk.budget), new Pending(desk.budget)];
    if (flow.has(FlowState.Midstream)) this.#opening.allowFreshStarts();
    if (flow.has(FlowState.Syn)) this.#streams[0].start((flow.originatorInitial + 1) | 0);
    if (flow.has(FlowState.SynAck)) this.#streams[1].start((flow.responderInitial + 1) | 0);
  }

  /** Begins with a session that another flow has prepared. */
  openExpected(expectation: Expectation): void {
    this.#speaker.begin(expectation.protocol, () => expectation.open(this));
  }

  packet(side: Side, packet: Packet): void {
    // What this packet acknowledges was said before what it says itself.
    if ((packet.tcpFlags & TcpFlag.Ack) !== 0) {
      this.#streams[other(side)].acknowledged(packet.acknowledgment, packet.timestamp);
    }
    if (!this.finished) this.#segment(this.#turned ? other(side) : side, packet);
    this.#turned = false;
    if (this.finished) this.#release();
  }

  #segment(side: Side, packet: Packet): void {
    const { tcpFlags, payload, payloadEnd, payloadLength } = packet;
    const stream = this.#streams[side];
    const sequence = (packet.sequence + ((tcpFlags & TcpFlag.Syn) !== 0 ? 1 : 0)) | 0;
    if ((tcpFlags & TcpFlag.Fin) !== 0) stream.end((sequence + payloadLength) | 0);
    if (payloadLength > 0)
      stream.segment(sequence, packet.bytes, payload, payloadEnd, payloadLength);
  }

  /** The flow has ended. */
  close(): void {
    if (this.finished) return;
    this.#streams[0].finish();
    this.#streams[1].finish();
    if (!this.#speaker.known && this.#opening.count > 0) this.#recognise(true);
    this.#speaker.close();
    this.#release();
  }

  bytes(side: Side, bytes: Uint8Array, start: number, end: number): void {
    if (this.finished) return;
    const from = start + this.#skipped(side, end - start);
    if (from === end) return;
    const pending = this.#pending[side];
    if (!this.#speaker.known) {
      if (this.#opening.count === 0) this.#firstWords(side, bytes, from, end);
      else if (this.#hold(side, bytes, from, end)) this.#recognise(false);
      return;
    }
    if (pending.length === 0) this.#desk.message.reset(bytes, from, end);
    else if (pending.append(bytes, from, end, this.#limit + end - from)) {
      this.#desk.message.reset(pending.bytes, 0, pending.length);
    } else {
      this.#overlong(side);
      return;
    }
    this.#listen(side);
  }

  hole(side: Side, count: number): void {
    if (this.finished) return;
    const lost = count - this.#skipped(side, count);
    if (lost === 0) return;
    this.#desk.gaps++;
    this.#desk.lostBytes += lost;
    this.#gap(side, lost);
  }

  unread(side: Side): number {
    return this.finished ? Number.POSITIVE_INFINITY : this.#skip[side];
  }

  skip(side: Side, bytes: number): void {
    this.#skip[side] += bytes;
  }

  streamed(side: Side): number {
    return this.#streams[side].streamed;
  }

  done(): void {
    this.finished = true;
  }

  handOver(protocol = ""): void {
    this.#handOver = protocol;
  }

  expect(expectation: Expectation): void {
    this.#desk.expectations.add(expectation, this.flow, this.#desk.hinge.packet.timestamp);
  }

  #listen(side: Side): void {
    this.#feed(side);
    this.#keep(side);
    if (this.#handOver !== null) this.#change();
  }

  /** Gives what `#message` holds to the session, again after every body that it wants skipped. */
  #feed(side: Side): void {
    const message = this.#desk.message;
    for (let round = 0; round < ROUNDS && !this.finished; round++) {
      this.#speaker.data(side, message);
      if (this.#handOver !== null) return;
      const skipped = this.#skipped(side, message.end - message.position);
      message.position += skipped;
      if (skipped === 0 || message.position >= message.end) return;
    }
  }

  /** Holds back what the session did not take. */
  #keep(side: Side): void {
    const { bytes, position, end } = this.#desk.message;
    const pending = this.#pending[side];
    if (this.finished || position >= end) pending.clear();
    else if (bytes === pending.bytes) {
      pending.keep(position);
      if (pending.length > this.#limit) this.#overlong(side);
    } else if (!pending.append(bytes, position, end, this.#limit)) this.#overlong(side);
  }

  #overlong(side: Side): void {
    this.#desk.overlong++;
    this.#gap(side, Math.max(this.#pending[side].length, 1));
  }

  #gap(side: Side, lost: number): void {
    if (!this.#speaker.known) {
      this.#opening.allowFreshStarts();
      this.#startAfresh();
      return;
    }
    this.#pending[side].clear();
    this.#speaker.gap(side, lost);
    if (this.#handOver !== null) this.#change();
  }

  /** STARTTLS, CONNECT and the like: what is held back, and all that follows, is somebody else's. */
  #change(): void {
    const protocol = this.#handOver as string;
    this.#handOver = null;
    if (this.finished) return;
    this.#speaker.close();
    this.#opening.clear();
    for (const side of [Side.Originator, Side.Responder] as const) {
      const { length } = this.#pending[side];
      if (length > 0) this.#opening.add(side, length);
    }
    if (protocol === "") {
      if (this.#opening.count > 0) this.#recognise(false);
      return;
    }
    const entry = this.#desk.registry.tcp.named(protocol);
    if (entry === undefined) this.finished = true;
    else {
      this.#open(entry);
      this.#replay();
    }
  }

  /** Most flows show what they are in their first segment: nothing need be copied for them. */
  #firstWords(side: Side, bytes: Uint8Array, start: number, end: number): void {
    const { originator, responder } = this.#desk;
    (side === Side.Originator ? originator : responder).reset(bytes, start, end);
    (side === Side.Originator ? responder : originator).reset(bytes, end, end);
    const spent = end - start >= PROBE_LIMIT;
    const { entry, reversed, maybe } = probeStream(this.#desk, this.flow, spent);
    if (entry === null) {
      if (!maybe || spent || !this.#hold(side, bytes, start, end)) this.#startAfresh();
      return;
    }
    if (reversed) this.#turn();
    this.#open(entry);
    this.#desk.message.reset(bytes, start, end);
    this.#listen(reversed ? other(side) : side);
  }

  #hold(side: Side, bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#pending[side].append(bytes, start, end, Number.POSITIVE_INFINITY)) return false;
    this.#opening.add(side, end - start);
    return true;
  }

  /** Asks all analyzers about what is held back. With `last`, more bytes will not be waited for. */
  #recognise(last: boolean): void {
    const [originator, responder] = this.#pending;
    this.#desk.originator.reset(originator.bytes, 0, originator.length);
    this.#desk.responder.reset(responder.bytes, 0, responder.length);
    const spent = last || this.#opening.spent;
    const { entry, reversed, maybe } = probeStream(this.#desk, this.flow, spent);
    if (entry !== null) {
      if (reversed) this.#turn();
      this.#open(entry);
      this.#replay();
    } else if (!maybe || spent) this.#startAfresh();
  }

  #startAfresh(): void {
    for (const pending of this.#pending) pending.clear();
    if (this.#opening.startAfresh()) return;
    this.#desk.unknown++;
    this.finished = true;
  }

  /** Tells the session what both ends have said so far, in the order they said it. */
  #replay(): void {
    const taken: [number, number] = [0, 0];
    const shown: [number, number] = [0, 0];
    const message = this.#desk.message;
    for (let index = 0; index < this.#opening.count && this.#handOver === null; index++) {
      const side = this.#opening.side(index);
      const pending = this.#pending[side];
      shown[side] = Math.min(shown[side] + this.#opening.length(index), pending.length);
      taken[side] += this.#skipped(side, shown[side] - taken[side]);
      if (taken[side] >= shown[side]) continue;
      message.reset(pending.bytes, taken[side], shown[side]);
      this.#feed(side);
      taken[side] = message.position;
    }
    this.#pending[0].keep(taken[0]);
    this.#pending[1].keep(taken[1]);
    if (this.#handOver !== null) this.#change();
  }

  /** The ends were taken the wrong way round. */
  #turn(): void {
    this.flow.flip();
    this.#turned = !this.#turned;
    this.#streams.reverse();
    this.#pending.reverse();
    this.#skip.reverse();
    this.#opening.turn();
    for (const stream of this.#streams) stream.turn();
  }

  #open(entry: Entry<StreamHandler>): void {
    const { handler, protocol } = entry;
    this.#limit = handler.limit ?? MESSAGE_LIMIT;
    this.#speaker.begin(protocol, () => handler.open(this));
  }

  /** How many of the next `count` bytes nobody reads. */
  #skipped(side: Side, count: number): number {
    const skipped = Math.min(this.#skip[side], count);
    this.#skip[side] -= skipped;
    return skipped;
  }

  #release(): void {
    this.finished = true;
    this.flow.analysis = null;
    for (const stream of this.#streams) stream.release();
    for (const pending of this.#pending) pending.release();
  }
}
