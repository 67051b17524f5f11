/** One finding with its life cycle. Advisory: never a clinical alarm. */
import type { Endpoint, Evidence } from "../observation/observation.ts";

export const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const CATEGORIES = [
  "cleartext",
  "weak-crypto",
  "outdated",
  "exposure",
  "new-device",
  "policy",
  "anomaly",
  "health",
] as const;
export type Category = (typeof CATEGORIES)[number];

export interface Alert {
  /** Deterministic: a hash of site, signature, device and key. The same finding has the same id for ever. */
  readonly id: string;
  readonly state: "open" | "updated" | "closed";
  readonly signature: string;
  readonly title: string;
  readonly severity: Severity;
  readonly category: Category;
  /** One sentence with the facts of this case filled in. */
  readonly message: string;
  /** What a hospital can do. */
  readonly remedy: string;
  readonly references: readonly string[];
  /** MITRE ATT&CK technique ids. */
  readonly attack: readonly string[];
  /** Device id, and the address the finding is about. */
  readonly device: string;
  readonly subject: Endpoint;
  readonly peer?: Endpoint;
  readonly transport?: string;
  readonly protocol: string;
  readonly flow?: string;
  /** The matched fields, as observed. */
  readonly fields: Readonly<Record<string, string | number>>;
  /** At most `EVIDENCE_LIMIT` frames, the first ones. */
  readonly evidence: readonly Evidence[];
  readonly count: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

export const EVIDENCE_LIMIT = 5;
