/** One finding with its life cycle. Advisory: never a clinical alarm. */
import type { Endpoint, Evidence } from "../observation/observation.ts";
import * as signature from "../signature/signature.ts";

/** Worst first. */
export const SEVERITIES = signature.SEVERITIES;
export type Severity = signature.Severity;

export const CATEGORIES = signature.CATEGORIES;
export type Category = signature.Category;

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
  /** Where `message` holds values that may name a person or a place, so that they can be pseudonymised. */
  readonly identifiers?: readonly NamedSpan[];
  /** What a hospital can do. */
  readonly remedy: string;
  readonly references: readonly string[];
  /** MITRE ATT&CK technique ids. */
  readonly attack: readonly string[];
  /** Device id (`NO_DEVICE`: about the network as such), and the address the finding is about. */
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

/** Characters `start` up to `end` are the value of a field of class `identifier`. */
export interface NamedSpan {
  readonly field: string;
  readonly start: number;
  readonly end: number;
}

export const EVIDENCE_LIMIT = 5;

/** `Alert.device` of a finding about no device: a broadcast address, the sensor's own blindness. */
export const NO_DEVICE = "network";
