/**
 * From a broker into a sink: subscribes to the alerts, devices and summaries of all sensors and writes
 * them. While the sink has no room, the broker is not acknowledged any further and keeps the rest.
 */
import type { MqttClient } from "mqtt";
import {
  type BrokerConnection,
  connectBroker,
  disconnect,
  keepConnected,
  reasonOf,
} from "../sink/mqtt-connection.ts";
import { type Sink, SinkUnavailable } from "../sink/sink.ts";
import { COLLECTOR_TOPICS, originOf } from "../sink/topics.ts";
import { decode } from "./decode.ts";

export interface CollectorOptions {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** Stable: the broker keeps what arrives while a collector of this name is away. */
  readonly clientId: string;
  /** false (the default): keep the session. A demonstration wants a clean one. */
  readonly clean?: boolean;
  readonly sink: Sink;
  /** One-sentence messages for an operator. */
  readonly log: (message: string) => void;
  readonly timeout?: number;
}

export interface CollectorStatistics {
  readonly received: number;
  /** Messages that were not understood. */
  readonly refused: number;
}

const CONNECT_TIMEOUT = 10_000;
/** Refused messages that are explained; after that they are only counted. */
const EXPLAINED = 10;

export class Collector {
  readonly #options: CollectorOptions;
  #connection: BrokerConnection | undefined;
  #received = 0;
  #refused = 0;
  #stopping = false;
  /** The message being written: acknowledged when it resolves. */
  #writing: Promise<void> = Promise.resolve();
  #fail: (error: Error) => void = () => undefined;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  statistics(): CollectorStatistics {
    return { received: this.#received, refused: this.#refused };
  }

  /** Resolves once subscribed. Rejects with `SinkUnavailable` for the broker as for the sink. */
  async start(): Promise<void> {
    const { sink, url, log, timeout, username, password, clientId, clean } = this.#options;
    await sink.start();
    try {
      this.#connection = await connectBroker({
        url,
        clientId,
        clean: clean ?? false,
        timeout: timeout ?? CONNECT_TIMEOUT,
        onClient: (client) => this.#listen(client),
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
      });
      const { client } = this.#connection;
      client.on("close", () => this.#stopping || log(`the broker at ${url} is gone; trying again`));
      keepConnected(this.#connection);
      await subscribe(client, url);
    } catch (error) {
      if (this.#connection !== undefined) await disconnect(this.#connection.client, false);
      await sink.stop(0).catch(() => undefined);
      throw error;
    }
  }

  /** Resolves when `signal` aborts, rejects when the sink fails for good. */
  run(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
      this.#fail = reject;
    });
  }

  /** Takes no more messages, then gives the sink `deadline` milliseconds. Rejects as `Sink.stop` does. */
  async stop(deadline: number): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    const client = this.#connection?.client;
    const until = Date.now() + deadline;
    const stopped = this.#options.sink.stop(deadline);
    stopped.catch(() => undefined);
    if (client !== undefined) {
      await Promise.race([this.#writing, rest(until)]);
      await Promise.race([disconnect(client, true), rest(until)]);
    }
    await stopped;
  }

  /** mqtt.js acknowledges a message when this hook calls back, and hands on the next one only then. */
  #listen(client: MqttClient): void {
    client.handleMessage = (packet, callback) => {
      if (this.#stopping) return;
      this.#writing = this.#take(packet.topic, packet.payload.toString()).then(
        () => callback(),
        (error: Error) => this.#fail(error),
      );
    };
  }

  async #take(topic: string, payload: string): Promise<void> {
    // An empty retained message is how a record is removed.
    if (payload === "") return;
    this.#received++;
    const origin = originOf(topic);
    const decoded = origin === undefined ? { problem: "not our topic" } : decode(origin, payload);
    if ("event" in decoded) return this.#options.sink.write(decoded.event);
    this.#refused++;
    if (this.#refused <= EXPLAINED) {
      const last = this.#refused === EXPLAINED ? " (further ones are only counted)" : "";
      this.#options.log(`a message on ${topic} was not understood: ${decoded.problem}${last}`);
    }
  }
}

async function subscribe(client: MqttClient, url: string): Promise<void> {
  try {
    const granted = await client.subscribeAsync([...COLLECTOR_TOPICS], { qos: 1 });
    const denied = granted.find((grant) => grant.qos >= 128);
    if (denied !== undefined) throw new Error(`may not read ${denied.topic}`);
  } catch (error) {
    throw new SinkUnavailable(`the broker at ${url} refused the subscription: ${reasonOf(error)}`);
  }
}

function rest(until: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, until - Date.now())).unref());
}
