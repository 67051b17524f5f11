/**
 * Bytes of an incomplete message that wait for the rest, one per direction. All of them together hold at
 * most `BUDGET` bytes: a flow that asks for more loses what it holds back, and is told of a gap.
 */
const BUDGET = 64 << 20;
const SMALLEST = 512;

export class PendingBudget {
  used = 0;
  peak = 0;
  refused = 0;

  take(bytes: number): boolean {
    if (this.used + bytes > BUDGET) {
      this.refused++;
      return false;
    }
    this.used += bytes;
    if (this.used > this.peak) this.peak = this.used;
    return true;
  }
}

export class Pending {
  bytes: Uint8Array = EMPTY;
  length = 0;

  readonly #budget: PendingBudget;

  constructor(budget: PendingBudget) {
    this.#budget = budget;
  }

  /** Adds a copy; false, and nothing added, beyond `limit` bytes or the budget. */
  append(bytes: Uint8Array, start: number, end: number, limit: number): boolean {
    const length = this.length + end - start;
    if (length > limit || !this.#room(length)) return false;
    for (let at = start; at < end; at++) this.bytes[this.length++] = bytes[at] as number;
    return true;
  }

  /** Keeps only what is at `from` and behind. */
  keep(from: number): void {
    if (from === 0) return;
    this.bytes.copyWithin(0, from, this.length);
    this.length -= from;
  }

  clear(): void {
    this.length = 0;
  }

  /** Gives the memory back. */
  release(): void {
    this.#budget.used -= this.bytes.length;
    this.bytes = EMPTY;
    this.length = 0;
  }

  #room(length: number): boolean {
    if (length <= this.bytes.length) return true;
    const size = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(length)));
    if (!this.#budget.take(size - this.bytes.length)) return false;
    const grown = new Uint8Array(size);
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    return true;
  }
}

const EMPTY = new Uint8Array(0);
