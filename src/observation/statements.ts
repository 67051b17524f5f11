/**
 * What has been said before, by hash: `LIMIT` statements in sets of four. The longest silent of a full set
 * is forgotten, and would be told again.
 */
import type { Observation } from "./observation.ts";
import type { ObservationSink } from "./observer.ts";

/** Statements remembered, across all subjects. */
const LIMIT = 1 << 16;
const WAYS = 4;

export class Statements {
  emitted = 0;
  repeated = 0;
  forgotten = 0;

  readonly #sink: ObservationSink;
  readonly #low = new Int32Array(LIMIT);
  readonly #high = new Int32Array(LIMIT);
  readonly #count = new Int32Array(LIMIT);
  readonly #last = new Float64Array(LIMIT);
  readonly #said: (Observation | null)[] = new Array<Observation | null>(LIMIT).fill(null);

  constructor(sink: ObservationSink) {
    this.#sink = sink;
  }

  /** Counts the statement and says true when it is known. */
  again(low: number, high: number, timestamp: number): boolean {
    const first = setOf(low);
    for (let slot = first; slot < first + WAYS; slot++) {
      if (this.#low[slot] !== low || this.#high[slot] !== high || this.#said[slot] === null)
        continue;
      this.#count[slot] = (this.#count[slot] as number) + 1;
      this.#last[slot] = timestamp;
      this.repeated++;
      return true;
    }
    return false;
  }

  /** Hands a new statement on, and remembers it. */
  tell(low: number, high: number, observation: Observation): void {
    const slot = this.#room(setOf(low));
    if (this.#said[slot] !== null) {
      this.forgotten++;
      this.#repeat(slot);
    }
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#last[slot] = observation.timestamp;
    this.#said[slot] = observation;
    this.emitted++;
    this.#sink.observe(observation);
  }

  flush(): void {
    for (let slot = 0; slot < LIMIT; slot++) this.#repeat(slot);
  }

  statistics(): Record<string, number> {
    const { emitted, repeated, forgotten } = this;
    return { emitted, repeated, forgotten };
  }

  #room(first: number): number {
    let oldest = first;
    for (let slot = first; slot < first + WAYS; slot++) {
      if (this.#said[slot] === null) return slot;
      if ((this.#last[slot] as number) < (this.#last[oldest] as number)) oldest = slot;
    }
    return oldest;
  }

  #repeat(slot: number): void {
    const count = this.#count[slot] as number;
    if (count === 0) return;
    this.#count[slot] = 0;
    this.#sink.repeat(this.#said[slot] as Observation, count, this.#last[slot] as number);
  }
}

function setOf(low: number): number {
  return (((low ^ (low >>> 16)) >>> 0) % (LIMIT / WAYS)) * WAYS;
}
