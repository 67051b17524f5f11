/** Findings made by hand for the tests of sinks, reports and collectors. */
import type { Alert } from "../../src/alert/alert.ts";
import type { Device } from "../../src/inventory/device.ts";
import type {
  AlertEvent,
  DeviceEvent,
  Origin,
  RunSummary,
  SinkEvent,
  SummaryEvent,
} from "../../src/sink/sink.ts";

export const ORIGIN: Origin = { site: "st-anna", sensor: "icu-1" };

/** 2026-11-21 03:04:05.123456 UTC. */
export const MOMENT = 1_795_230_245_123_456;

export function alertOf(changes: Partial<Alert> = {}): Alert {
  return {
    id: "a-0123456789abcdef",
    state: "open",
    signature: "risk.cleartext-telnet-login",
    title: "Telnet login in clear text",
    severity: "high",
    category: "cleartext",
    message: "10.20.4.17 logs in to 10.20.9.8 port 23 by Telnet as biomed.",
    remedy: "Use SSH, or keep the maintenance port in a network of its own.",
    references: ["https://www.rfc-editor.org/rfc/rfc854"],
    attack: ["T1021", "T0886"],
    device: "d-5f1c0a9be2d34417",
    subject: { mac: "00:09:02:aa:bb:cc", ip: "10.20.9.8", vlan: 120, port: 23 },
    peer: { ip: "10.20.4.17", port: 49152 },
    transport: "tcp",
    protocol: "telnet",
    flow: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
    fields: { "login.user": "biomed", "login.outcome": "success" },
    evidence: [
      { capture: "ward.pcap", frame: 12 },
      { capture: "ward.pcap", frame: 40 },
    ],
    count: 3,
    firstSeen: MOMENT,
    lastSeen: MOMENT + 4_000_000,
    ...changes,
  };
}

export function deviceOf(changes: Partial<Device> = {}): Device {
  return {
    id: "d-5f1c0a9be2d34417",
    scope: "local",
    macs: ["00:09:02:aa:bb:cc"],
    ips: ["10.20.9.8", "fe80::1"],
    vlans: [120],
    names: ["PUMP-17"],
    role: { value: "infusion-pump", confidence: 92 },
    vendor: { value: "Example Medical", confidence: 95 },
    hypotheses: [
      {
        attribute: "role",
        value: "infusion-pump",
        confidence: 92,
        claims: [
          {
            attribute: "role",
            value: "infusion-pump",
            family: "declared",
            confidence: 90,
            signature: "device.example-pump",
            because: "dhcp.vendor_class: EXMED-PUMP",
            evidence: { capture: "ward.pcap", frame: 3 },
          },
        ],
      },
      { attribute: "os", value: "Linux", confidence: 40, claims: [] },
      { attribute: "os", value: "VxWorks", confidence: 31, claims: [] },
      { attribute: "vendor", value: "Example Medical", confidence: 95, claims: [] },
    ],
    software: [
      {
        name: "Apache httpd",
        version: "2.4.29",
        signature: "software.apache-httpd",
        because: "http.server: Apache/2.4.29 (Ubuntu)",
        evidence: { capture: "ward.pcap", frame: 77 },
      },
    ],
    services: [
      {
        transport: "tcp",
        port: 80,
        protocol: "http",
        product: "Apache httpd 2.4.29",
        evidence: { capture: "ward.pcap", frame: 77 },
      },
      {
        transport: "tcp",
        port: 23,
        protocol: "telnet",
        evidence: { capture: "ward.pcap", frame: 12 },
      },
      { transport: "udp", port: 5353, evidence: { capture: "ward.pcap", frame: 9 } },
    ],
    firstSeen: MOMENT - 60_000_000,
    lastSeen: MOMENT,
    ...changes,
  };
}

export const SUMMARY: RunSummary = {
  version: 1,
  captures: ["ward.pcap"],
  firstPacket: MOMENT - 60_000_000,
  lastPacket: MOMENT + 4_000_000,
  damage: [{ file: "ward.pcap", offset: 4096, kind: "cut", message: "the last record is cut" }],
  counters: { source: { frames: 1234, bytes: 567_890 }, packet: { malformed: 0 } },
};

export function alertEvent(changes: Partial<Alert> = {}): AlertEvent {
  return {
    type: "alert",
    origin: ORIGIN,
    alert: alertOf(changes),
    device: { role: "infusion-pump", vendor: "Example Medical" },
  };
}

export function deviceEvent(changes: Partial<Device> = {}): DeviceEvent {
  return { type: "device", origin: ORIGIN, device: deviceOf(changes) };
}

export const SUMMARY_EVENT: SummaryEvent = { type: "summary", origin: ORIGIN, summary: SUMMARY };

export const EVENTS: readonly SinkEvent[] = [
  deviceEvent(),
  alertEvent(),
  alertEvent({ id: "a-fedcba9876543210", severity: "critical", state: "updated" }),
  SUMMARY_EVENT,
];
