/** The embedded store: SQLite as WebAssembly, so that it needs no compiler and no server. One process. */
import sqlite, { type Database, type JSValue } from "node-sqlite3-wasm";
import { SEVERITIES, type Severity } from "../alert/alert.ts";
import { alertTime, encode } from "../sink/eve.ts";
import type { AlertEvent, DeviceEvent, SinkEvent } from "../sink/sink.ts";
import type { EventStore, RiskyDevice, SeverityCount } from "./event-store.ts";

/** `record` is the event as it came, one line of JSON; the columns beside it are what queries ask for. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS alert (
    site TEXT NOT NULL, sensor TEXT NOT NULL, id TEXT NOT NULL, time INTEGER NOT NULL,
    state TEXT NOT NULL, severity INTEGER NOT NULL, signature TEXT NOT NULL, category TEXT NOT NULL,
    device TEXT NOT NULL, device_class TEXT NOT NULL, count INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (site, id, time)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS device (
    site TEXT NOT NULL, id TEXT NOT NULL, sensor TEXT NOT NULL, last_seen INTEGER NOT NULL,
    device_class TEXT NOT NULL, vendor TEXT NOT NULL, address TEXT NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (site, id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS summary (
    site TEXT NOT NULL, sensor TEXT NOT NULL, record TEXT NOT NULL UNIQUE
  );
  CREATE VIEW IF NOT EXISTS finding AS
    SELECT *, MAX(time) AS latest FROM alert GROUP BY site, id;
`;

export class SqliteStore implements EventStore {
  readonly #database: Database;

  /** Creates the file when it is not there. */
  constructor(path: string) {
    this.#database = new sqlite.Database(path);
    this.#database.exec(TABLES);
  }

  append(events: readonly SinkEvent[]): void {
    this.#database.exec("BEGIN");
    try {
      for (const event of events) this.#insert(event);
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  alertsBySeverity(): readonly SeverityCount[] {
    const rows = this.#all(
      `SELECT severity, device_class, COUNT(*) AS findings, SUM(count) AS sightings
         FROM finding GROUP BY severity, device_class
        ORDER BY severity, findings DESC, device_class`,
    );
    return rows.map((row) => ({
      severity: severityOf(row.severity),
      deviceClass: String(row.device_class),
      findings: Number(row.findings),
      sightings: Number(row.sightings),
    }));
  }

  riskiestDevices(limit: number): readonly RiskyDevice[] {
    const rows = this.#all(
      `SELECT f.device, MIN(f.severity) AS worst, COUNT(*) AS findings,
              COALESCE(d.address, '') AS address, COALESCE(d.vendor, '') AS vendor,
              COALESCE(d.device_class, 'unknown') AS device_class
         FROM finding f LEFT JOIN device d ON d.site = f.site AND d.id = f.device
        GROUP BY f.site, f.device
        ORDER BY worst, findings DESC, address, f.device
        LIMIT ?`,
      [limit],
    );
    return rows.map((row) => ({
      device: String(row.device),
      address: String(row.address),
      deviceClass: String(row.device_class),
      vendor: String(row.vendor),
      worst: severityOf(row.worst),
      findings: Number(row.findings),
    }));
  }

  counts(): { readonly alerts: number; readonly devices: number } {
    const [row] = this.#all(
      "SELECT (SELECT COUNT(*) FROM finding) AS alerts, (SELECT COUNT(*) FROM device) AS devices",
    );
    return { alerts: Number(row?.alerts), devices: Number(row?.devices) };
  }

  close(): void {
    this.#database.close();
  }

  #insert(event: SinkEvent): void {
    switch (event.type) {
      case "alert":
        this.#insertAlert(event);
        break;
      case "device":
        this.#insertDevice(event);
        break;
      case "summary":
        this.#database.run("INSERT OR IGNORE INTO summary VALUES (?, ?, ?)", [
          event.origin.site,
          event.origin.sensor,
          encode(event),
        ]);
        break;
    }
  }

  #insertAlert(event: AlertEvent): void {
    const { alert, origin, device } = event;
    this.#database.run("INSERT OR REPLACE INTO alert VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [
      origin.site,
      origin.sensor,
      alert.id,
      alertTime(alert),
      alert.state,
      SEVERITIES.indexOf(alert.severity),
      alert.signature,
      alert.category,
      alert.device,
      device?.role ?? "unknown",
      alert.count,
      encode(event),
    ]);
  }

  /** A device is its latest record; an older one that arrives late changes nothing. */
  #insertDevice(event: DeviceEvent): void {
    const { device, origin } = event;
    this.#database.run(
      `INSERT INTO device VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (site, id) DO UPDATE SET
           sensor = excluded.sensor, last_seen = excluded.last_seen,
           device_class = excluded.device_class, vendor = excluded.vendor,
           address = excluded.address, record = excluded.record
         WHERE excluded.last_seen >= device.last_seen`,
      [
        origin.site,
        device.id,
        origin.sensor,
        device.lastSeen,
        device.role?.value ?? "unknown",
        device.vendor?.value ?? "",
        device.ips[0] ?? device.macs[0] ?? "",
        encode(event),
      ],
    );
  }

  #all(sql: string, values: JSValue[] = []): Record<string, unknown>[] {
    return this.#database.all(sql, values) as Record<string, unknown>[];
  }
}

function severityOf(rank: unknown): Severity {
  return SEVERITIES[Number(rank)] ?? "info";
}
