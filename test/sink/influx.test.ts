import { createServer } from "node:http";
import { InfluxDB } from "influx";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InfluxSink } from "../../src/sink/influx.ts";
import { SinkUnavailable, Undelivered } from "../../src/sink/sink.ts";
import { type Harness, sinkConformance } from "./conformance.ts";
import { type Daemon, freePort, MISSING, startInfluxd } from "./daemons.ts";
import { alertEvent } from "./samples.ts";

describe.skipIf(MISSING.influxd)("with influxd", () => {
  let server: Daemon;
  beforeAll(async () => {
    server = await startInfluxd();
  });
  afterAll(() => server?.stop());

  let databases = 0;
  const influxHarness = async (): Promise<Harness> => {
    const database = `auscult${databases++}`;
    const { hostname, port } = new URL(server.url);
    const client = new InfluxDB({ host: hostname, port: Number(port), database });
    return {
      sink: new InfluxSink({ url: server.url, database, log: () => undefined }),
      arrived: async () => {
        const alerts = await client.query('SELECT DISTINCT("id") FROM "alert"');
        const devices = await client.query('SELECT "services" FROM "device_state"');
        return { alerts: alerts.length, devices: devices.length };
      },
      text: async () => JSON.stringify(await client.query('SELECT * FROM "alert", "device_state"')),
      close: () => client.dropDatabase(database),
    };
  };
  sinkConformance("InfluxDB", influxHarness);

  it("stores whole numbers as integers and the time to the nanosecond", async () => {
    const { sink, close } = await influxHarness();
    await sink.start();
    await sink.write(alertEvent());
    await sink.stop(5000);
    const database = `auscult${databases - 1}`;
    const ask = async (q: string) => {
      const url = `${server.url}/query?db=${database}&epoch=ns&q=${encodeURIComponent(q)}`;
      return (await fetch(url)).text();
    };
    const keys = await ask('SHOW FIELD KEYS FROM "alert"');
    const rows = await ask('SELECT "count", "time_us" FROM "alert"');
    await close();
    expect(keys).toContain('["count","integer"]');
    expect(keys).toContain('["dst_port","integer"]');
    // Below the millisecond: a hash of the id.
    expect(rows).toMatch(/\[1795230245123\d{6},3,1795230245123456\]/);
  });
});

describe("a database that misbehaves", () => {
  /** Answers each write with the next status; records the bodies. */
  async function stub(statuses: number[]) {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += String(chunk);
      });
      request.on("end", () => {
        if (!(request.url ?? "").startsWith("/write")) {
          response.end(
            JSON.stringify({ results: [{ series: [{ columns: ["name"], values: [] }] }] }),
          );
          return;
        }
        bodies.push(body);
        response.statusCode = statuses.shift() ?? 204;
        const error = "partial write: field type conflict dropped=1";
        response.end(response.statusCode === 204 ? "" : JSON.stringify({ error }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return { bodies, url: `http://127.0.0.1:${port}`, close: () => server.close() };
  }

  it("is asked again after 503, with the same lines", async () => {
    const server = await stub([503, 204]);
    const messages: string[] = [];
    const sink = new InfluxSink({
      url: server.url,
      database: "auscult",
      log: (message) => messages.push(message),
    });
    await sink.start();
    await sink.write(alertEvent());
    await sink.stop(10_000);
    server.close();
    expect(server.bodies.length).toBeGreaterThanOrEqual(2);
    expect(new Set(server.bodies).size).toBe(1);
    expect(sink.refused).toBe(0);
  });

  it("is never asked again after 400: the valid lines are stored already", async () => {
    const server = await stub([400]);
    const messages: string[] = [];
    const sink = new InfluxSink({
      url: server.url,
      database: "auscult",
      log: (message) => messages.push(message),
    });
    await sink.start();
    await sink.write(alertEvent());
    await sink.write(alertEvent({ id: "a-2" }));
    await sink.stop(10_000);
    server.close();
    expect(server.bodies).toHaveLength(1);
    expect(sink.refused).toBe(1);
    expect(messages.join()).toContain("partial write");
  });

  it("that stays away costs the deadline and no more, and the loss is counted", async () => {
    const server = await stub(new Array<number>(100).fill(503));
    const sink = new InfluxSink({ url: server.url, database: "auscult", log: () => undefined });
    await sink.start();
    await sink.write(alertEvent());
    const before = Date.now();
    const failure = await sink.stop(700).catch((error: unknown) => error);
    server.close();
    expect(failure).toBeInstanceOf(Undelivered);
    expect((failure as Undelivered).count).toBe(1);
    expect(Date.now() - before).toBeLessThan(5000);
  });

  it("names the database and the reason in one sentence", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const sink = new InfluxSink({ url, database: "auscult", log: () => undefined });
    const failure = await sink.start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SinkUnavailable);
    expect(String(failure)).toContain(`the database at ${url} cannot be used: connection refused`);
  });
});
