/** The one order in which a report names devices and alerts, whatever order they arrived in. */
import { type Alert, SEVERITIES, type Severity } from "../alert/alert.ts";
import type { Device } from "../inventory/device.ts";
import { compareText } from "./text.ts";

/** 0 is the most severe. */
export function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** Most severe first; within one severity by title, then by address. */
export function sortedAlerts(alerts: readonly Alert[]): Alert[] {
  return [...alerts].sort(
    (a, b) =>
      rank(a.severity) - rank(b.severity) ||
      compareText(a.signature, b.signature) ||
      compareText(addressKey(a.subject.ip ?? ""), addressKey(b.subject.ip ?? "")) ||
      compareText(a.message, b.message) ||
      compareText(a.id, b.id),
  );
}

/** By first address as numbers: 10.0.0.9 before 10.0.0.10. Devices without one come last, by MAC. */
export function sortedDevices(devices: readonly Device[]): Device[] {
  return devices
    .map((device) => ({ device, key: deviceKey(device) }))
    .sort((a, b) => compareText(a.key, b.key) || compareText(a.device.id, b.device.id))
    .map(({ device }) => device);
}

function deviceKey(device: Device): string {
  const ip = device.ips[0];
  return ip === undefined ? `9${device.macs[0] ?? ""}` : addressKey(ip);
}

function addressKey(ip: string): string {
  if (ip.includes(":")) return `6${ip}`;
  return `4${ip
    .split(".")
    .map((part) => part.padStart(3, "0"))
    .join(".")}`;
}
