import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SqliteStore } from "../../src/collector/sqlite-store.ts";
import { StoreSink } from "../../src/collector/store-sink.ts";
import { renderReport } from "../../src/report/report.ts";
import { PLAIN } from "../../src/report/style.ts";
import { JsonlSink } from "../../src/sink/jsonl.ts";
import { MqttSink } from "../../src/sink/mqtt.ts";
import { ReportSink } from "../../src/sink/report.ts";
import { SinkUnavailable, Undelivered } from "../../src/sink/sink.ts";
import { type Harness, sinkConformance } from "./conformance.ts";
import { type Daemon, freePort, MISSING, startAedes, startMosquitto } from "./daemons.ts";
import { alertEvent, ORIGIN } from "./samples.ts";

type Line = {
  event_type: string;
  alert?: { metadata: { auscult_id: string[] } };
  auscult_device?: { id: string };
};

/** Counts ids in lines of our JSON. */
function count(lines: readonly string[]): { alerts: number; devices: number } {
  const alerts = new Set<string | undefined>();
  const devices = new Set<string | undefined>();
  for (const line of lines) {
    const record = JSON.parse(line) as Line;
    if (record.alert !== undefined) alerts.add(record.alert.metadata.auscult_id[0]);
    if (record.auscult_device !== undefined) devices.add(record.auscult_device.id);
  }
  return { alerts: alerts.size, devices: devices.size };
}

sinkConformance("JSON lines", async () => {
  let out = "";
  const sink = new JsonlSink(async (text) => {
    out += text;
  });
  return {
    sink,
    arrived: async () => count(out.split("\n").filter((line) => line !== "")),
    text: async () => out,
    close: async () => undefined,
  };
});

sinkConformance("the report", async () => {
  let out = "";
  let content = { alerts: 0, devices: 0 };
  const sink = new ReportSink(
    (view) => {
      content = { alerts: view.alerts.length, devices: view.devices.length };
      return renderReport(view, PLAIN, 100);
    },
    async (text) => {
      out += text;
    },
  );
  return {
    sink,
    arrived: async () => content,
    text: async () => out,
    close: async () => undefined,
  };
});

sinkConformance("the embedded store", async () => {
  const folder = await mkdtemp(join(tmpdir(), "auscult-store-"));
  const store = new SqliteStore(join(folder, "events.db"));
  const { default: sqlite } = await import("node-sqlite3-wasm");
  return {
    sink: new StoreSink(store),
    arrived: async () => store.counts(),
    text: async () => {
      const database = new sqlite.Database(join(folder, "events.db"));
      const rows = database.all("SELECT record FROM alert UNION ALL SELECT record FROM device");
      database.close();
      return rows.map((row) => String(row.record)).join("\n");
    },
    close: async () => {
      store.close();
      await rm(folder, { recursive: true });
    },
  };
});

/** Subscribes before the sink starts, as a consumer would. */
async function mqttHarness(url: string): Promise<Harness> {
  const received: string[] = [];
  const consumer = await mqtt.connectAsync(url, { protocolVersion: 4 });
  consumer.on("message", (topic, payload) => {
    if (/\/(alert|device)\//.test(topic) && payload.length > 0) received.push(payload.toString());
  });
  await consumer.subscribeAsync("auscult/v1/st-anna/icu-1/#", { qos: 1 });
  received.length = 0;
  const sink = new MqttSink({
    url,
    clientId: `test-${Math.random().toString(16).slice(2)}`,
    origin: ORIGIN,
    epoch: "0001",
    version: "0.0.0",
  });
  /** What the broker has acknowledged it sends on at once; a message of our own marks the end. */
  const settle = () =>
    new Promise<void>((resolve, reject) => {
      const mark = `mark-${Math.random()}`;
      const listen = (topic: string, payload: Buffer) => {
        if (topic !== "auscult/v1/st-anna/icu-1/mark" || payload.toString() !== mark) return;
        consumer.removeListener("message", listen);
        resolve();
      };
      consumer.on("message", listen);
      consumer.publishAsync("auscult/v1/st-anna/icu-1/mark", mark, { qos: 1 }).catch(reject);
    });
  return {
    sink,
    arrived: async () => {
      await settle();
      return count(received);
    },
    text: async () => {
      await settle();
      return received.join("\n");
    },
    close: async () => {
      const topic = "auscult/v1/st-anna/icu-1/device/d-5f1c0a9be2d34417";
      await consumer.publishAsync(topic, "", { qos: 1, retain: true });
      await consumer.endAsync();
    },
  };
}

describe("with the embedded broker", () => {
  let broker: Daemon;
  beforeAll(async () => {
    broker = await startAedes();
  });
  afterAll(() => broker.stop());
  sinkConformance("MQTT 3.1.1", () => mqttHarness(broker.url));
});

describe.skipIf(MISSING.mosquitto)("with mosquitto", () => {
  let broker: Daemon;
  beforeAll(async () => {
    broker = await startMosquitto();
  });
  afterAll(() => broker?.stop());
  sinkConformance("MQTT 5", () => mqttHarness(broker.url));

  it("retains birth, then death, with one epoch, and keeps the device record", async () => {
    const { sink, close } = await mqttHarness(broker.url);
    const states: Record<string, unknown>[] = [];
    const retained: string[] = [];
    const watcher = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
    watcher.on("message", (topic, payload, packet) => {
      if (topic.endsWith("/state") && !packet.retain) states.push(JSON.parse(payload.toString()));
      if (packet.retain) retained.push(topic);
    });
    await watcher.subscribeAsync("auscult/v1/+/+/state", { qos: 1 });
    await sink.start();
    await sink.write({ ...alertEvent() });
    await sink.stop(5000);
    await watcher.subscribeAsync("auscult/v1/+/+/info", { qos: 1 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await watcher.endAsync();
    await close();
    expect(states.map((state) => [state.state, state.reason, state.epoch])).toEqual([
      ["online", undefined, "0001"],
      ["offline", "stop", "0001"],
    ]);
    expect(retained).toContain("auscult/v1/st-anna/icu-1/info");
  });

  it("repeats schema and id as MQTT 5 properties", async () => {
    const watcher = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
    const seen = new Promise<mqtt.IPublishPacket>((resolve) => {
      watcher.on("message", (_topic, _payload, packet) => resolve(packet));
    });
    await watcher.subscribeAsync("auscult/v1/+/+/alert/critical/#", { qos: 1 });
    const { sink, close } = await mqttHarness(broker.url);
    await sink.start();
    await sink.write(alertEvent({ severity: "critical" }));
    await sink.stop(5000);
    const packet = await seen;
    await watcher.endAsync();
    await close();
    expect(packet.topic).toBe("auscult/v1/st-anna/icu-1/alert/critical/cleartext");
    expect(packet.properties?.contentType).toBe("application/json");
    expect({ ...packet.properties?.userProperties }).toEqual({
      schema: "auscult.alert/1",
      id: "a-0123456789abcdef",
    });
  });
});

describe("when the other side is not there", () => {
  it("names the broker and the reason in one sentence", async () => {
    const url = `mqtt://127.0.0.1:${await freePort()}`;
    const options = { url, clientId: "t", origin: ORIGIN, epoch: "1", version: "0" };
    const failure = await new MqttSink(options).start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SinkUnavailable);
    expect(String(failure)).toContain(`the broker at ${url} cannot be used: connection refused`);
  });

  it("says how many events were lost when the broker goes away", async () => {
    const broker = await startAedes();
    const options = { url: broker.url, clientId: "t", origin: ORIGIN, epoch: "1", version: "0" };
    const sink = new MqttSink(options);
    await sink.start();
    broker.broker.authorizePublish = () => undefined;
    for (let index = 0; index < 5; index++) await sink.write(alertEvent({ id: `a-${index}` }));
    await broker.stop();
    const failure = await sink.stop(2000).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Undelivered);
    expect((failure as Undelivered).count).toBe(5);
    await expect(sink.stop(2000)).resolves.toBeUndefined();
  });
});
