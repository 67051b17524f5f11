/**
 * All signatures, indexed so that an observation touches only those that could match: each alternative
 * waits under the field, or the exact value of a field, that fewest others wait for.
 */

import { compareText } from "../inventory/address.ts";
import type { Observation } from "../observation/observation.ts";
import type { Vocabulary } from "../observation/vocabulary.ts";
import type { Captures } from "./condition.ts";
import {
  byOrder,
  type Candidate,
  FieldIndex,
  type Found,
  NOTHING_FOUND,
  placesOf,
} from "./field-index.ts";
import { Fields } from "./fields.ts";
import type { Alternative, FieldCondition, Match, Signature, Value } from "./signature.ts";

/** What an observation itself does not say: fields of the device it is about. */
export type DeviceLookup = (field: string) => Value | undefined;

/** Thousands of matches wait for their device to become known: what they have in common is shared. */
const NO_CAPTURES: Captures = {};
const NO_MATCHES: readonly Match[] = [];

export class SignatureSet {
  /** By id. */
  readonly signatures: readonly Signature[];
  readonly fields: Fields;
  /** Alternatives tested against observations: shows whether the index does its work. */
  tested = 0;
  readonly #byId: ReadonlyMap<string, Signature>;
  readonly #index = new Map<string, FieldIndex>();

  constructor(signatures: readonly Signature[], vocabulary: Vocabulary) {
    this.signatures = [...signatures].sort((a, b) => compareText(a.id, b.id));
    this.fields = new Fields(vocabulary);
    this.#byId = new Map(this.signatures.map((signature) => [signature.id, signature]));
    this.#build();
  }

  get(id: string): Signature | undefined {
    return this.#byId.get(id);
  }

  /** Every signature that the observation meets, at most once each, by id. */
  match(observation: Observation, device: DeviceLookup): readonly Match[] {
    const candidates = this.#candidates(observation);
    if (candidates.length === 0) return NO_MATCHES;
    const matches: Match[] = [];
    for (const found of candidates) {
      const { signature } = found.candidate;
      const last = matches.at(-1);
      if (last?.signature === signature && last.holds) continue;
      const match = this.#test(found, observation, device);
      if (match === null) continue;
      if (last?.signature === signature) {
        if (match.holds) matches[matches.length - 1] = match;
      } else matches.push(match);
    }
    return matches;
  }

  #test(found: Found, observation: Observation, device: DeviceLookup): Match | null {
    this.tested++;
    const { signature, alternative } = found.candidate;
    const captures: Captures = {};
    let complete = true;
    for (const condition of alternative.conditions) {
      const { field, test } = condition;
      const value = fieldOf(observation, field);
      // What it waited under holds: the index has asked.
      if (condition === found.condition) Object.assign(captures, found.captures);
      else if (!test(value, captures)) return null;
      if (value === undefined) complete = false;
    }
    const { fields } = alternative;
    let holds = true;
    for (const { field, test } of alternative.device) {
      const own = fieldOf(observation, field);
      if (!test(own ?? device(field), captures)) holds = false;
    }
    return {
      signature,
      captures: isEmpty(captures) ? NO_CAPTURES : captures,
      fields: complete ? fields : fields.filter((name) => fieldOf(observation, name) !== undefined),
      device: alternative.device,
      holds,
    };
  }

  /** What waits for a value of the observation, in order. */
  #candidates({ protocol, transport, fields }: Observation): readonly Found[] {
    let all = this.#waiting("protocol", protocol, NOTHING_FOUND);
    if (transport !== undefined) all = this.#waiting("transport", transport, all);
    for (const field in fields) all = this.#waiting(field, fields[field] as Value, all);
    return all;
  }

  /** With the others: rarely are there any, and rarely for more than one field. */
  #waiting(field: string, value: Value, others: readonly Found[]): readonly Found[] {
    const found = this.#index.get(field)?.find(value) ?? NOTHING_FOUND;
    if (found.length === 0) return others;
    return others.length === 0 ? found : [...others, ...found].sort(byOrder);
  }

  #build(): void {
    const candidates: Candidate[] = this.signatures
      .flatMap((signature) => signature.match.map((alternative) => ({ signature, alternative })))
      .map((candidate, order) => ({ ...candidate, order }));
    const uses = new Map<string, number>();
    for (const { alternative } of candidates)
      for (const key of usable(alternative).flatMap(keysOf))
        uses.set(key, (uses.get(key) ?? 0) + 1);
    for (const candidate of candidates) {
      const filed = leastUsed(usable(candidate.alternative), uses);
      if (filed !== undefined) this.#file(candidate, filed);
    }
  }

  #file(candidate: Candidate, filed: FieldCondition): void {
    const index = this.#index.get(filed.field) ?? new FieldIndex();
    this.#index.set(filed.field, index);
    index.file(candidate, filed);
  }
}

export function fieldOf(observation: Observation, field: string): Value | undefined {
  if (field === "protocol") return observation.protocol;
  if (field === "transport") return observation.transport;
  return Object.hasOwn(observation.fields, field) ? observation.fields[field] : undefined;
}

function isEmpty(captures: Captures): boolean {
  for (const _ in captures) return false;
  return true;
}

/** Conditions that an index can stand on. What is asked of the device only when there is nothing else. */
function usable({ conditions, device }: Alternative): readonly FieldCondition[] {
  const own = conditions.filter(({ needsField }) => needsField);
  return own.length > 0 ? own : device.filter(({ needsField }) => needsField);
}

function keysOf(condition: FieldCondition): readonly string[] {
  const { field } = condition;
  return placesOf(condition)?.map((place) => `${field}\0${place}`) ?? [field];
}

function leastUsed(
  conditions: readonly FieldCondition[],
  uses: ReadonlyMap<string, number>,
): FieldCondition | undefined {
  let best: FieldCondition | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const condition of conditions) {
    const cost = keysOf(condition).reduce((sum, key) => sum + (uses.get(key) ?? 0), 0);
    if (cost < least) {
      least = cost;
      best = condition;
    }
  }
  return best;
}
