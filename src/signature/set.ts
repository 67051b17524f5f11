/**
 * All signatures, indexed so that an observation touches only those that could match: each alternative
 * waits under the field, or the exact value of a field, that fewest others wait for.
 */

import { compareText } from "../inventory/address.ts";
import type { Observation } from "../observation/observation.ts";
import type { Vocabulary } from "../observation/vocabulary.ts";
import type { Captures } from "./condition.ts";
import { Fields } from "./fields.ts";
import type { Alternative, FieldCondition, Match, Signature, Value } from "./signature.ts";

interface Candidate {
  /** Position among all alternatives of all signatures: matches are reported in this order. */
  readonly order: number;
  readonly signature: Signature;
  readonly alternative: Alternative;
}

/** What an observation itself does not say: fields of the device it is about. */
export type DeviceLookup = (field: string) => Value | undefined;

export class SignatureSet {
  /** By id. */
  readonly signatures: readonly Signature[];
  readonly fields: Fields;
  /** Alternatives tested against observations: shows whether the index does its work. */
  tested = 0;
  readonly #byId: ReadonlyMap<string, Signature>;
  readonly #index = new Map<string, Candidate[]>();

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
  match(observation: Observation, device: DeviceLookup): Match[] {
    const candidates: Candidate[] = [];
    this.#collect("protocol", observation.protocol, candidates);
    if (observation.transport !== undefined)
      this.#collect("transport", observation.transport, candidates);
    for (const [field, value] of Object.entries(observation.fields))
      this.#collect(field, value, candidates);
    candidates.sort((a, b) => a.order - b.order);

    const matches: Match[] = [];
    for (const candidate of candidates) {
      const { signature } = candidate;
      const last = matches.at(-1);
      if (last?.signature === signature && last.holds) continue;
      const match = this.#test(candidate, observation, device);
      if (match === null) continue;
      if (last?.signature === signature) {
        if (match.holds) matches[matches.length - 1] = match;
      } else matches.push(match);
    }
    return matches;
  }

  #test(candidate: Candidate, observation: Observation, device: DeviceLookup): Match | null {
    this.tested++;
    const { signature, alternative } = candidate;
    const captures: Captures = {};
    const fields: string[] = [];
    for (const { field, test } of alternative.conditions) {
      const value = fieldOf(observation, field);
      if (!test(value, captures)) return null;
      if (value !== undefined) fields.push(field);
    }
    let holds = true;
    for (const { field, test } of alternative.device) {
      const own = fieldOf(observation, field);
      if (!test(own ?? device(field), captures)) holds = false;
    }
    return { signature, captures, fields, device: alternative.device, holds };
  }

  #collect(field: string, value: Value, into: Candidate[]): void {
    const any = this.#index.get(field);
    if (any !== undefined) into.push(...any);
    const exact = this.#index.get(exactKey(field, String(value).toLowerCase()));
    if (exact !== undefined) into.push(...exact);
  }

  #build(): void {
    const candidates = this.signatures
      .flatMap((signature) => signature.match.map((alternative) => ({ signature, alternative })))
      .map((candidate, order) => ({ ...candidate, order }));
    const uses = new Map<string, number>();
    for (const key of candidates.flatMap(({ alternative }) => usable(alternative).flatMap(keysOf)))
      uses.set(key, (uses.get(key) ?? 0) + 1);
    for (const candidate of candidates)
      for (const key of leastUsed(usable(candidate.alternative), uses)) this.#file(key, candidate);
  }

  #file(key: string, candidate: Candidate): void {
    const bucket = this.#index.get(key);
    if (bucket === undefined) this.#index.set(key, [candidate]);
    else bucket.push(candidate);
  }
}

export function fieldOf(observation: Observation, field: string): Value | undefined {
  if (field === "protocol") return observation.protocol;
  if (field === "transport") return observation.transport;
  return Object.hasOwn(observation.fields, field) ? observation.fields[field] : undefined;
}

/** Conditions that an index can stand on. What is asked of the device only when there is nothing else. */
function usable({ conditions, device }: Alternative): readonly FieldCondition[] {
  const own = conditions.filter(({ needsField }) => needsField);
  return own.length > 0 ? own : device.filter(({ needsField }) => needsField);
}

function keysOf({ field, texts }: FieldCondition): readonly string[] {
  return texts === null ? [field] : [...new Set(texts)].map((text) => exactKey(field, text));
}

function leastUsed(
  conditions: readonly FieldCondition[],
  uses: ReadonlyMap<string, number>,
): readonly string[] {
  let best: readonly string[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const condition of conditions) {
    const keys = keysOf(condition);
    const cost = keys.reduce((sum, key) => sum + (uses.get(key) ?? 0), 0);
    if (cost < least) {
      least = cost;
      best = keys;
    }
  }
  return best;
}

function exactKey(field: string, text: string): string {
  return `${field}\0${text}`;
}
