/** Addresses, names and DHCP fingerprints of devices. */
import { ask, type Facts, type Found, type Verdict } from "../fact.ts";
import { type Answer, answers, type Entry, text } from "../manifest.ts";

/** Part of a DHCP answer → kind and where our answer is. */
const DHCP: readonly (readonly [key: string, kind: string, fields: readonly string[]])[] = [
  ["hostname", "DHCP host names", ["host.name", "dhcp.fqdn"]],
  ["fqdn", "DHCP host names", ["dhcp.fqdn", "host.name"]],
  ["dhcp_class", "DHCP vendor classes", ["dhcp.vendor_class"]],
  ["dhcp_param_list", "DHCP parameter lists", ["dhcp.parameter_list"]],
  ["dhcp_fingerprint", "DHCP parameter lists", ["dhcp.parameter_list"]],
  ["requested_ip", "DHCP requested addresses", ["dhcp.requested_address"]],
];

export function deviceFacts(entry: Entry, facts: Facts): void {
  for (const [index, answer] of answers(entry, "devices").entries()) {
    const at = `devices[${index}]`;
    const source = text(answer, "source");
    if (source === "arp") arp(at, answer, facts);
    else if (source === "dhcp" || answer.dhcp_fingerprint !== undefined) dhcp(at, answer, facts);
    else if (source !== undefined)
      facts.add(at, `devices: ${source}`, answer, () => "miss", "later");
    else other(at, answer, facts);
  }
}

function arp(at: string, answer: Answer, facts: Facts): void {
  facts.add(at, "ARP pairs", answer, (found) =>
    ask(found, {
      mac: text(answer, "mac"),
      subject: text(answer, "ip"),
      fields: ["host.binding"],
      value: "arp",
    }),
  );
}

function dhcp(at: string, answer: Answer, facts: Facts): void {
  const mac = text(answer, "mac");
  facts.add(at, "DHCP clients", answer, (found) =>
    found.observations.some(
      ({ protocol, subject }) => protocol === "dhcp" && (mac === undefined || subject.mac === mac),
    )
      ? "agree"
      : "miss",
  );
  for (const [key, kind, fields] of DHCP) {
    const value = text(answer, key);
    if (value === undefined) continue;
    facts.add(`${at}.${key}`, kind, answer, (found) =>
      ask(found, { mac, protocol: "dhcp", fields, value }),
    );
  }
}

function other(at: string, answer: Answer, facts: Facts): void {
  const mac = text(answer, "mac");
  const ip = text(answer, "ip");
  if (answer.label !== undefined) {
    facts.add(at, "labelled devices", answer, (found) => hasDevice(found, mac, undefined));
  } else if (answer.device_class !== undefined) {
    facts.add(at, "medical devices", answer, (found) => medicalRole(found, answer));
  } else if (answer.os !== undefined || answer.app !== undefined) {
    stack(at, answer, facts);
  } else if (answer.model !== undefined) {
    facts.add(at, "devices named in a session", answer, (found) =>
      named(found, ip, text(answer, "model") ?? ""),
    );
  } else {
    // Seen in one frame: behind a router that says nothing about who owns the MAC address.
    facts.add(at, "addresses of one frame", answer, (found) => hasDevice(found, mac, ip), "shown");
  }
}

function stack(at: string, answer: Answer, facts: Facts): void {
  const name = text(answer, "hostname");
  if (name === undefined) {
    facts.add(at, "devices: stack fingerprints", answer, () => "miss", "later");
    return;
  }
  facts.add(at, "devices named in a session", answer, (found) =>
    named(found, text(answer, "ip"), name),
  );
}

/** Some text of a device at that address holds the word. */
function named(found: Found, ip: string | undefined, word: string): Verdict {
  const texts = found.observations
    .filter(({ subject }) => subject.ip === ip)
    .flatMap(({ fields }) => Object.values(fields));
  return texts.join("\n").includes(word) ? "agree" : "miss";
}

function hasDevice({ devices }: Found, mac: string | undefined, ip: string | undefined): Verdict {
  const known = devices.some(
    ({ macs, ips }) =>
      (mac === undefined || macs.includes(mac)) && (ip === undefined || ips.includes(ip)),
  );
  return known ? "agree" : "miss";
}

/** tapirxl's classes in our words for roles (docs/signatures.md). */
const ROLES: Readonly<Record<string, string>> = { CT: "imaging-modality", pacs: "pacs" };

function medicalRole({ devices }: Found, answer: Answer): Verdict {
  const ip = text(answer, "ip") ?? "";
  const device = devices.find(({ ips }) => ips.includes(ip));
  if (device?.role === undefined) return "miss";
  return device.role.value === ROLES[text(answer, "device_class") ?? ""] ? "agree" : "contradict";
}
