/** Devices for people: one block each, services as nmap prints them, and what is unknown said to be. */
import type { Alert } from "../alert/alert.ts";
import type { Attribute, Device, Hypothesis, Service } from "../inventory/device.ts";
import { countBySeverity } from "./alerts.ts";
import { rank, sortedDevices } from "./order.ts";
import type { Captures, Page } from "./page.ts";
import type { Style } from "./style.ts";
import {
  columns,
  compareText,
  cut,
  fold,
  type Layout,
  labelled,
  plural,
  printable,
  roleName,
} from "./text.ts";

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
  lines.push(...roleLines(local, page));
  const byDevice = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const own = byDevice.get(alert.device);
    if (own === undefined) byDevice.set(alert.device, [alert]);
    else own.push(alert);
  }
  const isBrief = (device: Device) => isSilent(device) && !byDevice.has(device.id);
  const silent = local.filter(isBrief);
  const told = local.filter((device) => !isBrief(device));
  for (const device of told) lines.push("", ...block(device, byDevice.get(device.id) ?? [], page));
  if (silent.length > 0) lines.push("", ...silentLines(silent, told.length > 0));
  if (remote.length > 0) lines.push("", ...remoteLines(remote, style));
  return lines;
}

/** `infusion pump (2), PACS, 3 of unknown role`: a long list at a glance. */
function roleLines(devices: readonly Device[], { style, width }: Page): string[] {
  const counts = new Map<string, number>();
  for (const { role } of devices) {
    const name = role === undefined ? "" : roleName(role.value);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const unknown = counts.get("") ?? 0;
  counts.delete("");
  if (devices.length < 2 || counts.size === 0) return [];
  const parts = [...counts]
    .sort(([a, n], [b, m]) => m - n || compareText(a, b))
    .map(([name, count]) => (count === 1 ? printable(name) : `${printable(name)} (${count})`));
  if (unknown > 0) parts.push(`${unknown} of unknown role`);
  return fold(parts.join(", "), width - 2).map((line) => `  ${style.dim(line)}`);
}

/** Nothing is known but an address and perhaps who registered it: a line is enough. */
function isSilent(device: Device): boolean {
  const { hypotheses, ips, macs, names, services, software } = device;
  return (
    ips.length <= 1 &&
    macs.length <= 1 &&
    names.length + services.length + software.length === 0 &&
    hypotheses.every(
      ({ attribute, confidence }) =>
        confidence < WORTH_SAYING || (attribute === "vendor" && device.vendor === undefined),
    )
  );
}

function silentLines(devices: readonly Device[], others: boolean): string[] {
  const rows = devices.map((device) => {
    const [guess] = device.hypotheses.filter(({ confidence }) => confidence >= WORTH_SAYING);
    const about = [
      device.vlans.length === 0 ? "" : `VLAN ${device.vlans.join(", ")}`,
      guess === undefined ? "" : `perhaps ${percent(guess, "vendor")}`,
    ].filter((part) => part !== "");
    return [
      printable(device.ips[0] ?? "no IP"),
      printable(device.macs[0] ?? ""),
      printable(about.join("; ")),
    ];
  });
  const count = plural(devices.length, others ? "more device" : "device");
  return [`${count}, of which only the address is known:`, ...columns(rows, 2)];
}

/** Seen only from outside, through a router: not a device of this site. */
function isRemote(device: Device): boolean {
  return device.scope === "remote";
}

function block(device: Device, own: readonly Alert[], page: Page): string[] {
  const { style, width } = page;
  const layout = { width, indent: 2, column: 10, dim: style.dim };
  return [
    heading(device, own, style),
    ...identity(device, layout),
    ...list("MAC", device.macs, layout),
    ...list("VLAN", device.vlans.map(String), layout),
    ...list("Also", device.ips.slice(1), layout),
    ...list("Names", device.names, layout),
    ...list("Software", softwareNames(device), layout),
    ...reasons(device, page.captures, width - layout.indent - layout.column).flatMap(
      (reason, index) => labelled(index === 0 ? "Because" : "", reason, layout),
    ),
    ...labelled("Id", device.id, layout),
    ...services(device.services, style),
  ];
}

function heading(device: Device, own: readonly Alert[], style: Style): string {
  const address = device.ips[0] ?? device.macs[0] ?? device.id;
  const worst = own.map((alert) => alert.severity).sort((a, b) => rank(a) - rank(b))[0];
  const count = `alerts: ${countBySeverity(own)}`;
  const flag = worst === undefined ? "" : `  ${style.severity(worst, count)}`;
  const kind = printable(kindOf(device));
  return `${style.bold(printable(address))}  ${kind}${flag}`;
}

/** `infusion pump`; where the role is unknown, the next best thing. */
function kindOf({ role, vendor, model, os }: Device): string {
  if (role !== undefined) return roleName(role.value);
  if (vendor !== undefined) return `${vendor.value} device, role unknown`;
  if (model !== undefined) return `${model.value}, role unknown`;
  return os === undefined ? "unknown device" : `${os.value} host, role unknown`;
}

/** What is believed, with its rivals; then in one line what nothing is known about. */
function identity(device: Device, layout: Layout): string[] {
  const lines: string[] = [];
  const unknown: string[] = [];
  for (const [label, attribute] of ATTRIBUTES) {
    const rivals = device.hypotheses.filter(
      (one) => one.attribute === attribute && one.confidence >= WORTH_SAYING,
    );
    const text = belief(device[attribute], rivals, attribute);
    if (text === undefined) {
      // Of the role the heading says so.
      if (attribute !== "role") unknown.push(label === "OS" ? label : label.toLowerCase());
    } else lines.push(...labelled(label, text, layout));
  }
  if (unknown.length > 0) lines.push(...labelled("Unknown", unknown.join(", "), layout));
  return lines;
}

type AttributeName = (typeof ATTRIBUTES)[number][1];

function belief(
  best: Attribute | undefined,
  rivals: readonly Hypothesis[],
  attribute: AttributeName,
): string | undefined {
  const shown = (one: Attribute) => percent(one, attribute);
  if (best === undefined) {
    const guesses = rivals.slice(0, 3).map(shown).join(", ");
    return guesses === "" ? undefined : `unknown; perhaps ${guesses}`;
  }
  const general = rivals.find((one) => refines(best.value, one.value));
  const finer = rivals.filter((one) => refines(one.value, best.value));
  const others = rivals.filter((one) => !related(one.value, best.value)).slice(0, 2);
  const parts = [shown(best)];
  // That it is Linux at all is surer than which one.
  if (general !== undefined && general.confidence > best.confidence)
    parts.push(` (${shown(general)})`);
  if (others.length > 0) parts.push(`; or ${others.map(shown).join(", ")}`);
  // A vendor with more words is a register's spelling of it, and nothing more exact.
  if (attribute !== "vendor" && finer[0] !== undefined) parts.push(`; perhaps ${shown(finer[0])}`);
  return parts.join("");
}

/** `Ubuntu Linux` says `Linux` more exactly, `Windows XP` says `Windows`. */
function refines(value: string, general: string): boolean {
  const [long, short] = [value.toLowerCase(), general.toLowerCase()];
  return long.startsWith(`${short} `) || long.endsWith(` ${short}`);
}

/** The same, or one said more exactly: `Baxter International` is no rival of `Baxter`. */
function related(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase() || refines(a, b) || refines(b, a);
}

function percent({ value, confidence }: Attribute, attribute: AttributeName): string {
  const text = attribute === "role" ? roleName(value) : value;
  return `${text} ${Math.round(confidence)} %`;
}

/** The observations that the beliefs rest on, a line each, with a frame to look at. */
function reasons(device: Device, captures: Captures, width: number): string[] {
  const found = new Map<string, string>();
  for (const [, attribute] of ATTRIBUTES) {
    const best = device[attribute];
    const winner = device.hypotheses.find(
      (one) => one.attribute === attribute && one.value === best?.value,
    );
    for (const { because, evidence } of winner?.claims ?? []) {
      const where = ` (${captures.frame(evidence.capture, evidence.frame)})`;
      const line = cut(printable(because), width - where.length) + where;
      // An address and who registered it are one reason, and the address stands above.
      const key = because.startsWith("mac.") ? "mac" : line;
      if (!found.has(key) || because.startsWith("mac.registrant")) found.set(key, line);
    }
  }
  return [...found.values()].slice(0, REASONS);
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
