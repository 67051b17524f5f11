/**
 * The first words of a flow, in the order they came, while nobody knows yet what it is: so that the session
 * which is found at last hears them in that order.
 */
import { other, type Side } from "../flow/flow.ts";

/** Deliveries after which a flow that nobody recognises is left alone. */
const DELIVERIES = 12;
/** Bytes of one delivery, or of all of them, after which more will not help. */
export const PROBE_LIMIT = 2048;
/** How often a flow picked up in mid-stream, or behind a gap, may start afresh. */
const FRESH_STARTS = 24;

export class Opening {
  count = 0;

  #bytes = 0;
  /** Made for the few flows that need more than one delivery to be known. */
  #sides: Side[] = NOTHING;
  #lengths: number[] = NOTHING;
  #freshStarts = 0;

  /** Whoever has not recognised it by now will not. */
  get spent(): boolean {
    return this.count >= DELIVERIES || this.#bytes >= PROBE_LIMIT;
  }

  add(side: Side, length: number): void {
    if (this.count >= DELIVERIES) return;
    if (this.#sides === NOTHING) {
      this.#sides = [];
      this.#lengths = [];
    }
    this.#bytes += length;
    this.#sides[this.count] = side;
    this.#lengths[this.count] = length;
    this.count++;
  }

  side(index: number): Side {
    return this.#sides[index] as Side;
  }

  length(index: number): number {
    return this.#lengths[index] as number;
  }

  turn(): void {
    for (let index = 0; index < this.count; index++) this.#sides[index] = other(this.side(index));
  }

  /** What was heard may have been the middle of something: the next words may tell. */
  allowFreshStarts(): void {
    this.#freshStarts = FRESH_STARTS;
  }

  clear(): void {
    this.count = 0;
    this.#bytes = 0;
  }

  /** Forgets what was heard; false when that has been done often enough. */
  startAfresh(): boolean {
    this.clear();
    return this.#freshStarts-- > 0;
  }
}

/** Shared and never written to. */
const NOTHING: never[] = [];
