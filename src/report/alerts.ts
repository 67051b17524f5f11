/** Alerts for people: by severity, one block per signature, each finding with the frames that prove it. */
import { type Alert, SEVERITIES } from "../alert/alert.ts";
import type { Device } from "../inventory/device.ts";
import { sortedAlerts } from "./order.ts";
import type { Captures, Page } from "./page.ts";
import { fold, labelled, plural, printable, roleName, span } from "./text.ts";

/** Findings of one signature that are printed; the rest is counted, and `--json` has them all. */
export const FINDINGS_PRINTED = 20;

export function alertLines(alerts: readonly Alert[], page: Page): string[] {
  const lines = [`${page.style.bold("ALERTS")}  ${countBySeverity(alerts)}`];
  for (const group of groups(sortedAlerts(alerts))) lines.push("", ...block(group, page));
  return lines;
}

/** `1 critical, 3 high`, or `none`. */
export function countBySeverity(alerts: readonly Alert[]): string {
  const parts = SEVERITIES.map((severity) => ({
    severity,
    count: alerts.filter((alert) => alert.severity === severity).length,
  })).filter((part) => part.count > 0);
  return parts.length === 0
    ? "none"
    : parts.map((part) => `${part.count} ${part.severity}`).join(", ");
}

function groups(sorted: readonly Alert[]): Alert[][] {
  const found: Alert[][] = [];
  for (const alert of sorted) {
    const last = found.at(-1);
    const first = last?.[0];
    if (last !== undefined && first?.severity === alert.severity && same(first, alert)) {
      last.push(alert);
    } else {
      found.push([alert]);
    }
  }
  return found;
}

/** What the block says once must be the same for all of it. */
function same(a: Alert, b: Alert): boolean {
  return a.signature === b.signature && a.title === b.title && a.remedy === b.remedy;
}

function block(group: readonly Alert[], page: Page): string[] {
  const [first] = group;
  if (first === undefined) return [];
  const { style, width } = page;
  const layout = { width, indent: 2, column: 11, dim: style.dim };
  const severity = style.severity(first.severity, first.severity.toUpperCase().padEnd(8));
  const lines = [`${severity}  ${style.bold(printable(first.title))}`];
  for (const alert of group.slice(0, FINDINGS_PRINTED)) lines.push(...finding(alert, page));
  const more = group.length - FINDINGS_PRINTED;
  if (more > 0) lines.push(`  - and ${more} more of this kind; --json lists them all`);
  const attack = first.attack.length === 0 ? "" : `; ATT&CK ${first.attack.join(", ")}`;
  return [
    ...lines,
    ...labelled("Remedy", first.remedy, layout),
    ...labelled("Signature", first.signature + attack, layout),
  ];
}

function finding(alert: Alert, page: Page): string[] {
  const message = fold(printable(alert.message), page.width - 4);
  const times = alert.count === 1 ? "once" : plural(alert.count, "time");
  const when = `${times}, ${span(alert.firstSeen, alert.lastSeen)}`;
  const device = page.devices.get(alert.device);
  const parts = [addressOf(device, alert), kindOf(device), when, frames(alert, page.captures)];
  const proof = parts.filter((part) => part !== "").join("; ");
  return [
    ...message.map((line, index) => `${index === 0 ? "  - " : "    "}${line}`),
    ...fold(printable(proof), page.width - 4).map((line) => `    ${page.style.dim(line)}`),
  ];
}

/** Where the message names the device by a MAC address only, or not at all: how to reach it. */
function addressOf(device: Device | undefined, alert: Alert): string {
  const [ip] = device?.ips ?? [];
  return ip === undefined || alert.message.includes(ip) ? "" : ip;
}

/** `infusion pump, Baxter Sigma Spectrum`: an address alone says little to a person. */
function kindOf(device: Device | undefined): string {
  if (device === undefined) return "";
  const { role, vendor, model } = device;
  const make = [vendor?.value, model?.value].filter((part) => part !== undefined).join(" ");
  if (role !== undefined)
    return make === "" ? roleName(role.value) : `${roleName(role.value)}, ${make}`;
  return vendor === undefined ? make : `${make} device`;
}

/** `ward.pcap frames 12, 40; lab.pcap frame 3`. */
function frames(alert: Alert, captures: Captures): string {
  const byCapture = new Map<string, number[]>();
  for (const { capture, frame } of alert.evidence) {
    const list = byCapture.get(capture) ?? [];
    if (!list.includes(frame)) list.push(frame);
    byCapture.set(capture, list);
  }
  if (byCapture.size === 0) return "no frame kept";
  return [...byCapture]
    .map(([file, list]) => {
      const frames = `${list.length === 1 ? "frame" : "frames"} ${list.join(", ")}`;
      return file === "" ? frames : `${captures.name(file)} ${frames}`;
    })
    .join("; ");
}
