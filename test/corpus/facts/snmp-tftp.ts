/** SNMP versions, communities and users; TFTP files. */
import type { Observation } from "../../../src/observation/observation.ts";
import { type Facts, type Found, sameText, type Verdict } from "../fact.ts";
import { type Answer, answers, type Entry, text, texts } from "../manifest.ts";

/** Arkime writes lists of numbers on its own terms, tshark the name or the number on the wire. */
const ARKIME: Readonly<Record<string, string>> = { "1": "1", "2": "2c", "3": "3" };
const TSHARK: Readonly<Record<string, string>> = { "2": "2u" };

export function snmpFacts(entry: Entry, facts: Facts): void {
  for (const [index, answer] of answers(entry, "snmp").entries()) {
    facts.add(`snmp[${index}]`, "SNMP", answer, (found) => snmp(found, answer));
  }
}

function snmp(found: Found, answer: Answer): Verdict {
  const names = Array.isArray(answer.version) ? ARKIME : TSHARK;
  const version = texts(answer, "version").map((name) => names[name] ?? name);
  const said = found.observations.filter(
    (observation) =>
      version.includes(String(observation.fields["snmp.version"])) && between(observation, answer),
  );
  if (said.length === 0) return "miss";
  // Zeek calls the user of version 3 a community.
  const v3 = version.includes("3");
  const user = text(answer, "user") ?? (v3 ? text(answer, "community") : undefined);
  if (user !== undefined) {
    return said.some(({ fields }) => fields["snmp.user"] === user) ? "agree" : "miss";
  }
  return community(said, texts(answer, "community"));
}

/** Only well-known names are shown; `other` for a name that is none of them is our whole answer. */
function community(said: readonly Observation[], names: readonly string[]): Verdict {
  if (names.length === 0) return "agree";
  const ours = new Set(said.map(({ fields }) => fields["snmp.community"]));
  if (names.every((name) => ours.has(name.toLowerCase()))) return "agree";
  return ours.has("other") ? "withheld" : "contradict";
}

/** Requests and responses are one observation about the agent: the direction does not matter. */
function between({ subject, peer }: Observation, answer: Answer): boolean {
  const src = text(answer, "src");
  const dst = text(answer, "dst");
  if (src === undefined) return true;
  return (
    (subject.ip === src && (peer === undefined || peer.ip === dst)) ||
    (subject.ip === dst && (peer === undefined || peer.ip === src))
  );
}

export function tftpFacts(entry: Entry, facts: Facts): void {
  for (const [index, answer] of answers(entry, "tftp").entries()) {
    facts.add(`tftp[${index}]`, "TFTP files", answer, ({ observations }) => {
      const file = text(answer, "file") ?? "";
      const said = observations.filter(
        ({ subject, peer, fields }) =>
          subject.ip === text(answer, "dst") &&
          peer?.ip === text(answer, "src") &&
          fields["tftp.operation"] === text(answer, "op"),
      );
      if (said.length === 0) return "miss";
      return said.some(({ fields }) => sameText(String(fields["file.name"] ?? ""), file))
        ? "agree"
        : "contradict";
    });
  }
}
