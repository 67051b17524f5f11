import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SqliteStore } from "../../src/collector/sqlite-store.ts";
import { alertEvent, deviceEvent, EVENTS, MOMENT, ORIGIN } from "../sink/samples.ts";

let folder: string;
let store: SqliteStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "auscult-sqlite-"));
  store = new SqliteStore(join(folder, "auscult.db"));
});
afterEach(async () => {
  store.close();
  await rm(folder, { recursive: true });
});

describe("the embedded store", () => {
  it("counts each finding once, with the sightings of its last event", () => {
    store.append([
      alertEvent({ count: 1 }),
      alertEvent({ state: "updated", count: 7, lastSeen: MOMENT + 9_000_000 }),
      alertEvent({ id: "a-2", severity: "critical", count: 2 }),
      { ...alertEvent({ id: "a-3", severity: "low", count: 1 }), device: {} },
    ]);
    expect(store.alertsBySeverity()).toEqual([
      { severity: "critical", deviceClass: "infusion-pump", findings: 1, sightings: 2 },
      { severity: "high", deviceClass: "infusion-pump", findings: 1, sightings: 7 },
      { severity: "low", deviceClass: "unknown", findings: 1, sightings: 1 },
    ]);
  });

  it("takes the last event of a finding whatever the order of arrival", () => {
    store.append([
      alertEvent({ state: "updated", count: 7, lastSeen: MOMENT + 9_000_000 }),
      alertEvent({ count: 1 }),
    ]);
    expect(store.alertsBySeverity()[0]?.sightings).toBe(7);
  });

  it("changes nothing when the same events come again", () => {
    store.append(EVENTS);
    const before = [store.counts(), store.alertsBySeverity(), store.riskiestDevices(9)];
    store.append(EVENTS);
    expect([store.counts(), store.alertsBySeverity(), store.riskiestDevices(9)]).toEqual(before);
  });

  it("keeps the newest record of a device", () => {
    store.append([alertEvent(), deviceEvent({ ips: ["10.0.0.2"] })]);
    store.append([deviceEvent({ ips: ["10.0.0.1"], lastSeen: MOMENT - 1 })]);
    expect(store.riskiestDevices(9)).toEqual([
      {
        device: "d-5f1c0a9be2d34417",
        address: "10.0.0.2",
        deviceClass: "infusion-pump",
        vendor: "Example Medical",
        worst: "high",
        findings: 1,
      },
    ]);
  });

  it("ranks devices by their worst finding, then by how many they have", () => {
    store.append([
      alertEvent({ id: "1", device: "d-many", severity: "low" }),
      alertEvent({ id: "2", device: "d-many", severity: "low" }),
      alertEvent({ id: "3", device: "d-few", severity: "low" }),
      alertEvent({ id: "4", device: "d-worst", severity: "critical" }),
    ]);
    const order = store.riskiestDevices(2).map((row) => row.device);
    expect(order).toEqual(["d-worst", "d-many"]);
  });

  it("keeps sites apart", () => {
    const elsewhere = { ...alertEvent(), origin: { ...ORIGIN, site: "other" } };
    store.append([alertEvent(), elsewhere]);
    expect(store.counts().alerts).toBe(2);
  });

  it("takes all of a batch or none of it", () => {
    const broken = alertEvent({ id: "a-9" });
    const bad = { ...broken, alert: { ...broken.alert, signature: null as unknown as string } };
    expect(() => store.append([alertEvent(), bad])).toThrow();
    expect(store.counts().alerts).toBe(0);
    store.append([alertEvent()]);
    expect(store.counts().alerts).toBe(1);
  });

  it("is a file that another run opens again", () => {
    store.append(EVENTS);
    store.close();
    expect(existsSync(join(folder, "auscult.db"))).toBe(true);
    store = new SqliteStore(join(folder, "auscult.db"));
    expect(store.counts()).toEqual({ alerts: 2, devices: 1 });
  });
});
