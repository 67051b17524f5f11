/** What an embedded store keeps and can be asked. */
import type { Severity } from "../alert/alert.ts";
import type { SinkEvent } from "../sink/sink.ts";

export interface EventStore {
  /** All or none. Appending the same event again changes nothing. */
  append(events: readonly SinkEvent[]): void;
  /** Findings (each counted once) and sightings, most severe first. */
  alertsBySeverity(): readonly SeverityCount[];
  /** Devices with findings, those with the most severe ones first. */
  riskiestDevices(limit: number): readonly RiskyDevice[];
  /** Number of records of each kind. */
  counts(): { readonly alerts: number; readonly devices: number };
  close(): void;
}

export interface SeverityCount {
  readonly severity: Severity;
  /** Role of the device, `unknown` when it has none. */
  readonly deviceClass: string;
  readonly findings: number;
  readonly sightings: number;
}

export interface RiskyDevice {
  readonly device: string;
  readonly address: string;
  readonly deviceClass: string;
  readonly vendor: string;
  readonly worst: Severity;
  readonly findings: number;
}
