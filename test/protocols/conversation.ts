/**
 * One conversation with an analyzer, without capture and flow table: bytes go in side by side, as the
 * dispatcher would hand them over, and what was observed comes out.
 */
import type { Analyzer, Context, Expectation, Session } from "../../src/analysis/analyzer.ts";
import { Verdict } from "../../src/analysis/analyzer.ts";
import type { Flow, Side } from "../../src/flow/flow.ts";
import type { Observation } from "../../src/observation/observation.ts";
import { Reader } from "../../src/packet/reader.ts";
import { record } from "../support/recorder.ts";

export interface ConversationOptions {
  readonly port?: number;
  /** Bits of `FlowState`. */
  readonly state?: number;
}

type Bytes = string | Uint8Array;

/** Text becomes Latin-1 bytes, so that "\xff" is one byte. */
export function bytesOf(data: Bytes): Uint8Array {
  return typeof data === "string" ? Uint8Array.from(Buffer.from(data, "latin1")) : data;
}

export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}

export class Conversation implements Context {
  readonly flow: Flow;
  readonly observe;
  readonly observations: Observation[];
  readonly expectations: Expectation[] = [];
  finished = false;
  handedOver: string | null = null;

  readonly #analyzer: Analyzer;
  readonly #stream: boolean;
  readonly #session: Session;
  readonly #held: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];
  readonly #skip: [number, number] = [0, 0];
  readonly #streamed: [number, number] = [0, 0];

  constructor(
    analyzer: Analyzer,
    transport: "tcp" | "udp",
    options: ConversationOptions = {},
    open?: (context: Context) => Session,
  ) {
    const handler = analyzer[transport];
    if (handler === undefined) throw new Error(`${analyzer.protocol} has no ${transport}`);
    const port = options.port ?? handler.ports[0] ?? 0;
    const state = options.state ?? 0;
    const recorder = record(analyzer.protocol, analyzer.fields, port);
    this.#analyzer = analyzer;
    this.#stream = transport === "tcp";
    this.observe = recorder.observer;
    this.observations = recorder.observations;
    this.flow = {
      transport: this.#stream ? 6 : 17,
      originatorPort: 40000,
      responderPort: port,
      state,
      has: (bit: number) => (state & bit) !== 0,
    } as unknown as Flow;
    this.#session = (open ?? ((context: Context) => handler.open(context)))(this);
  }

  skip(side: Side, bytes: number): void {
    this.#skip[side] += bytes;
  }

  streamed(side: Side): number {
    return this.#streamed[side];
  }

  done(): void {
    this.finished = true;
  }

  handOver(protocol = ""): void {
    this.handedOver = protocol;
  }

  expect(expectation: Expectation): void {
    this.expectations.push(expectation);
  }

  client(data: Bytes): this {
    return this.#send(0, bytesOf(data));
  }

  server(data: Bytes): this {
    return this.#send(1, bytesOf(data));
  }

  gap(side: Side, bytes: number): this {
    this.#held[side] = new Uint8Array(0);
    this.#streamed[side] += bytes;
    if (!this.finished) this.#session.gap?.(side, bytes);
    return this;
  }

  close(): this {
    this.#session.close?.();
    return this;
  }

  /** The flow that the last expectation opens. */
  expected(options: ConversationOptions = {}): Conversation {
    const expectation = this.expectations.at(-1);
    if (expectation === undefined) throw new Error("nothing is expected");
    return new Conversation(this.#analyzer, expectation.transport, options, (context) =>
      expectation.open(context),
    );
  }

  /** The fields of what was observed, in order, with the side it is about as `about`. */
  get facts(): Record<string, string | number>[] {
    return this.observations.map((each) => ({
      about: each.subject.ip === "10.0.0.1" ? "client" : "server",
      ...each.fields,
    }));
  }

  /** All values of one field, in order. */
  all(field: string): (string | number)[] {
    return this.observations.flatMap((each) => each.fields[field] ?? []);
  }

  #send(side: 0 | 1, data: Uint8Array): this {
    this.#streamed[side] += data.length;
    if (this.finished || this.handedOver !== null) return this;
    const held = this.#held[side];
    const all = new Uint8Array(held.length + data.length);
    all.set(held);
    all.set(data, held.length);
    const reader = new Reader().reset(all, 0, all.length);
    this.#passOver(side, reader);
    while (reader.remaining > 0 && !this.finished && this.handedOver === null) {
      this.#session.data(side, reader);
      if (this.#skip[side] === 0) break;
      this.#passOver(side, reader);
    }
    if (this.#stream) this.#held[side] = all.slice(reader.position);
    return this;
  }

  /** What the session asked not to see, counted from where it stopped reading. */
  #passOver(side: 0 | 1, reader: Reader): void {
    const skipped = Math.min(this.#skip[side], reader.remaining);
    this.#skip[side] -= skipped;
    reader.position += skipped;
  }
}

/** What the probe of a stream says to these beginnings. */
export function probeStream(
  analyzer: Analyzer,
  client: Bytes,
  server: Bytes,
  port = analyzer.tcp?.ports[0] ?? 0,
): Verdict {
  const flow = { responderPort: port, originatorPort: 40000, has: () => false } as unknown as Flow;
  const reader = (data: Bytes) => {
    const bytes = bytesOf(data);
    return new Reader().reset(bytes, 0, bytes.length);
  };
  const beginning = { originator: reader(client), responder: reader(server), flow };
  return analyzer.tcp?.probe(beginning) ?? Verdict.No;
}

/** What the probe says to one datagram of the originator. */
export function probeDatagram(
  analyzer: Analyzer,
  datagram: Bytes,
  port = analyzer.udp?.ports[0] ?? 0,
): Verdict {
  const flow = { responderPort: port, originatorPort: 40000, has: () => false } as unknown as Flow;
  const bytes = bytesOf(datagram);
  return analyzer.udp?.probe(new Reader().reset(bytes, 0, bytes.length), flow, 0) ?? Verdict.No;
}
