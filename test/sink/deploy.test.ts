import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InfluxDB } from "influx";
import mqtt from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InfluxSink } from "../../src/sink/influx.ts";
import { type Daemon, MISSING, startInfluxd, startMosquitto } from "./daemons.ts";
import { EVENTS } from "./samples.ts";

const DEPLOY = fileURLToPath(new URL("../../deploy/", import.meta.url));

describe.skipIf(MISSING.mosquitto)("deploy/mosquitto", () => {
  let broker: Daemon;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "auscult-deploy-"));
    const passwords = join(folder, "passwords");
    execFileSync("mosquitto_passwd", ["-b", "-c", passwords, "st-anna.icu-1", "sensor"]);
    execFileSync("mosquitto_passwd", ["-b", passwords, "collector", "collector"]);
    const acl = join(folder, "acl");
    await writeFile(acl, readFileSync(join(DEPLOY, "mosquitto/auscult.acl")));
    for (const path of [folder, passwords, acl]) await chmod(path, 0o755);
    const shipped = readFileSync(join(DEPLOY, "mosquitto/mosquitto.conf"), "utf8");
    const lines = shipped
      .replace(/^listener .*$/m, "")
      .replace(/^password_file .*$/m, `password_file ${passwords}`)
      .replace(/^acl_file .*$/m, `acl_file ${acl}`)
      .replace(/^persistence(?:_location)? .*$/gm, "")
      .split("\n");
    broker = await startMosquitto(lines);
  });
  afterAll(async () => {
    await broker?.stop();
    rmSync(folder, { recursive: true });
  });

  it("lets a sensor write below its own topics only, and a collector read them", async () => {
    const collector = await mqtt.connectAsync(broker.url, {
      username: "collector",
      password: "collector",
    });
    const seen: string[] = [];
    collector.on("message", (topic) => seen.push(topic));
    await collector.subscribeAsync("auscult/#", { qos: 1 });
    const sensor = await mqtt.connectAsync(broker.url, {
      username: "st-anna.icu-1",
      password: "sensor",
      protocolVersion: 4,
    });
    const own = "auscult/v1/st-anna/icu-1/alert/high/cleartext";
    await sensor.publishAsync("auscult/v1/st-anna/icu-2/alert/high/cleartext", "{}", { qos: 1 });
    await sensor.publishAsync("auscult/v1/other/icu-1/state", "{}", { qos: 1 });
    await sensor.publishAsync(own, "{}", { qos: 1 });
    for (let tries = 0; seen.length === 0 && tries < 300; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await collector.publishAsync(own, "{}", { qos: 0 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await Promise.all([sensor.endAsync(), collector.endAsync()]);
    expect(seen).toEqual([own]);
  });

  it("refuses who has no password", async () => {
    await expect(mqtt.connectAsync(broker.url, { reconnectPeriod: 0 })).rejects.toThrow();
  });
});

describe.skipIf(MISSING.influxd)("deploy/influxdb", () => {
  it("asks questions that the server answers", async () => {
    const server = await startInfluxd();
    try {
      const sink = new InfluxSink({ url: server.url, database: "auscult", log: () => undefined });
      await sink.start();
      for (const event of EVENTS) await sink.write(event);
      await sink.stop(5000);
      const page = readFileSync(join(DEPLOY, "influxdb/README.md"), "utf8");
      const [, sql = ""] = /```sql\n(.*?)```/s.exec(page) ?? [];
      const questions = sql.split("\n").filter((line) => line.startsWith("SELECT"));
      expect(questions).toHaveLength(3);
      const { hostname, port } = new URL(server.url);
      const client = new InfluxDB({ host: hostname, port: Number(port), database: "auscult" });
      for (const question of questions) {
        // The events of the test are not of the last day.
        const rows = await client.query(question.replace(/ WHERE time > .*? GROUP/, " GROUP"));
        expect([question, rows.length > 0]).toEqual([question, true]);
      }
    } finally {
      await server.stop();
    }
  });
});
