/**
 * Where alternatives wait for observations: each under one of its conditions, the one that fewest others
 * wait for. Whether that condition holds depends on nothing but the value of its field, so the answer is
 * remembered by value: of a thousand hosts with the same banner, only the first asks the expressions.
 */
import type { Captures } from "./condition.ts";
import type { Alternative, FieldCondition, Signature, Value } from "./signature.ts";

/** An alternative that waits. */
export interface Candidate {
  /** Position among all alternatives of all signatures: matches are reported in this order. */
  readonly order: number;
  readonly signature: Signature;
  readonly alternative: Alternative;
}

/** A candidate whose condition on the field holds. */
export interface Found {
  readonly candidate: Candidate;
  /** The condition it waited under; null: one on the device, which need not hold here. */
  readonly condition: FieldCondition | null;
  /** What that condition captures. */
  readonly captures: Captures;
}

type Waiting = Pick<Found, "candidate" | "condition">;

/** Characters that values beginning with the same are filed by: the first half of a MAC address. */
const START = 8;
/** Values remembered per field; when there are more, all are forgotten. */
const MOST_VALUES = 512;
/** Longer values are not remembered. */
const LONGEST_VALUE = 128;

export const NOTHING_FOUND: readonly Found[] = [];

/** All alternatives that wait under one field. */
export class FieldIndex {
  readonly #any: Waiting[] = [];
  /** By text, or by start. */
  readonly #some = new Map<string, Waiting[]>();
  readonly #known = new Map<Value, readonly Found[]>();

  /** `filed`: what it waits under, perhaps a condition on the device. */
  file(candidate: Candidate, filed: FieldCondition): void {
    const own = candidate.alternative.conditions.includes(filed);
    const waiting = { candidate, condition: own ? filed : null };
    const keys = placesOf(filed);
    if (keys === null) this.#any.push(waiting);
    else
      for (const key of keys) {
        const others = this.#some.get(key);
        if (others === undefined) this.#some.set(key, [waiting]);
        else others.push(waiting);
      }
  }

  /** In order of the candidates, each once. */
  find(value: Value): readonly Found[] {
    let found = this.#known.get(value);
    if (found !== undefined) return found;
    found = this.#ask(value);
    if (typeof value === "string" && value.length > LONGEST_VALUE) return found;
    if (this.#known.size >= MOST_VALUES) this.#known.clear();
    this.#known.set(value, found);
    return found;
  }

  #ask(value: Value): readonly Found[] {
    const text = String(value).toLowerCase();
    const exact = this.#some.get(text) ?? [];
    const begun = this.#some.get(startKey(text)) ?? [];
    const found: Found[] = [];
    for (const { candidate, condition } of [...this.#any, ...exact, ...begun]) {
      const captures: Captures = {};
      if (condition?.test(value, captures) ?? true) found.push({ candidate, condition, captures });
    }
    return found.length === 0 ? NOTHING_FOUND : found.sort(byOrder);
  }
}

/** Keys that a condition is filed by in its field; null: it waits for any value. */
export function placesOf({ texts, prefixes }: FieldCondition): readonly string[] | null {
  if (texts !== null) return [...new Set(texts)];
  if (prefixes === null || prefixes.some(({ length }) => length < START)) return null;
  return [...new Set(prefixes.map(startKey))];
}

export function byOrder(left: Found, right: Found): number {
  return left.candidate.order - right.candidate.order;
}

/** A start is no text: a mark tells them apart. */
function startKey(text: string): string {
  return `${text.slice(0, START)}\0`;
}
