/** Banners and versions. */
import { ask, type Facts, type Found, type Scope, type Verdict } from "../fact.ts";
import { type Answer, answers, type Entry, text } from "../manifest.ts";

interface Kind {
  readonly fields: readonly string[];
  readonly protocol: string;
  /** What it is sent from is no service: the port does not matter. */
  readonly anyPort?: true;
}

/** Kind of the manifest → where our answer is. What is not here has no analyzer yet. */
const KINDS: Readonly<Record<string, Kind>> = {
  "ftp-banner": { protocol: "ftp", fields: ["ftp.banner"] },
  "http-server": { protocol: "http", fields: ["http.server"] },
  "http-user-agent": { protocol: "http", fields: ["http.user_agent"] },
  "ssdp-server": { protocol: "ssdp", fields: ["ssdp.server"], anyPort: true },
  "ssdp-user-agent": { protocol: "ssdp", fields: ["ssdp.user_agent"] },
};

export function softwareFacts(entry: Entry, facts: Facts): void {
  for (const [index, answer] of answers(entry, "software").entries()) {
    const kind = text(answer, "kind") ?? "";
    const at = `software[${index}]`;
    if (kind === "ssh") ssh(at, answer, facts);
    else if (kind.startsWith("telnet-")) telnet(at, kind, answer, facts);
    else banner(at, kind, answer, facts);
  }
}

function banner(at: string, name: string, answer: Answer, facts: Facts): void {
  const kind = KINDS[name];
  const scope: Scope = kind === undefined ? "later" : "asked";
  const port = kind?.anyPort ? undefined : answer.port;
  facts.add(
    at,
    `software: ${name}`,
    answer,
    (found) =>
      kind === undefined
        ? "miss"
        : ask(found, {
            ...kind,
            subject: text(answer, "ip"),
            port: typeof port === "number" ? port : undefined,
            value: unescaped(text(answer, "banner") ?? ""),
          }),
    scope,
  );
}

/** tshark writes some bytes of a header as escapes. */
function unescaped(text: string): string {
  return text.replaceAll("\\r", "").replaceAll("\\n", "").replaceAll('\\"', '"');
}

/** tshark says who sent a banner; Arkime and Zeek only between whom it was seen. */
function ssh(at: string, answer: Answer, facts: Facts): void {
  const fields = ["ssh.banner"];
  const [src, dst] = [text(answer, "src"), text(answer, "dst")];
  for (const key of ["banner", "client", "server"]) {
    const value = text(answer, key);
    if (value === undefined) continue;
    const part = key === "banner" ? at : `${at}.${key}`;
    facts.add(part, "software: ssh", answer, (found) => {
      const from = (ip: string | undefined) => ask(found, { subject: ip, fields, value });
      if (src === undefined) return from(text(answer, "ip"));
      return either(from(src), () => from(dst));
    });
  }
}

function either(first: Verdict, second: () => Verdict): Verdict {
  return first === "agree" ? first : second();
}

/** A person read these in the text of a session: what counts is that product or version is in some field. */
function telnet(at: string, name: string, answer: Answer, facts: Facts): void {
  facts.add(at, `software: ${name}`, answer, (found) => {
    const told = tellsOf(found, text(answer, "ip") ?? "");
    const wanted = [text(answer, "banner"), text(answer, "version")];
    return wanted.some((value) => value !== undefined && told.includes(value.toLowerCase()))
      ? "agree"
      : "miss";
  });
}

function tellsOf(found: Found, ip: string): string {
  return found.observations
    .filter(({ subject, protocol }) => subject.ip === ip && protocol === "telnet")
    .flatMap(({ fields }) => Object.values(fields))
    .join("\n")
    .toLowerCase();
}
