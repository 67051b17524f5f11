/**
 * Checks of suricata-verify, as far as they ask for something that Auscult says too. Suricata logs every
 * transaction; Auscult says once what a host is and does. So counts of events, query names and the like are
 * not comparable and left out, and so are the tests that turn Suricata into a firewall.
 */
import { ask, type Facts, type Found, type Question, type Verdict } from "../fact.ts";
import { type Answer, answers, type Entry, text } from "../manifest.ts";

interface Check {
  readonly count?: number;
  readonly match: Answer;
}

/** Key of an event → our question; `from` is the end of the event that it is about. */
const KEYS: Readonly<Record<string, { fields: readonly string[]; from?: "src_ip" | "dest_ip" }>> = {
  "dhcp.vendor_class_identifier": { fields: ["dhcp.vendor_class"] },
  "ftp.reply[0]": { fields: ["ftp.banner"] },
  "http.http_user_agent": { fields: ["http.user_agent"], from: "src_ip" },
  "ftp_data.filename": { fields: ["file.name"] },
  "ssh.client.hassh.hash": { fields: ["ssh.hassh"] },
  "ssh.server.hassh.hash": { fields: ["ssh.hassh_server"] },
};

/** What a DHCP server says of another address: an observation about that address. */
const DECLARED: Readonly<Record<string, string>> = {
  "dhcp.dns_servers[0]": "dhcp.dns_server",
  "dhcp.routers[0]": "host.router",
};

export function eveFacts(entry: Entry, facts: Facts): void {
  for (const [index, answer] of answers(entry, "eve").entries()) {
    if (text(answer, "by")?.includes("/firewall/")) continue;
    const checks = (answer.checks ?? []) as readonly Check[];
    for (const [position, { count, match }] of checks.entries()) {
      if (count === 0) continue;
      check(`eve[${index}].checks[${position}]`, answer, match, facts);
    }
  }
}

function check(at: string, answer: Answer, match: Answer, facts: Facts): void {
  for (const [key, { fields, from }] of Object.entries(KEYS)) {
    const value = text(match, key);
    if (value === undefined) continue;
    const subject = from === undefined ? undefined : text(match, from);
    add(at, key, answer, facts, (found) => ask(found, { subject, fields, value }));
  }
  for (const [key, field] of Object.entries(DECLARED)) {
    const subject = text(match, key);
    if (subject === undefined) continue;
    add(at, key, answer, facts, (found) => ask(found, { subject, fields: [field], value: "1" }));
  }
  if (text(match, "ftp.command") === "USER") ftpUser(at, answer, match, facts);
  if (text(match, "event_type") === "dns" && match["dns.rcode"] !== undefined) {
    dnsServer(at, answer, match, facts);
  }
  const records = match["mdns.answers[0].txt"];
  if (Array.isArray(records)) {
    const model = records.map(String).find((record) => record.startsWith("model="));
    const question: Question = { fields: ["mdns.model"], value: model?.slice(6) ?? "" };
    add(at, "mdns model", answer, facts, (found) => ask(found, question));
  }
  tftp(at, answer, match, facts);
}

function add(
  at: string,
  part: string,
  answer: Answer,
  facts: Facts,
  judge: (found: Found) => Verdict,
): void {
  facts.add(`${at}.${part}`, "suricata-verify", answer, judge);
}

function ftpUser(at: string, answer: Answer, match: Answer, facts: Facts): void {
  const user = text(match, "ftp.command_data");
  add(at, "USER", answer, facts, (found) =>
    ask(found, {
      subject: text(match, "dest_ip"),
      peer: text(match, "src_ip"),
      protocol: "ftp",
      fields: ["login.user"],
      value: user ?? "",
      same: (ours, theirs) => user === undefined || ours === theirs,
    }),
  );
}

/** Which end of the event sent the response differs between Suricata's versions; port 53 does not. */
function dnsServer(at: string, answer: Answer, match: Answer, facts: Facts): void {
  const subject = text(match, match.src_port === 53 ? "src_ip" : "dest_ip");
  add(at, "server", answer, facts, (found) =>
    ask(found, { subject, protocol: "dns", fields: ["dns.server"], value: "1" }),
  );
}

function tftp(at: string, answer: Answer, match: Answer, facts: Facts): void {
  const request = match.tftp as Answer | undefined;
  if (request === undefined) return;
  for (const [key, field] of [
    ["file", "file.name"],
    ["mode", "tftp.mode"],
    ["packet", "tftp.operation"],
  ] as const) {
    const value = text(request, key);
    if (value === undefined) continue;
    add(at, `tftp.${key}`, answer, facts, (found) =>
      ask(found, { subject: text(match, "dest_ip"), fields: [field], value }),
    );
  }
}
