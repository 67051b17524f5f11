/** What the monitor believes about one device, and why. Plain data: what `--json` and MQTT carry. */
import type { Evidence } from "../observation/observation.ts";

export interface Device {
  /** `d-` and 16 hexadecimal digits: the same for the same site and identity. */
  readonly id: string;
  /** `remote`: known by a public IP address only. Listed when it has services, software or findings. */
  readonly scope?: "local" | "remote";
  readonly macs: readonly string[];
  readonly ips: readonly string[];
  readonly vlans: readonly number[];
  readonly names: readonly string[];
  /** The best supported value per attribute, absent when support stays below the threshold: unknown. */
  readonly vendor?: Attribute;
  readonly model?: Attribute;
  readonly role?: Attribute;
  readonly os?: Attribute;
  /** All hypotheses, best first, competing ones included. */
  readonly hypotheses: readonly Hypothesis[];
  readonly software: readonly Software[];
  readonly services: readonly Service[];
  /** µs since 1970-01-01 UTC. */
  readonly firstSeen: number;
  readonly lastSeen: number;
}

export interface Attribute {
  readonly value: string;
  /** 0–100, from capped log-odds over independent families. */
  readonly confidence: number;
}

export interface Hypothesis extends Attribute {
  readonly attribute: "vendor" | "model" | "role" | "os";
  readonly claims: readonly Claim[];
}

/** Kinds of evidence that do not follow from each other. *High* confidence needs two of them. */
export type Family = "declared" | "banner" | "stack" | "crypto" | "behaviour" | "weak";

export interface Claim {
  readonly attribute: "vendor" | "model" | "role" | "os";
  readonly value: string;
  readonly family: Family;
  /** 0–100: how sure the signature is. */
  readonly confidence: number;
  /** Signature id. */
  readonly signature: string;
  /** The field and value that it rests on. */
  readonly because: string;
  readonly evidence: Evidence;
}

export interface Software {
  readonly name: string;
  readonly version?: string;
  readonly vendor?: string;
  readonly cpe?: string;
  readonly signature: string;
  readonly because: string;
  readonly evidence: Evidence;
}

export interface Service {
  readonly transport: string;
  readonly port: number;
  readonly protocol?: string;
  /** Banner or product line, when one was seen. */
  readonly product?: string;
  readonly evidence: Evidence;
}
