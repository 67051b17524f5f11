/**
 * The one place where bytes become words. Implements `Observer` over the packet and flow being analysed,
 * and asks `Statements` whether this subject has said the same before: only news is turned into text.
 */
import { ipText, macText } from "./address.ts";
import { Fingerprint } from "./fingerprint.ts";
import type { Endpoint, Fields, Observation } from "./observation.ts";
import type { ObservationSink, Observer } from "./observer.ts";
import { Statements } from "./statements.ts";
import { cleanText, TEXT_BYTES, wireText } from "./text.ts";
import type { Privacy } from "./vocabulary.ts";

/** What the hinge needs to know of the packet being analysed; `Packet` fits. */
export interface PacketView {
  readonly bytes: Uint8Array;
  readonly timestamp: number;
  readonly frame: number;
  readonly capture: number;
  readonly sourceMac: number;
  readonly source: number;
  readonly ipVersion: number;
  readonly vlan: number;
}

/** What the hinge needs to know of the flow being analysed; `Flow` fits. */
export interface FlowView {
  readonly addresses: Uint8Array;
  readonly originatorAt: number;
  readonly responderAt: number;
  readonly ipVersion: number;
  readonly originatorPort: number;
  readonly responderPort: number;
  readonly transport: number;
  readonly vlan: number;
  communityId(): string;
}

/** Fields in one observation. */
const FIELD_LIMIT = 40;

const Kind = { Bytes: 0, Text: 1, Number: 2 } as const;

export class Hinge implements Observer {
  /** Set by whoever drives the analysis, before an analyzer is called. */
  packet: PacketView;
  flow: FlowView | null = null;
  protocol = "";
  transport: NonNullable<Observation["transport"]> = "link";
  /** Names of the captures, by `PacketView.capture`. */
  captures: readonly string[] = [];

  /** Fields left out: not declared, or more than one observation may hold. */
  undeclared = 0;
  overfull = 0;

  readonly #vocabulary: ReadonlyMap<string, Privacy>;

  /** Which end of the flow it is about; −1: the declared address. */
  #side = 0;
  #addressBytes: Uint8Array = EMPTY;
  #addressMac = -1;
  #addressIp = -1;
  #addressVersion = 0;
  #pair = false;

  #fields = 0;
  readonly #names: string[] = new Array<string>(FIELD_LIMIT).fill("");
  readonly #kinds = new Uint8Array(FIELD_LIMIT);
  readonly #bytes: Uint8Array[] = new Array<Uint8Array>(FIELD_LIMIT).fill(EMPTY);
  readonly #starts = new Int32Array(FIELD_LIMIT);
  readonly #ends = new Int32Array(FIELD_LIMIT);
  readonly #numbers = new Float64Array(FIELD_LIMIT);
  readonly #texts: string[] = new Array<string>(FIELD_LIMIT).fill("");

  readonly #fingerprint = new Fingerprint();
  readonly #statements: Statements;

  constructor(sink: ObservationSink, vocabulary: ReadonlyMap<string, Privacy>, packet: PacketView) {
    this.#statements = new Statements(sink);
    this.#vocabulary = vocabulary;
    this.packet = packet;
  }

  about(side: number): Observer {
    this.#side = side;
    return this.#begin();
  }

  aboutSender(): Observer {
    const { packet } = this;
    return this.aboutAddress(
      packet.bytes,
      packet.sourceMac,
      packet.ipVersion === 0 ? -1 : packet.source,
      packet.ipVersion,
    );
  }

  aboutAddress(bytes: Uint8Array, mac: number, ip: number, ipVersion: number): Observer {
    this.#side = -1;
    this.#addressBytes = bytes;
    this.#addressMac = mac;
    this.#addressIp = ip;
    this.#addressVersion = ipVersion;
    return this.#begin();
  }

  text(field: string, bytes: Uint8Array, start: number, end: number): Observer {
    let from = start;
    let to = end;
    while (from < to && (bytes[from] as number) <= SPACE) from++;
    while (to > from && (bytes[to - 1] as number) <= SPACE) to--;
    if (from >= to) return this;
    const index = this.#add(field, Kind.Bytes);
    if (index < 0) return this;
    if (to - from > TEXT_BYTES) to = from + TEXT_BYTES;
    this.#bytes[index] = bytes;
    this.#starts[index] = from;
    this.#ends[index] = to;
    this.#fingerprint.bytes(bytes, from, to - from);
    return this;
  }

  string(field: string, value: string): Observer {
    if (value === "") return this;
    const index = this.#add(field, Kind.Text);
    if (index < 0) return this;
    this.#texts[index] = value;
    this.#fingerprint.text(value);
    return this;
  }

  number(field: string, value: number): Observer {
    const index = this.#add(field, Kind.Number);
    if (index < 0) return this;
    this.#numbers[index] = value;
    this.#fingerprint.number(value);
    return this;
  }

  emit(): void {
    if (this.#fields === 0) return;
    this.#mixSubject();
    const { timestamp } = this.packet;
    const { low, high } = this.#fingerprint;
    if (this.#statements.again(low, high, timestamp)) return;
    this.#statements.tell(low, high, this.#materialise());
  }

  /** Tells the sink of all repeats since the last call. */
  flush(): void {
    this.#statements.flush();
  }

  statistics(): Record<string, number> {
    const { undeclared, overfull } = this;
    return { ...this.#statements.statistics(), undeclared, overfull };
  }

  #begin(): this {
    this.#fields = 0;
    this.#pair = false;
    this.#fingerprint.begin();
    this.#fingerprint.name(this.protocol);
    return this;
  }

  /** Room for one more field, or −1. */
  #add(field: string, kind: number): number {
    const index = this.#fields;
    if (index >= FIELD_LIMIT) {
      this.overfull++;
      return -1;
    }
    this.#fields = index + 1;
    this.#names[index] = field;
    this.#kinds[index] = kind;
    this.#fingerprint.name(field);
    // A login or a file concerns two ends; anything else is a property of the subject alone.
    if (field.startsWith("login.") || field.startsWith("file.")) this.#pair = true;
    return index;
  }

  #mixSubject(): void {
    this.#fingerprint.mix(this.#side);
    if (this.#side < 0 || this.flow === null) this.#mixAddress();
    else this.#mixEnd(this.flow);
  }

  #mixAddress(): void {
    const bytes = this.#addressBytes;
    if (this.#addressMac >= 0) this.#fingerprint.bytes(bytes, this.#addressMac, 6);
    if (this.#addressIp >= 0)
      this.#fingerprint.bytes(bytes, this.#addressIp, this.#addressVersion === 4 ? 4 : 16);
    this.#fingerprint.mix(this.packet.vlan);
  }

  #mixEnd(flow: FlowView): void {
    const length = flow.ipVersion === 4 ? 4 : 16;
    const originator = this.#side === 0;
    this.#fingerprint.bytes(
      flow.addresses,
      originator ? flow.originatorAt : flow.responderAt,
      length,
    );
    if (this.#pair) {
      this.#fingerprint.bytes(
        flow.addresses,
        originator ? flow.responderAt : flow.originatorAt,
        length,
      );
    }
    // A client's port changes with every flow; a server's is part of what it is.
    this.#fingerprint.mix(originator && !this.#pair ? -1 : flow.responderPort);
  }

  #materialise(): Observation {
    const { packet, flow } = this;
    const evidence = { capture: this.captures[packet.capture] ?? "", frame: packet.frame };
    const { timestamp } = packet;
    const { protocol, transport } = this;
    const fields = this.#fieldValues();
    if (this.#side >= 0 && flow !== null) {
      const originator = endpoint(flow, flow.originatorAt, flow.originatorPort);
      const responder = endpoint(flow, flow.responderAt, flow.responderPort);
      const [subject, peer] = this.#side === 0 ? [originator, responder] : [responder, originator];
      return {
        timestamp,
        subject,
        peer,
        flow: flow.communityId(),
        transport,
        protocol,
        evidence,
        fields,
      };
    }
    return { timestamp, subject: this.#declaredEndpoint(), transport, protocol, evidence, fields };
  }

  #declaredEndpoint(): Endpoint {
    const endpoint: { mac?: string; ip?: string; vlan?: number } = {};
    const bytes = this.#addressBytes;
    const { vlan } = this.packet;
    if (this.#addressMac >= 0) endpoint.mac = macText(bytes, this.#addressMac);
    if (this.#addressIp >= 0) endpoint.ip = ipText(bytes, this.#addressIp, this.#addressVersion);
    if (vlan >= 0) endpoint.vlan = vlan;
    return endpoint;
  }

  #fieldValues(): Fields {
    const fields: Record<string, string | number> = {};
    for (let index = 0; index < this.#fields; index++) {
      const short = this.#names[index] as string;
      const name = short.includes(".") ? short : `${this.protocol}.${short}`;
      if (!this.#vocabulary.has(name)) this.undeclared++;
      else {
        const value = this.#value(index);
        if (value !== "") fields[name] = value;
      }
    }
    return fields;
  }

  #value(index: number): string | number {
    const kind = this.#kinds[index];
    if (kind === Kind.Number) return this.#numbers[index] as number;
    if (kind === Kind.Text) return cleanText(this.#texts[index] as string);
    const bytes = this.#bytes[index] as Uint8Array;
    return wireText(bytes, this.#starts[index] as number, this.#ends[index] as number);
  }
}

const EMPTY = new Uint8Array(0);
const SPACE = 0x20;

function endpoint(flow: FlowView, at: number, port: number): Endpoint {
  const ip = ipText(flow.addresses, at, flow.ipVersion);
  return flow.vlan >= 0 ? { ip, vlan: flow.vlan, port } : { ip, port };
}
