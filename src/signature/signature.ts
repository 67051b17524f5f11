/** What a signature is once it has been read and compiled. The format: docs/signatures.md. */
import type { Family } from "../inventory/device.ts";
import type { Test } from "./condition.ts";
import type { Template } from "./template.ts";

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

export const FAMILIES = [
  "declared",
  "banner",
  "stack",
  "crypto",
  "behaviour",
  "weak",
] as const satisfies readonly Family[];

export const ATTRIBUTES = ["vendor", "model", "role", "os"] as const;
export type AttributeName = (typeof ATTRIBUTES)[number];

export type Value = string | number;

export interface Signature {
  readonly id: string;
  readonly title: string;
  /** Where it was read from, as shown in problems. */
  readonly path: string;
  /** Any of these. */
  readonly match: readonly Alternative[];
  readonly set?: Assignment;
  readonly family: Family;
  readonly confidence: number;
  readonly alert?: AlertRule;
  readonly references: readonly string[];
  readonly verified: string;
  readonly examples: readonly Example[];
  readonly counterexamples: readonly Example[];
  /** Speaks about the MAC address itself: what it says belongs to that, not to the IP address behind it. */
  readonly aboutMac: boolean;
}

/** Every condition holds on one observation. */
export interface Alternative {
  readonly conditions: readonly FieldCondition[];
  /** What the conditions look at, in their order. */
  readonly fields: readonly string[];
  /** Tested against the device, unless the observation carries the field itself. */
  readonly device: readonly FieldCondition[];
}

export interface FieldCondition {
  readonly field: string;
  readonly test: Test;
  /** True when it can only hold where the field is there. */
  readonly needsField: boolean;
  /** The only texts it can hold for, in lower case; null: no such list. */
  readonly texts: readonly string[] | null;
  /** What all texts begin with that it can hold for, in lower case; null: no such list. */
  readonly prefixes: readonly string[] | null;
}

/** What to believe of the device. */
export interface Assignment {
  readonly attributes: readonly { readonly attribute: AttributeName; readonly value: Template }[];
  readonly name?: Template;
  readonly software: readonly SoftwareTemplate[];
}

export interface SoftwareTemplate {
  readonly name: Template;
  readonly version?: Template;
  readonly vendor?: Template;
  readonly cpe?: Template;
}

export interface AlertRule {
  readonly severity: Severity;
  /** The first that holds on the device wins. */
  readonly escalate: readonly {
    readonly when: readonly FieldCondition[];
    readonly severity: Severity;
  }[];
  readonly category: Category;
  readonly message: Template;
  readonly remedy: string;
  readonly attack: readonly string[];
  /** Fields that make findings distinct beyond signature and device. */
  readonly key: readonly string[];
}

export interface Example {
  readonly observe: Readonly<Record<string, Value>>;
  readonly give: Readonly<Record<string, string>>;
  readonly line: number;
  readonly column: number;
}

/** What a signature found in one observation. */
export interface Match {
  readonly signature: Signature;
  /** Named groups of its expressions. */
  readonly captures: Readonly<Record<string, string>>;
  /** The fields of the observation that its conditions looked at, in their order. */
  readonly fields: readonly string[];
  /** What it asks of the device beyond the observation. */
  readonly device: readonly FieldCondition[];
  /** False: everything holds except what is asked of the device, which may become known later. */
  readonly holds: boolean;
}
