/**
 * Publishes to an MQTT broker with QoS 1: an event counts as delivered once the broker has acknowledged
 * it. Birth and last will carry the same epoch, so that the late will of an old session is recognised.
 * This sink does not survive a lost connection: it says how much was not delivered.
 */
import type { IClientPublishOptions, MqttClient } from "mqtt";
import { encodeBounded } from "./eve.ts";
import { type BrokerConnection, connectBroker, disconnect, reasonOf } from "./mqtt-connection.ts";
import {
  type Origin,
  Phase,
  type Sink,
  type SinkEvent,
  SinkUnavailable,
  Undelivered,
} from "./sink.ts";
import { eveTime } from "./time.ts";
import { sensorTopic, topicOf } from "./topics.ts";

export interface MqttSinkOptions {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly clientId: string;
  readonly origin: Origin;
  /** Identifies this run: birth, will and death name it. */
  readonly epoch: string;
  /** Version of the program, for the retained `info`. */
  readonly version: string;
  readonly timeout?: number;
}

/** Messages sent and not yet acknowledged: what mosquitto takes at once by default. */
const IN_FLIGHT = 20;
const CONNECT_TIMEOUT = 10_000;
/** An alert that no collector has fetched for a week is history. */
const ALERT_EXPIRY_SECONDS = 7 * 86_400;

export class MqttSink implements Sink {
  readonly #options: MqttSinkOptions;
  readonly #phase = new Phase();
  #connection: BrokerConnection | undefined;
  #inFlight = 0;
  #failed = 0;
  #failure: string | undefined;
  /** Called whenever a message was acknowledged or has failed. */
  #wake: (() => void)[] = [];
  #stopping = false;

  constructor(options: MqttSinkOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#phase.start();
    const { origin, url, username, password, clientId, timeout } = this.#options;
    this.#connection = await connectBroker({
      url,
      clientId,
      clean: true,
      timeout: timeout ?? CONNECT_TIMEOUT,
      will: { topic: sensorTopic(origin, "state"), payload: this.#state("offline", "lwt") },
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    });
    this.#connection.client.on("close", () => this.#lose("the connection was lost"));
    await this.#send(sensorTopic(origin, "state"), this.#state("online"), true);
    const info = JSON.stringify({ version: this.#options.version, schema: 1 });
    await this.#send(sensorTopic(origin, "info"), info, true);
    await this.#drain(Date.now() + (timeout ?? CONNECT_TIMEOUT));
    if (this.#inFlight > 0) this.#failure ??= "does not acknowledge";
    if (this.#failure === undefined) return;
    this.#stopping = true;
    await disconnect(this.#connection.client, false);
    throw new SinkUnavailable(`the broker at ${url} cannot be used: ${this.#failure}`);
  }

  async write(event: SinkEvent): Promise<void> {
    this.#phase.assertOpen();
    await this.#send(topicOf(event), encodeBounded(event), event.type === "device", event);
  }

  async stop(deadline: number): Promise<void> {
    if (!this.#phase.stop()) return;
    const client = this.#connection?.client;
    if (client === undefined) return;
    const until = Date.now() + deadline;
    await this.#drain(until);
    if (this.#failure === undefined) await this.#goodbye(until);
    this.#stopping = true;
    const lost = this.#failed + this.#inFlight;
    await withDeadline(disconnect(client, this.#failure === undefined && lost === 0), until);
    if (lost > 0) throw new Undelivered(lost, this.#options.url);
  }

  async #goodbye(until: number): Promise<void> {
    const topic = sensorTopic(this.#options.origin, "state");
    const sent = this.#send(topic, this.#state("offline", "stop"), true).catch(() => undefined);
    await withDeadline(sent, until);
    await this.#drain(until);
  }

  /** Resolves when the message is on its way and there is room for another one. */
  async #send(topic: string, payload: string, retain: boolean, event?: SinkEvent): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined)
      throw new SinkUnavailable(`not connected to ${this.#options.url}`);
    while (this.#inFlight >= IN_FLIGHT && this.#failure === undefined) await this.#change();
    if (this.#failure !== undefined) {
      throw new SinkUnavailable(`the broker at ${this.#options.url}: ${this.#failure}`);
    }
    this.#publish(connection.client, topic, payload, this.#publishOptions(retain, event));
  }

  #publish(
    client: MqttClient,
    topic: string,
    payload: string,
    options: IClientPublishOptions,
  ): void {
    this.#inFlight++;
    client.publish(topic, payload, options, (error) => {
      this.#inFlight--;
      if (error != null) {
        this.#failed++;
        this.#failure ??= reasonOf(error);
      }
      this.#notify();
    });
  }

  #publishOptions(retain: boolean, event: SinkEvent | undefined): IClientPublishOptions {
    const options: IClientPublishOptions = { qos: 1, retain };
    if (this.#connection?.version !== 5) return options;
    const schema = event === undefined ? "auscult.state/1" : `auscult.${event.type}/1`;
    options.properties = {
      contentType: "application/json",
      payloadFormatIndicator: true,
      userProperties: {
        schema,
        ...(event?.type === "alert" ? { id: event.alert.id } : {}),
      },
      ...(event?.type === "alert" ? { messageExpiryInterval: ALERT_EXPIRY_SECONDS } : {}),
    };
    return options;
  }

  #lose(reason: string): void {
    if (this.#stopping) return;
    this.#failure ??= reason;
    this.#notify();
  }

  async #drain(until: number): Promise<void> {
    while (this.#inFlight > 0 && this.#failure === undefined && Date.now() < until) {
      await withDeadline(this.#change(), until);
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #notify(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const resolve of waiting) resolve();
  }

  #state(state: "online" | "offline", reason?: string): string {
    const { epoch, version } = this.#options;
    const ts = eveTime(Date.now() * 1000);
    return JSON.stringify({ state, reason, epoch, ts, version, schema: 1 });
  }
}

/** Waits for `promise`, at most until the moment `until`. */
async function withDeadline(promise: Promise<unknown>, until: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, until - Date.now()));
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
