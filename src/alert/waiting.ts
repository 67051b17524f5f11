/**
 * Matches that lack only what they ask of the device. An observation comes once; the device may become
 * known later: then the match counts.
 */
import type { AnyHolder } from "../inventory/holder.ts";
import type { Observation } from "../observation/observation.ts";
import type { DeviceLookup } from "../signature/set.ts";
import type { Match } from "../signature/signature.ts";
import { keyOf } from "./finding.ts";

const LIMITS = { all: 16_384, perAddress: 64 } as const;

interface Wait {
  /** What would be the same finding waits once. */
  readonly key: string;
  readonly match: Match;
  readonly observation: Observation;
}

const NO_WAITS: readonly Wait[] = [];

export class Waiting {
  dropped = 0;
  size = 0;
  readonly #waits = new Map<AnyHolder, readonly Wait[]>();

  add(holder: AnyHolder, match: Match, observation: Observation): void {
    // Room first: the oldest may be this very address.
    if (this.size >= LIMITS.all) this.#dropOldest();
    const waits = this.#waits.get(holder) ?? NO_WAITS;
    const key = keyText(match, observation);
    if (waits.some((wait) => wait.key === key)) return;
    if (waits.length >= LIMITS.perAddress) {
      this.dropped++;
      return;
    }
    this.size++;
    this.#waits.set(holder, [...waits, { key, match, observation }]);
  }

  /** Takes out those for which the device now is what they ask. */
  ripe(holder: AnyHolder, device: DeviceLookup): readonly Wait[] {
    const waits = this.#waits.get(holder);
    if (waits === undefined) return NO_WAITS;
    const ripe = waits.filter((wait) => holds(wait, device));
    if (ripe.length === 0) return ripe;
    const rest = waits.filter((wait) => !ripe.includes(wait));
    this.size -= ripe.length;
    if (rest.length === 0) this.#waits.delete(holder);
    else this.#waits.set(holder, rest);
    return ripe;
  }

  /** Facts of `from` belong to `to` now. */
  move(from: AnyHolder, to: AnyHolder): void {
    const waits = this.#waits.get(from) ?? [];
    this.#waits.delete(from);
    this.size -= waits.length;
    for (const { match, observation } of waits) this.add(to, match, observation);
  }

  #dropOldest(): void {
    const oldest = this.#waits.entries().next().value;
    if (oldest === undefined) return;
    this.#waits.delete(oldest[0]);
    this.size -= oldest[1].length;
    this.dropped += oldest[1].length;
  }
}

function holds({ match }: Wait, device: DeviceLookup): boolean {
  return match.device.every(({ field, test }) => test(device(field), {}));
}

function keyText(match: Match, observation: Observation): string {
  const { id, alert: rule } = match.signature;
  if (rule === undefined || rule.key.length === 0) return id;
  return [id, ...keyOf({ rule, match, observation })].join("\0");
}
