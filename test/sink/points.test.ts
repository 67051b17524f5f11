import { InfluxDB } from "influx";
import { describe, expect, it } from "vitest";
import { pointOf, SCHEMA } from "../../src/sink/points.ts";
import { alertEvent, deviceEvent, EVENTS, MOMENT, SUMMARY_EVENT } from "./samples.ts";

describe("points", () => {
  it("of alerts have bounded words as tags and everything else as fields", () => {
    const point = pointOf(alertEvent());
    expect(point?.tags).toEqual({
      site: "st-anna",
      sensor: "icu-1",
      rule: "risk.cleartext-telnet-login",
      category: "cleartext",
      severity: "high",
      device_class: "infusion-pump",
      vendor: "Example Medical",
      app: "telnet",
      vlan: "120",
    });
    expect(point?.fields).toMatchObject({ src_ip: "10.20.9.8", dst_port: 49152, count: 3 });
    expect(JSON.stringify(point?.tags)).not.toMatch(/10\.20|00:09|d-5f1c/);
  });

  it("have a time in nanoseconds as text, exact to the millisecond", () => {
    const time = pointOf(alertEvent())?.timestamp;
    expect(typeof time).toBe("string");
    expect(String(time)).toMatch(/^1795230245123\d{6}$/);
    expect(pointOf(alertEvent())?.fields?.time_us).toBe(MOMENT);
  });

  it("are the same for the same event, and others for other events of that microsecond", () => {
    expect(pointOf(alertEvent())).toEqual(pointOf(alertEvent()));
    const times = Array.from(
      { length: 300 },
      (_, index) => pointOf(alertEvent({ id: `a-${index}` }))?.timestamp,
    );
    expect(new Set(times).size).toBe(300);
    const updated = pointOf(alertEvent({ state: "updated", lastSeen: MOMENT, count: 4 }));
    expect(updated?.timestamp).not.toBe(pointOf(alertEvent())?.timestamp);
  });

  it("never have an empty tag, which a server refuses", () => {
    const point = pointOf({ ...alertEvent(), device: { role: "", vendor: "" } });
    expect(Object.values(point?.tags ?? {})).not.toContain("");
  });

  it("leave out what has no time that a database can hold", () => {
    const { firstPacket: _first, lastPacket: _last, ...summary } = SUMMARY_EVENT.summary;
    expect(pointOf({ ...SUMMARY_EVENT, summary })).toBeUndefined();
    expect(pointOf(deviceEvent({ lastSeen: 2 ** 60 }))).toBeUndefined();
    expect(pointOf(deviceEvent({ lastSeen: -1 }))).toBeUndefined();
    expect(pointOf(deviceEvent({ lastSeen: Number.NaN }))).toBeUndefined();
  });

  it("keep to the schema, so that the client accepts every one of them", () => {
    const schema = SCHEMA.map((entry) => ({ ...entry, database: "x" }));
    const client = new InfluxDB({ host: "127.0.0.1", database: "x", schema });
    for (const event of EVENTS) {
      const point = pointOf(event);
      expect(point).toBeDefined();
      if (point === undefined) continue;
      const parsed = client.parsePoint(point) as unknown as { fieldsPairs: [string, string][] };
      const numbers = Object.entries(point.fields ?? {}).filter(([, v]) => typeof v === "number");
      expect(numbers.length).toBeGreaterThan(0);
      for (const [name, value] of numbers) {
        expect(parsed.fieldsPairs).toContainEqual([name, `${value}i`]);
      }
    }
  });
});
