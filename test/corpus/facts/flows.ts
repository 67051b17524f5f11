/** Flow identifiers, SSH fingerprints, VLANs. */
import type { Endpoint, Observation } from "../../../src/observation/observation.ts";
import { ask, type Facts, type Found, type Verdict } from "../fact.ts";
import { type Answer, answers, type Entry, text, texts } from "../manifest.ts";

export function flowFacts(entry: Entry, facts: Facts): void {
  for (const [index, answer] of answers(entry, "community_ids").entries()) {
    facts.add(`community_ids[${index}]`, "Community IDs", answer, (found) =>
      communityId(found, answer),
    );
  }
  for (const [index, answer] of answers(entry, "hassh").entries()) hassh(index, answer, facts);
  for (const answer of answers(entry, "vlans")) {
    for (const id of texts(answer, "ids")) {
      // 0 is no VLAN but a priority tag (IEEE 802.1Q).
      if (id === "0") continue;
      facts.add(`vlans.${id}`, "VLANs", answer, (found) => vlan(found, Number(id)));
    }
  }
  for (const key of ["tunnels", "vni"]) {
    for (const [index, answer] of answers(entry, key).entries()) {
      facts.add(`${key}[${index}]`, `tunnels: ${key}`, answer, () => "miss", "later");
    }
  }
}

/** Ids stand on observations: a flow on which nothing was observed has none. */
function communityId({ observations }: Found, answer: Answer): Verdict {
  const said = observations.filter((observation) => isFlow(observation, answer));
  if (said.length === 0) return "silent";
  return said.some(({ flow }) => flow === text(answer, "id")) ? "agree" : "contradict";
}

const TRANSPORTS: Readonly<Record<string, string>> = { "6": "tcp", "17": "udp", "132": "sctp" };

function isFlow({ subject, peer, flow, transport }: Observation, answer: Answer): boolean {
  if (flow === undefined || peer === undefined) return false;
  if (transport !== TRANSPORTS[text(answer, "proto") ?? ""]) return false;
  return (
    (isEnd(subject, answer, "s") && isEnd(peer, answer, "d")) ||
    (isEnd(subject, answer, "d") && isEnd(peer, answer, "s"))
  );
}

function isEnd({ ip, port }: Endpoint, answer: Answer, end: "s" | "d"): boolean {
  return ip === text(answer, end === "s" ? "src" : "dst") && port === answer[`${end}port`];
}

function hassh(index: number, answer: Answer, facts: Facts): void {
  for (const [key, end] of [
    ["hassh", "src"],
    ["hassh_server", "dst"],
  ] as const) {
    for (const value of texts(answer, key)) {
      facts.add(`hassh[${index}].${key}`, "HASSH", answer, (found) =>
        ask(found, { subject: text(answer, end), fields: [`ssh.${key}`], value }),
      );
    }
  }
}

function vlan({ vlans }: Found, id: number): Verdict {
  return vlans.includes(id) ? "agree" : "miss";
}
