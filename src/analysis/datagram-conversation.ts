/** The analysis of one UDP flow: every datagram is a whole message. */
import { type Flow, FlowState, other, type Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import type { Packet } from "../packet/packet.ts";
import { Reader } from "../packet/reader.ts";
import { type Context, type DatagramHandler, type Expectation, Verdict } from "./analyzer.ts";
import type { Desk } from "./desk.ts";
import type { Entry } from "./registry.ts";
import { Speaker } from "./speaker.ts";

/** Datagrams after which a flow that nobody recognises is left alone. */
const PROBE_DATAGRAMS = 6;

export class DatagramConversation implements Context {
  readonly flow: Flow;
  readonly observe: Observer;
  finished = false;

  readonly #desk: Desk;
  readonly #streamed: [number, number] = [0, 0];
  readonly #speaker: Speaker;
  #probed = 0;

  constructor(desk: Desk, flow: Flow) {
    this.flow = flow;
    this.#desk = desk;
    this.#speaker = new Speaker(desk, flow, "udp");
    this.observe = desk.hinge;
  }

  openExpected(expectation: Expectation): void {
    this.#speaker.begin(expectation.protocol, () => expectation.open(this));
  }

  packet(side: Side, packet: Packet): void {
    const message = READER.reset(packet.bytes, packet.payload, packet.payloadEnd);
    this.#streamed[side] += packet.payloadLength;
    let from = side;
    if (!this.#speaker.known) {
      const { responderPort } = this.flow;
      if (!this.#probe(message, side)) return;
      if (this.flow.responderPort !== responderPort) from = other(side);
    }
    message.rewind(message.start);
    this.#speaker.data(from, message);
    if (this.finished) this.#release();
  }

  close(): void {
    this.#speaker.close();
    this.#release();
  }

  /** Datagrams have no rest to skip. */
  skip(): void {}

  streamed(side: Side): number {
    return this.#streamed[side];
  }

  done(): void {
    this.finished = true;
  }

  handOver(protocol = ""): void {
    this.#speaker.close();
    const entry = protocol === "" ? undefined : this.#desk.registry.udp.named(protocol);
    if (entry !== undefined) this.#open(entry);
    else if (protocol !== "") this.finished = true;
  }

  expect(expectation: Expectation): void {
    this.#desk.expectations.add(expectation, this.flow, this.#desk.hinge.packet.timestamp);
  }

  /** Opens the session of whoever recognises the datagram. */
  #probe(message: Reader, side: Side): boolean {
    const lead = message.peek();
    if (lead < 0) return false;
    this.#desk.probes++;
    const entry = this.#recognise(message, side, lead);
    if (entry !== null) {
      this.#open(entry);
      return true;
    }
    if (++this.#probed >= PROBE_DATAGRAMS) {
      this.#desk.unknown++;
      this.#release();
    }
    return false;
  }

  /** Handlers of either port are asked first, and there a `Maybe` is enough: no datagram says more later. */
  #recognise(message: Reader, side: Side, lead: number): Entry<DatagramHandler> | null {
    const { udp } = this.#desk.registry;
    const first = udp.atPort(this.flow.responderPort);
    const second = udp.atPort(this.flow.originatorPort);
    let plausible: Entry<DatagramHandler> | null = null;
    for (const entry of udp.led(0, lead)) {
      const verdict = this.#verdict(entry, message, side);
      const hinted = first.includes(entry) || second.includes(entry);
      if (verdict === Verdict.Yes && hinted) return entry;
      if (verdict === Verdict.Yes || (verdict === Verdict.Maybe && hinted)) plausible ??= entry;
    }
    return plausible;
  }

  #verdict(entry: Entry<DatagramHandler>, message: Reader, side: Side): Verdict {
    message.rewind(message.start);
    return entry.handler.probe(message, this.flow, side);
  }

  #open(entry: Entry<DatagramHandler>): void {
    const { ports } = entry.handler;
    const { flow } = this;
    // What is sent from the service's port to another is an answer: its question was not captured.
    if (ports.includes(flow.originatorPort) && !ports.includes(flow.responderPort)) {
      flow.flip();
      this.#streamed.reverse();
    }
    this.#speaker.begin(entry.protocol, () => entry.handler.open(this));
  }

  #release(): void {
    this.finished = true;
    this.flow.analysis = null;
    this.flow.state |= FlowState.Analysed;
  }
}

const READER = new Reader();
