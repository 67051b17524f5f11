/** Log-ins in clear text: protocol, user, both ends. Passwords are not compared: there must be none to compare. */
import { ask, type Facts, type Scope } from "../fact.ts";
import { type Answer, answers, type Entry, text } from "../manifest.ts";

/** Source's name of a protocol → ours. What is not here has no analyzer yet. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  ftp: "ftp",
  "ftp/tcp": "ftp",
  telnet: "telnet",
  "http-basic": "http",
};

export function loginFacts(entry: Entry, facts: Facts): void {
  for (const [index, answer] of answers(entry, "credentials").entries()) {
    const name = (text(answer, "protocol") ?? "").toLowerCase();
    const at = `credentials[${index}]`;
    if (name === "snmp/udp") snmpUser(at, answer, facts);
    else login(at, name, answer, facts);
  }
  for (const [index, answer] of answers(entry, "cleartext_credential_flows").entries()) {
    const name = (text(answer, "protocol") ?? "").toLowerCase();
    const scope: Scope = name === "http" ? "asked" : "later";
    const judge = ask;
    facts.add(
      `cleartext_credential_flows[${index}]`,
      scope === "asked" ? "log-ins: http" : `log-ins: ${name}`,
      answer,
      (found) =>
        judge(found, {
          subject: text(answer, "dst"),
          peer: text(answer, "src"),
          protocol: name,
          fields: ["login.password_seen"],
          value: "1",
        }),
      scope,
    );
  }
}

function login(at: string, name: string, answer: Answer, facts: Facts): void {
  const protocol = PROTOCOLS[name];
  const port = answer.port;
  facts.add(
    at,
    `log-ins: ${protocol ?? name}`,
    answer,
    (found) =>
      ask(found, {
        subject: text(answer, "dst"),
        peer: text(answer, "src"),
        port: typeof port === "number" ? port : undefined,
        protocol,
        fields: ["login.user"],
        value: text(answer, "user") ?? "",
        // Names are compared exactly: accounts differ in case.
        same: (ours, theirs) => ours === theirs.trim(),
      }),
    protocol === undefined ? "later" : "asked",
  );
}

/** The user of SNMPv3 crosses in clear text; there is no readable password with it. */
function snmpUser(at: string, answer: Answer, facts: Facts): void {
  facts.add(at, "SNMP users", answer, (found) => {
    const [src, dst] = [text(answer, "src"), text(answer, "dst")];
    const question = { protocol: "snmp", fields: ["snmp.user"], value: text(answer, "user") ?? "" };
    const there = ask(found, { ...question, subject: dst, peer: src });
    return there === "agree" ? there : ask(found, { ...question, subject: src, peer: dst });
  });
}
