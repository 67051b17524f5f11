/** One alert while it lives: what matched, for which device, how often, and what has been announced. */
import { hash } from "node:crypto";
import type { AnyHolder } from "../inventory/holder.ts";
import type { Evidence, Observation } from "../observation/observation.ts";
import { lookupIn } from "../signature/believe.ts";
import type { Fields } from "../signature/fields.ts";
import { type DeviceLookup, fieldOf } from "../signature/set.ts";
import type { AlertRule, Match, Severity, Value } from "../signature/signature.ts";
import { render } from "../signature/template.ts";
import { type Alert, EVIDENCE_LIMIT, type NamedSpan } from "./alert.ts";

/** Hexadecimal digits of an alert id: 128 bits. */
const ID_DIGITS = 32;

/** A signature with an alert that matched. */
export interface Cause {
  readonly match: Match;
  readonly rule: AlertRule;
  readonly observation: Observation;
}

export class Finding {
  readonly id: string;
  readonly match: Match;
  readonly rule: AlertRule;
  readonly observation: Observation;
  /** What tells it from other findings of the same signature on the same device. */
  readonly key: readonly string[];
  /** Who it is about; null: no device. Changes when facts move. */
  holder: AnyHolder | null;
  /** Device id, kept when the inventory forgets the device. */
  device: string;
  state: Alert["state"] = "open";
  severity: Severity;
  count = 1;
  readonly firstSeen: number;
  lastSeen: number;
  readonly evidence: Evidence[];
  message = "";
  identifiers: readonly NamedSpan[] = [];
  /** Packet time of the last announcement; null: not yet announced. */
  announced: number | null = null;
  /** The finding that it was united with, when two devices turned out to be one. */
  successor: Finding | null = null;

  constructor(id: string, cause: Cause, key: readonly string[], device: string) {
    const { match, rule, observation } = cause;
    this.id = id;
    this.match = match;
    this.rule = rule;
    this.observation = observation;
    this.key = key;
    this.holder = null;
    this.device = device;
    this.severity = rule.severity;
    this.firstSeen = observation.timestamp;
    this.lastSeen = observation.timestamp;
    this.evidence = [observation.evidence];
  }

  /** It happened `count` more times, last at `timestamp`. */
  repeat(count: number, timestamp: number): void {
    this.count += count;
    if (timestamp > this.lastSeen) this.lastSeen = timestamp;
  }

  prove({ capture, frame }: Evidence): void {
    if (this.evidence.length >= EVIDENCE_LIMIT) return;
    if (this.evidence.some((each) => each.capture === capture && each.frame === frame)) return;
    this.evidence.push({ capture, frame });
  }

  /** Severity and message as the device is known now. Returns whether they changed. */
  assess(device: DeviceLookup, fields: Fields): boolean {
    const { rule, match, observation } = this;
    const lookup = lookupIn(match, observation, device);
    const higher = rule.escalate.find(({ when }) =>
      when.every(({ field, test }) => test(lookup(field), {})),
    );
    const severity = higher?.severity ?? rule.severity;
    const { text, spans } = render(rule.message, lookup);
    const changed = severity !== this.severity || text !== this.message;
    this.severity = severity;
    this.message = text;
    this.identifiers = spans
      .filter(({ name }) => isIdentifier(name, match, fields) && lookup(name) !== undefined)
      .map(({ name, start, end }) => ({ field: name, start, end }));
    return changed;
  }

  toAlert(): Alert {
    const { match, rule, observation } = this;
    const { signature } = match;
    const { peer, transport, flow } = observation;
    return {
      id: this.id,
      state: this.state,
      signature: signature.id,
      title: signature.title,
      severity: this.severity,
      category: rule.category,
      message: this.message,
      ...(this.identifiers.length === 0 ? {} : { identifiers: this.identifiers }),
      remedy: rule.remedy,
      references: signature.references,
      attack: rule.attack,
      device: this.device,
      subject: observation.subject,
      ...(peer === undefined ? {} : { peer }),
      ...(transport === undefined ? {} : { transport }),
      protocol: observation.protocol,
      ...(flow === undefined ? {} : { flow }),
      fields: this.#fields(),
      evidence: [...this.evidence],
      count: this.count,
      firstSeen: this.firstSeen,
      lastSeen: this.lastSeen,
    };
  }

  /** What the conditions looked at, what tells findings apart, and what the message says. */
  #fields(): Record<string, Value> {
    const named = [...this.match.fields, ...this.rule.key, ...this.rule.message.names];
    const fields: Record<string, Value> = {};
    for (const field of named) {
      const value = this.observation.fields[field];
      if (value !== undefined) fields[field] = value;
    }
    return fields;
  }
}

/** The values that make findings of one signature on one device distinct. */
export function keyOf({ rule, match, observation }: Cause): string[] {
  const lookup = lookupIn(match, observation, () => undefined);
  return rule.key.map((field) => String(fieldOf(observation, field) ?? lookup(field) ?? ""));
}

/** The same for the same site, signature, device and key, for ever. */
export function alertId(
  site: string,
  signature: string,
  device: string,
  key: readonly string[],
): string {
  // Lengths in front: `a`, `bc` and `ab`, `c` are different keys.
  const parts = [site, signature, device, ...key].map((part) => `${part.length}:${part}`);
  return hash("sha256", parts.join(""), "hex").slice(0, ID_DIGITS);
}

function isIdentifier(name: string, match: Match, fields: Fields): boolean {
  return !Object.hasOwn(match.captures, name) && fields.privacy(name) === "identifier";
}
