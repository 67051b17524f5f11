import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InfluxDB } from "influx";
import mqtt from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Daemon, MISSING, startInfluxd, startMosquitto } from "../sink/daemons.ts";
import { auscult, fewSignatures, startAuscult } from "./program.ts";

const TELNET = "captures/telnet/login-success-character-mode.pcap";
const HOSPITAL = "captures/hospital/ward-and-office.pcap";

interface Line {
  event_type: string;
  alert?: { metadata: { auscult_id: string[] } };
  auscult_device?: { id: string };
}

let folder: string;
let quick: string[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "auscult-round-trip-"));
  quick = ["replay", "--signatures", fewSignatures(folder)];
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Ids of alerts and of devices, sorted. */
function idsOf(lines: readonly string[]): { alerts: string[]; devices: string[] } {
  const records = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Line);
  const alerts = records.map((record) => record.alert?.metadata.auscult_id[0]);
  const devices = records.map((record) => record.auscult_device?.id);
  const clean = (ids: (string | undefined)[]) =>
    [...new Set(ids.filter((id) => id !== undefined))].sort();
  return { alerts: clean(alerts), devices: clean(devices) };
}

describe("auscult demo", () => {
  it("replays, publishes, stores and asks, without any other service", async () => {
    const keep = join(folder, "demo");
    const { code, stdout, stderr } = await auscult(["demo", "--keep", keep]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("ALERTS  ");
    expect(stdout).toContain("DEVICES  ");
    const [, findings, devices] = /holds (\d+) findings? and (\d+) devices?/.exec(stdout) ?? [];
    const { stdout: json } = await auscult(["replay", "--json", HOSPITAL]);
    const expected = idsOf(json.split("\n"));
    expect(Number(findings)).toBe(expected.alerts.length);
    expect(Number(devices)).toBe(expected.devices.length);
    expect(existsSync(join(keep, "auscult.db"))).toBe(true);
  });

  it("prints the same every time", async () => {
    const first = await auscult(["demo"]);
    const second = await auscult(["demo"], { environment: { TZ: "Asia/Kolkata", LANG: "ja_JP" } });
    expect(second.stdout).toBe(first.stdout);
  });
});

describe.skipIf(MISSING.mosquitto)("auscult replay --mqtt", () => {
  it("publishes the lines that --json prints, behind a user name and a password", async () => {
    const passwords = join(folder, "passwords");
    const secret = join(folder, "secret");
    writeFileSync(secret, "let-me-in\n", { mode: 0o600 });
    execFileSync("mosquitto_passwd", ["-b", "-c", passwords, "ward", "let-me-in"]);
    // mosquitto gives up root before it reads the file.
    chmodSync(folder, 0o755);
    chmodSync(passwords, 0o644);
    const broker = await startMosquitto(["allow_anonymous false", `password_file ${passwords}`]);
    try {
      const wrong = await auscult([...quick, "--mqtt", broker.url, HOSPITAL]);
      expect(wrong.code).toBe(69);
      const login = { username: "ward", password: "let-me-in" };
      const consumer = await mqtt.connectAsync(broker.url, { protocolVersion: 5, ...login });
      const received: string[] = [];
      consumer.on("message", (topic, payload) => {
        if (/\/(?:alert\/|device\/|summary$)/.test(topic)) received.push(payload.toString());
      });
      await consumer.subscribeAsync("auscult/#", { qos: 1 });
      // Two captures: then standard output names them, as what is published always does.
      const words = [...quick, "--json", "--mqtt", broker.url, HOSPITAL, TELNET];
      const environment = { AUSCULT_MQTT_USERNAME: "ward", AUSCULT_MQTT_PASSWORD_FILE: secret };
      const { code, stdout, stderr } = await auscult(words, { environment });
      expect([code, stderr]).toEqual([0, ""]);
      const sent = stdout.trim().split("\n");
      for (let tries = 0; received.length < sent.length && tries < 300; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await consumer.endAsync();
      expect(received.sort()).toEqual(sent.sort());
    } finally {
      await broker.stop();
    }
  });
});

describe.skipIf(MISSING.mosquitto || MISSING.influxd)("auscult collect", () => {
  let broker: Daemon;
  let database: Daemon;
  beforeAll(async () => {
    [broker, database] = await Promise.all([startMosquitto(), startInfluxd()]);
  });
  afterAll(async () => {
    await broker?.stop();
    await database?.stop();
  });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "brings every alert and device of a replay into InfluxDB, and ends on %s",
    async (signal) => {
      const name = `hospital_${signal.toLowerCase()}`;
      const urls = ["--mqtt", broker.url, "--influx", database.url];
      const words = ["collect", ...urls, "--database", name, "--client-id", name];
      const { child, ended } = startAuscult(words);
      await new Promise<void>((resolve) => {
        child.stderr?.on("data", (text: string) => text.includes("collecting from") && resolve());
      });
      const replay = await auscult([...quick, "--json", "--mqtt", broker.url, HOSPITAL]);
      expect(replay.code).toBe(0);
      const expected = idsOf(replay.stdout.split("\n"));
      const { hostname, port } = new URL(database.url);
      const client = new InfluxDB({ host: hostname, port: Number(port), database: name });
      const alerts = () => client.query<{ id: string }>('SELECT "id" FROM "alert"');
      for (
        let tries = 0;
        (await alerts()).length < expected.alerts.length && tries < 200;
        tries++
      ) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      child.kill(signal);
      const { code, stderr } = await ended;
      expect(code).toBe(0);
      expect(stderr).toContain(" 0 not understood, 0 points refused");
      expect((await alerts()).map((row) => row.id).sort()).toEqual(expected.alerts);
      const series = await client.query<{ key: string }>('SHOW SERIES FROM "device_state"');
      expect(series).toHaveLength(expected.devices.length);
    },
  );
});
