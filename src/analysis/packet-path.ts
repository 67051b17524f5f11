/**
 * The left half of the design: takes frames, gives observations. Headers, duplicates, fragments, flows,
 * streams, analyzers and detectors, in this order, synchronously, without reading a clock.
 */
import { Duplicates } from "../flow/duplicates.ts";
import { type Flow, FlowState, Side } from "../flow/flow.ts";
import { type CloseReason, FlowTable } from "../flow/flow-table.ts";
import { Fragments } from "../flow/fragments.ts";
import { Hinge } from "../observation/hinge.ts";
import type { Observation } from "../observation/observation.ts";
import type { ObservationSink } from "../observation/observer.ts";
import { decodeDatagram, decodeFrame } from "../packet/decode.ts";
import { Fault, IpProtocol, Packet } from "../packet/packet.ts";
import { Reader } from "../packet/reader.ts";
import { DatagramConversation } from "./datagram-conversation.ts";
import { Desk } from "./desk.ts";
import type { Watch } from "./detector.ts";
import type { Registry } from "./registry.ts";
import { StreamConversation } from "./stream-conversation.ts";

/** What the packet path needs of a frame; `Frame` of a source fits. */
export interface FrameView {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly length: number;
  readonly wireLength: number;
  readonly timestamp: number;
  readonly linkType: number;
  readonly number: number;
  readonly capture: number;
}

export interface PacketPathOptions {
  readonly registry: Registry;
  readonly sink: ObservationSink;
  /** Names of the captures, by `FrameView.capture`. */
  readonly captures: readonly string[];
  /** Flows at a time. */
  readonly flowLimit?: number;
}

/** A million conversations at a time take some 300 MB; memory grows with those that there are. */
const FLOW_LIMIT = 1 << 20;
/** Repeats are told to the right half this often, µs of packet time. */
const FLUSH_INTERVAL = 10e6;

export class PacketPath {
  readonly #packet = new Packet();
  readonly #message = new Reader();
  readonly #registry: Registry;
  readonly #hinge: Hinge;
  readonly #flows: FlowTable;
  readonly #desk: Desk;
  readonly #duplicates = new Duplicates();
  readonly #fragments = new Fragments();
  /** Stands for the last packet of a flow that ends, so that its evidence is its own. */
  readonly #last = new Packet();
  #flushedAt = 0;

  #frames = 0;
  #bytes = 0;
  #ip = 0;
  #nonIp = 0;
  #tunnelled = 0;
  /** Tags by VLAN identifier, inner ones and those around tunnels included. */
  readonly #vlans = new Float64Array(4096);
  readonly #faults = new Float64Array(Object.keys(Fault).length);

  constructor(options: PacketPathOptions) {
    this.#registry = options.registry;
    this.#hinge = new Hinge(options.sink, options.registry.vocabulary, this.#packet);
    this.#hinge.captures = options.captures;
    this.#flows = new FlowTable({
      limit: options.flowLimit ?? FLOW_LIMIT,
      onClose: (flow, reason) => this.#close(flow, reason),
    });
    this.#desk = new Desk(options.registry, this.#hinge, this.#flows);
  }

  frame(frame: FrameView): void {
    const packet = this.#packet;
    const { timestamp } = frame;
    packet.timestamp = timestamp;
    packet.frame = frame.number;
    packet.capture = frame.capture;
    decodeFrame(packet, frame.bytes, frame.start, frame.length, frame.wireLength, frame.linkType);
    this.#frames++;
    this.#bytes += frame.wireLength;
    this.#flows.sweep(timestamp);
    if (timestamp - this.#flushedAt >= FLUSH_INTERVAL) {
      this.#flushedAt = timestamp;
      this.#hinge.flush();
    }
    this.#analyse(packet);
  }

  /** The input has ended: every flow says its last word. */
  finish(): void {
    this.#flows.closeAll();
    this.#hinge.flush();
  }

  /** Counters by group. */
  statistics(): Record<string, Record<string, number>> {
    return {
      packet: {
        frames: this.#frames,
        bytes: this.#bytes,
        ip: this.#ip,
        non_ip: this.#nonIp,
        tunnelled: this.#tunnelled,
        duplicates: this.#duplicates.count,
        cut: this.#faults[Fault.Cut] as number,
        malformed: this.#faults[Fault.Malformed] as number,
        unknown: this.#faults[Fault.Unknown] as number,
        too_deep: this.#faults[Fault.TooDeep] as number,
      },
      vlan: this.#vlanStatistics(),
      fragment: this.#fragments.statistics(),
      flow: this.#flows.statistics(),
      analysis: { ...this.#desk.statistics() },
      expectation: this.#desk.expectations.statistics(),
      observation: this.#hinge.statistics(),
    };
  }

  #analyse(packet: Packet): void {
    if (packet.fault !== Fault.None) {
      this.#faults[packet.fault] = (this.#faults[packet.fault] as number) + 1;
    }
    if (packet.tagCount > 0) this.#countVlans(packet);
    if (packet.ipVersion === 0) {
      this.#nonIp++;
      this.#link(packet);
      return;
    }
    this.#ip++;
    if (packet.depth > 0) this.#tunnelled++;
    if (this.#duplicates.has(packet)) return;
    if (packet.moreFragments || packet.fragmentOffset !== 0) {
      const fragments = this.#fragments;
      if (!fragments.add(packet)) return;
      decodeDatagram(packet, fragments.bytes, fragments.start, fragments.end);
    }
    this.#internet(packet);
  }

  #countVlans({ tags, tagCount }: Packet): void {
    const vlans = this.#vlans;
    for (let index = 0; index < tagCount; index++) {
      const id = tags[index] as number;
      vlans[id] = (vlans[id] as number) + 1;
    }
  }

  #vlanStatistics(): Record<string, number> {
    const seen: Record<string, number> = {};
    for (const [id, frames] of this.#vlans.entries()) if (frames > 0) seen[String(id)] = frames;
    return seen;
  }

  #link(packet: Packet): void {
    const entries = this.#registry.link(packet.etherType);
    if (entries === undefined) return;
    this.#hinge.flow = null;
    this.#hinge.transport = "link";
    for (const { protocol, handler } of entries) {
      this.#hinge.protocol = protocol;
      this.#message.reset(packet.bytes, packet.payload, packet.payloadEnd);
      handler.frame(this.#message, packet, this.#hinge);
    }
  }

  #internet(packet: Packet): void {
    const transport = packet.protocol;
    if (packet.transport !== 0) this.#aboveIp(packet);
    if (packet.transport === 0 && hasPorts(transport)) return;
    const flow = this.#flows.find(packet);
    const { side } = this.#flows;
    if (this.#flows.created) {
      this.#watch(flow, packet, "opened");
      if (this.#desk.expectations.waiting) this.#meet(flow, packet);
    }
    if (side === Side.Responder && flow.packets(Side.Responder) === 1) {
      this.#watch(flow, packet, "answered");
    }
    if (transport === IpProtocol.Tcp) this.#stream(flow, side, packet);
    else if (transport === IpProtocol.Udp) this.#datagram(flow, side, packet);
  }

  #aboveIp(packet: Packet): void {
    const entries = this.#registry.ip(packet.protocol);
    if (entries.length === 0) return;
    this.#hinge.flow = null;
    this.#hinge.transport = "icmp";
    for (const { protocol, handler } of entries) {
      this.#hinge.protocol = protocol;
      this.#message.reset(packet.bytes, packet.transport, packet.payloadEnd);
      handler.packet(this.#message, packet, this.#hinge);
    }
  }

  #stream(flow: Flow, side: Side, packet: Packet): void {
    let conversation = flow.analysis as StreamConversation | null;
    if (conversation === null) {
      if (packet.payloadLength === 0 || flow.has(FlowState.Analysed)) return;
      flow.state |= FlowState.Analysed;
      conversation = new StreamConversation(this.#desk, flow);
      flow.analysis = conversation;
    }
    conversation.packet(side, packet);
  }

  #datagram(flow: Flow, side: Side, packet: Packet): void {
    let conversation = flow.analysis as DatagramConversation | null;
    if (conversation === null) {
      if (flow.has(FlowState.Analysed)) return;
      flow.state |= FlowState.Analysed;
      conversation = new DatagramConversation(this.#desk, flow);
      flow.analysis = conversation;
    }
    conversation.packet(side, packet);
  }

  /** A flow that another one has announced begins with the session prepared for it. */
  #meet(flow: Flow, packet: Packet): void {
    const expectation = this.#desk.expectations.meet(flow, packet.timestamp);
    if (expectation === null) return;
    flow.state |= FlowState.Expected | FlowState.Analysed;
    const conversation =
      flow.transport === IpProtocol.Tcp
        ? new StreamConversation(this.#desk, flow)
        : new DatagramConversation(this.#desk, flow);
    flow.analysis = conversation;
    conversation.openExpected(expectation);
  }

  #watch(flow: Flow, packet: Packet, event: "opened" | "answered"): void {
    const { watches } = this.#desk;
    const transport = transportName(flow);
    for (let index = 0; index < watches.length; index++) {
      const { name, watch } = watches[index] as (typeof watches)[0];
      if (watch[event] === undefined) continue;
      this.#desk.enter(flow, name, transport);
      watch[event](flow, packet);
    }
  }

  #close(flow: Flow, reason: CloseReason): void {
    const last = this.#last;
    last.timestamp = flow.lastSeen;
    last.frame = flow.lastFrame;
    last.capture = flow.lastCapture;
    last.vlan = flow.vlan;
    this.#hinge.packet = last;
    (flow.analysis as StreamConversation | DatagramConversation | null)?.close();
    for (const { name, watch } of this.#desk.watches) {
      if (watch.closed === undefined) continue;
      this.#desk.enter(flow, name, transportName(flow));
      (watch as Required<Watch>).closed(flow, reason);
    }
    this.#hinge.packet = this.#packet;
  }
}

function hasPorts(protocol: number): boolean {
  return protocol === IpProtocol.Tcp || protocol === IpProtocol.Udp || protocol === IpProtocol.Sctp;
}

function transportName(flow: Flow): NonNullable<Observation["transport"]> {
  switch (flow.transport) {
    case IpProtocol.Tcp:
      return "tcp";
    case IpProtocol.Udp:
      return "udp";
    case IpProtocol.Sctp:
      return "sctp";
    default:
      return "icmp";
  }
}
