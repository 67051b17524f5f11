/**
 * One event as one line of JSON: the same bytes in a file, on a pipe and over MQTT. Alerts have the shape
 * of Suricata's EVE `alert` record (docs.suricata.io, "EVE JSON Format"), whose top level is closed: what
 * is ours sits in `alert.metadata`, as arrays of strings. Devices and summaries have no EVE record and use
 * `event_type` values of our own, which EVE readers pass by.
 */
import { hash } from "node:crypto";
import { isIPv6 } from "node:net";
import type { Alert, Category, Severity } from "../alert/alert.ts";
import type { Device } from "../inventory/device.ts";
import type { Evidence } from "../observation/observation.ts";
import type { AlertEvent, DeviceContext, DeviceEvent, SinkEvent, SummaryEvent } from "./sink.ts";
import { eveTime } from "./time.ts";

/** 1 is the most urgent in EVE; `critical` and `high` stay apart in `signature_severity`. */
const EVE_SEVERITY: Readonly<Record<Severity, number>> = {
  critical: 1,
  high: 1,
  medium: 2,
  low: 3,
  info: 4,
};

/** The words of the `signature_severity` metadata that rule sets for Suricata use. */
const SIGNATURE_SEVERITY: Readonly<Record<Severity, string>> = {
  critical: "Critical",
  high: "Major",
  medium: "Minor",
  low: "Minor",
  info: "Informational",
};

/** The nearest of Suricata's class descriptions (classification.config). */
const CLASS: Readonly<Record<Category, string>> = {
  cleartext: "Potential Corporate Privacy Violation",
  "weak-crypto": "Potential Corporate Privacy Violation",
  outdated: "Potentially Bad Traffic",
  exposure: "Potentially Bad Traffic",
  "new-device": "Misc activity",
  policy: "Potential Corporate Privacy Violation",
  anomaly: "Potentially Bad Traffic",
  health: "Misc activity",
};

const CHANGE: Readonly<Record<Alert["state"], string>> = {
  open: "new",
  updated: "update",
  closed: "end",
};

type Json = Record<string, unknown>;

/** The line, without its line feed. */
export function encode(event: SinkEvent): string {
  return JSON.stringify(eveRecord(event));
}

export function eveRecord(event: SinkEvent): Json {
  switch (event.type) {
    case "alert":
      return alertRecord(event);
    case "device":
      return deviceRecord(event);
    case "summary":
      return summaryRecord(event);
  }
}

/**
 * EVE numbers its signatures; ours have names. The number is a hash of the name: stable, nobody hands it
 * out, and above the ranges that public rule sets use.
 */
export function signatureNumber(id: string): number {
  const number = Number.parseInt(hash("sha256", id, "hex").slice(0, 8), 16);
  return 1_000_000_000 + (number % 1_000_000_000);
}

/** `frame:capture`, or the frame alone where there is only one capture. */
function evidenceText({ capture, frame }: Evidence): string {
  return capture === "" ? String(frame) : `${frame}:${capture}`;
}

/** When this event happened: an alert opens at its first sighting, then moves with the last one. */
export function alertTime(alert: Alert): number {
  return alert.state === "open" ? alert.firstSeen : alert.lastSeen;
}

function alertRecord(event: AlertEvent): Json {
  const { alert, origin } = event;
  const { subject, peer } = alert;
  const first = alert.evidence[0];
  const vlan = subject.vlan ?? peer?.vlan;
  return compact({
    timestamp: eveTime(alertTime(alert)),
    event_type: "alert",
    host: origin.sensor,
    pcap_filename: first?.capture || undefined,
    pcap_cnt: first?.frame,
    vlan: vlan === undefined ? undefined : [vlan],
    ether: ether(subject.mac, peer?.mac),
    src_ip: subject.ip,
    src_port: subject.port,
    dest_ip: peer?.ip,
    dest_port: peer?.port,
    ip_v: ipVersion(subject.ip ?? peer?.ip),
    proto: alert.transport === "link" ? undefined : alert.transport?.toUpperCase(),
    app_proto: alert.protocol,
    community_id: alert.flow,
    alert: {
      action: "allowed",
      gid: 1,
      signature_id: signatureNumber(alert.signature),
      rev: 1,
      signature: alert.title,
      category: CLASS[alert.category],
      severity: EVE_SEVERITY[alert.severity],
      metadata: metadata(event),
    },
  });
}

function metadata(event: AlertEvent): Json {
  const { alert, origin } = event;
  const device: DeviceContext = event.device ?? {};
  return compact({
    auscult_id: [alert.id],
    auscult_event: [CHANGE[alert.state]],
    auscult_site: [origin.site],
    auscult_signature: [alert.signature],
    auscult_severity: [alert.severity],
    auscult_category: [alert.category],
    auscult_message: [alert.message],
    auscult_remedy: [alert.remedy],
    auscult_count: [String(alert.count)],
    auscult_first_seen: [eveTime(alert.firstSeen)],
    auscult_last_seen: [eveTime(alert.lastSeen)],
    auscult_device: [alert.device],
    auscult_device_role: optional(device.role),
    auscult_device_vendor: optional(device.vendor),
    auscult_device_model: optional(device.model),
    auscult_fields: nonEmpty(
      Object.entries(alert.fields).map(([name, value]) => `${name}=${value}`),
    ),
    auscult_evidence: nonEmpty(alert.evidence.map(evidenceText)),
    auscult_references: nonEmpty(alert.references),
    mitre_technique_id: nonEmpty(alert.attack),
    signature_severity: [SIGNATURE_SEVERITY[alert.severity]],
  });
}

function deviceRecord(event: DeviceEvent): Json {
  const { firstSeen, lastSeen, ...rest } = event.device;
  return {
    timestamp: eveTime(lastSeen),
    event_type: "auscult_device",
    host: event.origin.sensor,
    auscult_device: {
      site: event.origin.site,
      ...rest,
      first_seen: eveTime(firstSeen),
      last_seen: eveTime(lastSeen),
    },
  };
}

function summaryRecord(event: SummaryEvent): Json {
  const { firstPacket, lastPacket, captures, damage, counters, version } = event.summary;
  return {
    timestamp: eveTime(lastPacket ?? 0),
    event_type: "auscult_summary",
    host: event.origin.sensor,
    auscult_summary: compact({
      version,
      site: event.origin.site,
      captures,
      first_packet: firstPacket === undefined ? undefined : eveTime(firstPacket),
      last_packet: lastPacket === undefined ? undefined : eveTime(lastPacket),
      damage,
      counters,
    }),
  };
}

/** Largest message we send: brokers and log shippers cut or refuse much longer lines. */
export const MESSAGE_LIMIT = 32 * 1024;

/** The line for a broker: a device record beyond `MESSAGE_LIMIT` is shortened and says so. */
export function encodeBounded(event: SinkEvent): string {
  let line = encode(event);
  if (event.type !== "device") return line;
  for (const limit of [100, 30, 10, 3]) {
    if (Buffer.byteLength(line) <= MESSAGE_LIMIT) break;
    line = encode({ ...event, device: shorten(event.device, limit) });
  }
  return line;
}

/** The claims go first, they are the bulk; every list is cut to `limit`. */
function shorten(device: Device, limit: number): Device {
  const cut = <T>(list: readonly T[]): readonly T[] => list.slice(0, limit);
  const short: Device & { truncated: true } = {
    ...device,
    truncated: true,
    macs: cut(device.macs),
    ips: cut(device.ips),
    vlans: cut(device.vlans),
    names: cut(device.names),
    hypotheses: cut(device.hypotheses).map((h) => ({ ...h, claims: [] })),
    software: cut(device.software),
    services: cut(device.services),
  };
  return short;
}

function ether(source: string | undefined, destination: string | undefined): Json | undefined {
  if (source === undefined && destination === undefined) return undefined;
  return compact({ src_mac: source, dest_mac: destination });
}

function ipVersion(ip: string | undefined): number | undefined {
  if (ip === undefined) return undefined;
  return isIPv6(ip) ? 6 : 4;
}

function optional(text: string | undefined): string[] | undefined {
  return text === undefined ? undefined : [text];
}

function nonEmpty(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list;
}

function compact(record: Json): Json {
  for (const key of Object.keys(record)) if (record[key] === undefined) delete record[key];
  return record;
}
