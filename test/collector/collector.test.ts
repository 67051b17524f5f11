import { InfluxDB } from "influx";
import mqtt from "mqtt";
import { afterEach, describe, expect, it } from "vitest";
import { Collector } from "../../src/collector/collector.ts";
import { InfluxSink } from "../../src/sink/influx.ts";
import { MqttSink } from "../../src/sink/mqtt.ts";
import { type Sink, type SinkEvent, SinkUnavailable } from "../../src/sink/sink.ts";
import {
  type Daemon,
  freePort,
  MISSING,
  startAedes,
  startInfluxd,
  startMosquitto,
} from "../sink/daemons.ts";
import { alertEvent, EVENTS, ORIGIN } from "../sink/samples.ts";

const running: Daemon[] = [];
async function run<T extends Daemon>(starting: Promise<T>): Promise<T> {
  const daemon = await starting;
  running.push(daemon);
  return daemon;
}
afterEach(async () => {
  for (const daemon of running.splice(0).reverse()) await daemon.stop();
});

/** Keeps what it is given; `room` is awaited before each event is taken. */
class Memory implements Sink {
  readonly events: SinkEvent[] = [];
  stopped = false;
  room: () => Promise<void> = async () => undefined;
  async start() {}
  async write(event: SinkEvent) {
    await this.room();
    this.events.push(event);
  }
  async stop() {
    this.stopped = true;
  }
}

async function publish(url: string, events: readonly SinkEvent[]): Promise<void> {
  const sink = new MqttSink({
    url,
    clientId: `sensor-${Math.random()}`,
    origin: ORIGIN,
    epoch: "1",
    version: "0",
  });
  await sink.start();
  for (const event of events) await sink.write(event);
  await sink.stop(20_000);
}

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("it did not happen within 10 s");
}

function collectorOf(url: string, sink: Sink, more: { clean?: boolean; log?: string[] } = {}) {
  return new Collector({
    url,
    sink,
    clientId: "collector",
    clean: more.clean ?? true,
    log: (message) => more.log?.push(message),
  });
}

describe("the collector on the embedded broker", () => {
  it("hands every event of a sensor to its sink, in order", async () => {
    const broker = await run(startAedes());
    const sink = new Memory();
    const collector = collectorOf(broker.url, sink);
    await collector.start();
    await publish(broker.url, EVENTS);
    await until(() => sink.events.length === EVENTS.length);
    await collector.stop(5000);
    expect(sink.events).toEqual(EVENTS);
    expect(sink.stopped).toBe(true);
    expect(collector.statistics()).toEqual({ received: EVENTS.length, refused: 0 });
  });

  it("sets aside what it does not understand, says why, and goes on", async () => {
    const broker = await run(startAedes());
    const sink = new Memory();
    const log: string[] = [];
    const collector = collectorOf(broker.url, sink, { log });
    await collector.start();
    const client = await mqtt.connectAsync(broker.url, { protocolVersion: 4 });
    const topic = "auscult/v1/st-anna/icu-1/alert/high/cleartext";
    for (let index = 0; index < 30; index++) await client.publishAsync(topic, "{", { qos: 1 });
    await client.publishAsync("auscult/v1/UPPER/x/alert/a/b", "{}", { qos: 1 });
    await client.publishAsync("auscult/v1/st-anna/icu-1/device/d-1", "", { qos: 1 });
    await client.endAsync();
    await publish(broker.url, [alertEvent()]);
    await until(() => sink.events.length === 1);
    await collector.stop(5000);
    expect(collector.statistics()).toEqual({ received: 32, refused: 31 });
    expect(log).toHaveLength(10);
    expect(log[0]).toContain("not JSON");
    expect(log[9]).toContain("only counted");
  });

  it("rejects in one sentence when there is no broker, and lets go of its sink", async () => {
    const sink = new Memory();
    const collector = collectorOf(`mqtt://127.0.0.1:${await freePort()}`, sink);
    await expect(collector.start()).rejects.toThrow(SinkUnavailable);
    expect(sink.stopped).toBe(true);
  });

  it("stops in time although its sink has no room", async () => {
    const broker = await run(startAedes());
    const sink = new Memory();
    sink.room = () => new Promise(() => undefined);
    const collector = collectorOf(broker.url, sink);
    await collector.start();
    await publish(broker.url, [alertEvent()]);
    await until(() => collector.statistics().received === 1);
    const before = Date.now();
    await collector.stop(300);
    expect(Date.now() - before).toBeLessThan(3000);
  });
});

describe.skipIf(MISSING.mosquitto)("the collector on mosquitto", () => {
  it("gets what arrived while it was away", async () => {
    const broker = await run(startMosquitto());
    const first = new Memory();
    const before = collectorOf(broker.url, first, { clean: false });
    await before.start();
    await before.stop(5000);
    await publish(broker.url, EVENTS);
    const second = new Memory();
    const after = collectorOf(broker.url, second, { clean: false });
    await after.start();
    const ids = () => new Set(second.events.map((event) => JSON.stringify(event))).size;
    await until(() => ids() === EVENTS.length);
    await after.stop(5000);
    expect(first.events).toEqual([]);
  });

  it("leaves with the broker what its sink had no room for", async () => {
    const broker = await run(startMosquitto());
    const full = new Memory();
    full.room = () => new Promise(() => undefined);
    const before = collectorOf(broker.url, full, { clean: false });
    await before.start();
    await publish(broker.url, [alertEvent({ id: "a-1" }), alertEvent({ id: "a-2" })]);
    await until(() => before.statistics().received === 1);
    await before.stop(100);
    const sink = new Memory();
    const after = collectorOf(broker.url, sink, { clean: false });
    await after.start();
    await until(() => sink.events.length === 2);
    await after.stop(5000);
    expect(sink.events.map((event) => event.type === "alert" && event.alert.id)).toEqual([
      "a-1",
      "a-2",
    ]);
  });

  it("connects again when the broker comes back", async () => {
    const sink = new Memory();
    const log: string[] = [];
    const first = await startMosquitto();
    const collector = collectorOf(first.url, sink, { log });
    await collector.start();
    await first.stop();
    await until(() => log.some((line) => line.includes("is gone")));
    const { port } = new URL(first.url);
    await run(startMosquitto([], Number(port)));
    await until(async () => {
      await publish(first.url, [alertEvent()]).catch(() => undefined);
      return sink.events.length > 0;
    });
    await collector.stop(5000);
    expect(sink.events[0]).toEqual(alertEvent());
  });

  it("is told in one sentence that a password is wrong", async () => {
    const broker = await run(startMosquitto(["allow_anonymous false"]));
    const failure = await collectorOf(broker.url, new Memory()).start().catch(String);
    expect(failure).toMatch(/cannot be used: .*(not authorized|not authorised)/i);
  });
});

describe.skipIf(MISSING.mosquitto || MISSING.influxd)("from mosquitto into influxd", () => {
  it("every alert arrives, each once", async () => {
    const broker = await run(startMosquitto());
    const database = await run(startInfluxd());
    const sink = new InfluxSink({
      url: database.url,
      database: "hospital",
      interval: 50,
      log: () => undefined,
    });
    const collector = collectorOf(broker.url, sink);
    await collector.start();
    const ids = Array.from({ length: 500 }, (_, index) => `a-${index}`);
    const events = ids.map((id) => alertEvent({ id }));
    await publish(broker.url, [...events, ...events.slice(0, 100)]);
    await until(() => collector.statistics().received === 600);
    await collector.stop(10_000);
    const { hostname, port } = new URL(database.url);
    const client = new InfluxDB({ host: hostname, port: Number(port), database: "hospital" });
    const rows = await client.query<{ id: string }>('SELECT "id" FROM "alert"');
    expect(rows.map((row) => row.id).sort()).toEqual(ids.sort());
    expect(sink.refused).toBe(0);
  });
});
