/** Devices for people: one block each, services as nmap prints them, and what is unknown said to be. */
import type { Alert } from "../alert/alert.ts";
import type { Attribute, Device, Hypothesis, Service } from "../inventory/device.ts";
import { countBySeverity } from "./alerts.ts";
import { rank, sortedDevices } from "./order.ts";
import type { Captures, Page } from "./page.ts";
import type { Style } from "./style.ts";
import { columns, compareText, type Layout, labelled, plural, printable } from "./text.ts";

/** Lines of one kind that a block shows; the rest is counted, and `--json` has them all. */
const LIST_LIMIT = 12;
const SERVICE_LIMIT = 40;
const REMOTE_LIMIT = 10;
const REMOTE_SERVICES = 5;
/** Reasons shown for what we believe, the best supported first. */
const REASONS = 3;
/** A competing hypothesis below this is noise. */
const WORTH_SAYING = 10;

const ATTRIBUTES = [
  ["Role", "role"],
  ["Vendor", "vendor"],
  ["Model", "model"],
  ["OS", "os"],
] as const;

export function deviceLines(
  devices: readonly Device[],
  alerts: readonly Alert[],
  page: Page,
): string[] {
  const { style } = page;
  const sorted = sortedDevices(devices);
  const local = sorted.filter((device) => !isRemote(device));
  const remote = sorted.filter(isRemote);
  const lines = [`${style.bold("DEVICES")}  ${local.length === 0 ? "none" : local.length}`];
  for (const device of local) lines.push("", ...block(device, alerts, page));
  if (remote.length > 0) lines.push("", ...remoteLines(remote, style));
  return lines;
}

/** Seen only from outside, through a router: not a device of this site. */
function isRemote(device: Device): boolean {
  return device.scope === "remote";
}

function block(device: Device, alerts: readonly Alert[], page: Page): string[] {
  const { style, width } = page;
  const layout = { width, indent: 2, column: 10, dim: style.dim };
  return [
    heading(device, alerts, style),
    ...identity(device, layout),
    ...list("MAC", device.macs, layout),
    ...list("Also", device.ips.slice(1), layout),
    ...list("VLAN", device.vlans.map(String), layout),
    ...list("Names", device.names, layout),
    ...list("Software", softwareNames(device), layout),
    ...reasons(device, page.captures).flatMap((reason, index) =>
      labelled(index === 0 ? "Because" : "", reason, layout),
    ),
    ...services(device.services, style),
  ];
}

function heading(device: Device, alerts: readonly Alert[], style: Style): string {
  const address = device.ips[0] ?? device.macs[0] ?? device.id;
  const kind = device.role?.value.replaceAll("-", " ") ?? "unknown device";
  const own = alerts.filter((alert) => alert.device === device.id);
  const worst = own.map((alert) => alert.severity).sort((a, b) => rank(a) - rank(b))[0];
  const flag = worst === undefined ? "" : `  ${style.severity(worst, countBySeverity(own))}`;
  return `${style.bold(printable(address))}  ${printable(kind)}  ${style.dim(device.id)}${flag}`;
}

/** What is believed, with its rivals; then in one line what nothing is known about. */
function identity(device: Device, layout: Layout): string[] {
  const lines: string[] = [];
  const unknown: string[] = [];
  for (const [label, attribute] of ATTRIBUTES) {
    const rivals = device.hypotheses.filter(
      (one) => one.attribute === attribute && one.confidence >= WORTH_SAYING,
    );
    const text = belief(device[attribute], rivals);
    if (text === undefined) unknown.push(label === "OS" ? "OS" : label.toLowerCase());
    else lines.push(...labelled(label, text, layout));
  }
  if (unknown.length > 0) lines.push(...labelled("Unknown", unknown.join(", "), layout));
  return lines;
}

function belief(best: Attribute | undefined, rivals: readonly Hypothesis[]): string | undefined {
  const others = rivals
    .filter((rival) => best === undefined || !sameName(rival.value, best.value))
    .slice(0, best === undefined ? 3 : 2)
    .map(percent)
    .join(", ");
  if (best !== undefined) return others === "" ? percent(best) : `${percent(best)}; or ${others}`;
  return others === "" ? undefined : `unknown; perhaps ${others}`;
}

/** `Baxter International` is no rival of `Baxter`: a register and a banner just write it differently. */
function sameName(a: string, b: string): boolean {
  const [short = "", long = ""] = [a, b].map((name) => `${name.toLowerCase()} `).sort(byLength);
  return long.startsWith(short);
}

function byLength(a: string, b: string): number {
  return a.length - b.length;
}

function percent(attribute: Attribute): string {
  return `${attribute.value} ${Math.round(attribute.confidence)} %`;
}

/** The observations that the beliefs rest on, with a frame to look at. */
function reasons(device: Device, captures: Captures): string[] {
  const found = new Set<string>();
  for (const [, attribute] of ATTRIBUTES) {
    const best = device[attribute];
    const winner = device.hypotheses.find(
      (one) => one.attribute === attribute && one.value === best?.value,
    );
    for (const claim of winner?.claims ?? []) {
      const { capture, frame } = claim.evidence;
      found.add(`${claim.because} (${captures.frame(capture, frame)})`);
    }
  }
  return [...found].slice(0, REASONS);
}

function softwareNames(device: Device): string[] {
  const names = device.software.map((entry) =>
    entry.version === undefined ? entry.name : `${entry.name} ${entry.version}`,
  );
  return [...new Set(names)].sort(compareText);
}

function list(label: string, values: readonly string[], layout: Layout): string[] {
  if (values.length === 0) return [];
  const more = values.length - LIST_LIMIT;
  const shown = values.slice(0, LIST_LIMIT).join(", ");
  return labelled(label, more > 0 ? `${shown} and ${more} more` : shown, layout);
}

/** PORT, STATE, SERVICE, VERSION. A service is listed only once it has answered: `open` is a fact. */
function services(all: readonly Service[], style: Style): string[] {
  if (all.length === 0) return [];
  const sorted = byPort(all);
  const rows = sorted
    .slice(0, SERVICE_LIMIT)
    .map((service) => [
      `${service.port}/${service.transport}`,
      "open",
      printable(service.protocol ?? "unknown"),
      printable(service.product ?? ""),
    ]);
  const [head = "", ...lines] = columns([["PORT", "STATE", "SERVICE", "VERSION"], ...rows], 2);
  const more = all.length - SERVICE_LIMIT;
  if (more > 0) lines.push(`  and ${plural(more, "more service")}; --json lists them all`);
  return [style.dim(head), ...lines];
}

function byPort(services: readonly Service[]): Service[] {
  return [...services].sort((a, b) => a.port - b.port || compareText(a.transport, b.transport));
}

/** One line each, the first few; they are the world outside. */
function remoteLines(remote: readonly Device[], style: Style): string[] {
  const lines = [`${style.bold("REMOTE HOSTS")}  ${remote.length}`];
  const rows = remote
    .slice(0, REMOTE_LIMIT)
    .map((device) => [
      printable(device.ips[0] ?? device.id),
      printable(byPort(device.services).slice(0, REMOTE_SERVICES).map(serviceName).join(", ")),
      printable(device.names.slice(0, 2).join(", ")),
    ]);
  lines.push(...columns(rows, 2));
  const more = remote.length - REMOTE_LIMIT;
  if (more > 0) lines.push(`  and ${more} more; --json lists them all`);
  return lines;
}

function serviceName(service: Service): string {
  const place = `${service.port}/${service.transport}`;
  return service.protocol === undefined ? place : `${service.protocol} ${place}`;
}
