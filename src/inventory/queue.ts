/**
 * Addresses in the order in which they were last heard of. A list linked through the addresses themselves:
 * each observation moves two of them, and a Set would hash them every time.
 */
import type { AnyHolder } from "./holder.ts";

export class Queue {
  size = 0;
  #oldest: AnyHolder | null = null;
  #newest: AnyHolder | null = null;

  /** The longest silent. */
  get oldest(): AnyHolder | null {
    return this.#oldest;
  }

  /** Puts it last: it was heard of now. Takes it out of the queue it was in. */
  push(holder: AnyHolder): void {
    if (holder === this.#newest) return;
    holder.queue?.remove(holder);
    holder.queue = this;
    holder.older = this.#newest;
    if (this.#newest === null) this.#oldest = holder;
    else this.#newest.newer = holder;
    this.#newest = holder;
    this.size++;
  }

  /** Only for one that is in it. */
  remove(holder: AnyHolder): void {
    const { older, newer } = holder;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    holder.older = null;
    holder.newer = null;
    holder.queue = null;
    this.size--;
  }
}
