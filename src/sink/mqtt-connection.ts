/**
 * A connection to an MQTT broker: version 5 where the broker speaks it, 3.1.1 where not (aedes, NATS).
 * Nothing we send needs version 5; its properties only repeat what the payload says.
 */
import { connect, type IClientOptions, type MqttClient } from "mqtt";
import { SinkUnavailable } from "./sink.ts";

export interface BrokerOptions {
  /** `mqtt://host:port` or `mqtts://…`, without credentials. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly clientId: string;
  /** false: the broker keeps the subscriptions and what arrives for them while we are away. */
  readonly clean: boolean;
  readonly will?: { readonly topic: string; readonly payload: string };
  /** Milliseconds for the whole handshake. */
  readonly timeout: number;
  /** Called before a client connects: a kept session delivers at once. */
  readonly onClient?: (client: MqttClient) => void;
}

export interface BrokerConnection {
  readonly client: MqttClient;
  readonly version: 5 | 4;
}

/** CONNACK codes by which a broker says that it does not speak version 5 (MQTT 3.1.1 §3.2.2.3, 5 §3.2.2.2). */
const UNACCEPTABLE_VERSION = new Set([0x01, 0x84]);

/** Rejects with `SinkUnavailable`. Does not reconnect by itself: see `keepConnected`. */
export async function connectBroker(options: BrokerOptions): Promise<BrokerConnection> {
  try {
    return { client: await attempt(options, 5), version: 5 };
  } catch (error) {
    if (!UNACCEPTABLE_VERSION.has(codeOf(error))) throw unavailable(options.url, error);
  }
  try {
    return { client: await attempt(options, 4), version: 4 };
  } catch (error) {
    throw unavailable(options.url, error);
  }
}

/** From now on a lost connection is opened again, and again. */
export function keepConnected(connection: BrokerConnection): void {
  connection.client.options.reconnectPeriod = 1000;
}

/** Ends the connection; without `politely` the broker sends our will. */
export function disconnect(client: MqttClient, politely: boolean): Promise<void> {
  return new Promise((resolve) => {
    client.end(!politely, () => resolve());
    if (!politely) resolve();
  });
}

function attempt(options: BrokerOptions, version: 5 | 4): Promise<MqttClient> {
  const client = connect(options.url, clientOptions(options, version));
  options.onClient?.(client);
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer);
      client.removeListener("connect", onConnect);
      client.removeListener("error", onError);
      client.removeListener("close", onClose);
      // mqtt.js emits errors for the whole life of a client; without a listener they end the process.
      client.on("error", () => undefined);
      act();
    };
    const fail = (error: Error) =>
      settle(() => {
        client.end(true);
        reject(error);
      });
    const onConnect = () => settle(() => resolve(client));
    const onError = (error: Error) => fail(error);
    const onClose = () => fail(new Error("the broker closed the connection"));
    const timer = setTimeout(() => fail(new Error("no answer")), options.timeout);
    client.once("connect", onConnect);
    client.once("error", onError);
    client.once("close", onClose);
  });
}

function clientOptions(options: BrokerOptions, version: 5 | 4): IClientOptions {
  const { username, password, will } = options;
  return {
    protocolVersion: version,
    clientId: options.clientId,
    clean: options.clean,
    reconnectPeriod: 0,
    connectTimeout: options.timeout,
    keepalive: 30,
    resubscribe: true,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(version === 5 && !options.clean ? { properties: { sessionExpiryInterval: 86_400 } } : {}),
    ...(will === undefined
      ? {}
      : { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true } }),
  };
}

function codeOf(error: unknown): number {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "number" ? code : -1;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "the host name is not known",
  EAI_AGAIN: "the host name cannot be resolved now",
  ETIMEDOUT: "no answer",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ECONNRESET: "the other side closed the connection",
};

/** One sentence that names the broker and the reason, never the credentials. */
function unavailable(url: string, error: unknown): SinkUnavailable {
  return new SinkUnavailable(`the broker at ${url} cannot be used: ${reasonOf(error)}`);
}

/** Why a connection failed, in words. Node hides the reasons of several addresses in an AggregateError. */
export function reasonOf(error: unknown): string {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  if (!(first instanceof Error)) return String(first);
  const code = "code" in first ? first.code : undefined;
  const known = typeof code === "string" ? REASONS[code] : undefined;
  return known ?? (first.message === "" ? "unknown error" : lowerFirst(first.message));
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
