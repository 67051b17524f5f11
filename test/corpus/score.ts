/** Asks every question of the corpus, and counts the answers by kind. */
import { type Fact, Facts, type Found, type Scope, type Verdict } from "./fact.ts";
import { deviceFacts } from "./facts/devices.ts";
import { eveFacts } from "./facts/eve.ts";
import { fileFacts } from "./facts/files.ts";
import { flowFacts } from "./facts/flows.ts";
import { loginFacts } from "./facts/logins.ts";
import { medicalFacts } from "./facts/medical.ts";
import { snmpFacts, tftpFacts } from "./facts/snmp-tftp.ts";
import { softwareFacts } from "./facts/software.ts";
import type { Entry } from "./manifest.ts";

const GROUPS = [
  fileFacts,
  loginFacts,
  softwareFacts,
  deviceFacts,
  medicalFacts,
  snmpFacts,
  tftpFacts,
  flowFacts,
  eveFacts,
];

export function factsOf(entry: Entry): readonly Fact[] {
  const facts = new Facts(entry.file);
  for (const group of GROUPS) group(entry, facts);
  return facts.list;
}

/** Keys of the manifest whose protocols have no analyzer yet: how many answers of each lie ready. */
export const LATER_KEYS = [
  "tls",
  "tls_versions",
  "ja3",
  "ja3s",
  "ja4",
  "ja4_flows",
  "smb_frames",
  "smb2_dialects",
  "ntlm",
  "ntlm_users",
  "rdp",
  "rfb",
  "vnc_security_types",
  "bacnet_discovery",
  "scans",
  "scans_none",
  "fanout",
] as const;

/** The judgement of one fact. */
export interface Judged {
  readonly fact: Fact;
  readonly verdict: Verdict;
}

export function judge(facts: readonly Fact[], found: Found): readonly Judged[] {
  return facts.map((fact) => ({ fact, verdict: fact.judge(found) }));
}

/** One line of the report. */
export interface Line {
  readonly kind: string;
  readonly scope: Scope;
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Disagreements whose reason is not ours: the corpus errs, or the product differs by decision. */
  readonly excused: number;
}

/** `excused`: ids of facts whose disagreement is listed as the corpus' mistake or as our choice. */
export function tally(judged: readonly Judged[], excused: ReadonlySet<string>): readonly Line[] {
  const lines = new Map<string, Line & { counts: Record<Verdict, number>; excused: number }>();
  for (const { fact, verdict } of judged) {
    const key = `${fact.scope} ${fact.kind}`;
    const line = lines.get(key) ?? {
      kind: fact.kind,
      scope: fact.scope,
      counts: { agree: 0, withheld: 0, miss: 0, contradict: 0, silent: 0 },
      excused: 0,
    };
    line.counts[verdict]++;
    if (isDisagreement(verdict) && excused.has(fact.id)) line.excused++;
    lines.set(key, line);
  }
  return [...lines.values()].sort((a, b) => a.kind.localeCompare(b.kind, "en"));
}

export function isDisagreement(verdict: Verdict): boolean {
  return verdict === "miss" || verdict === "contradict";
}

/** Share of the questions answered as the corpus does, of those where it is right; 1 when there are none. */
export function share({ counts, excused }: Line): number {
  const right = counts.agree + counts.withheld;
  const asked = right + counts.miss + counts.contradict - excused;
  return asked === 0 ? 1 : right / asked;
}
