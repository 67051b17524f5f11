/**
 * Where TCP segments wait that came before their turn: blocks of fixed size out of one pool for all flows,
 * linked by index. Nothing is allocated once the pool has grown to what the traffic needs.
 */
const BLOCK = 2048;
/** Blocks allocated at a time, and at most. */
const SLAB = 512;
const LIMIT = 8192;

export class SegmentPool {
  /** Blocks in use now, and at most at any time. */
  used = 0;
  peak = 0;
  /** Segments that found no room. */
  refused = 0;

  readonly #slabs: Uint8Array[] = [];
  readonly #sequence = new Int32Array(LIMIT);
  readonly #length = new Int32Array(LIMIT);
  readonly #next = new Int32Array(LIMIT);
  #allocated = 0;
  #free = -1;

  /** Bytes one block holds: longer segments take several. */
  readonly blockSize = BLOCK;

  /** A block with a copy of the bytes, or −1 when the pool is exhausted. */
  take(sequence: number, bytes: Uint8Array, start: number, end: number): number {
    const block = this.#allocate();
    if (block < 0) {
      this.refused++;
      return -1;
    }
    const to = this.bytes(block);
    const at = this.start(block);
    for (let index = start; index < end; index++) to[at + index - start] = bytes[index] as number;
    this.#sequence[block] = sequence;
    this.#length[block] = end - start;
    this.#next[block] = -1;
    if (++this.used > this.peak) this.peak = this.used;
    return block;
  }

  release(block: number): void {
    this.#next[block] = this.#free;
    this.#free = block;
    this.used--;
  }

  bytes(block: number): Uint8Array {
    return this.#slabs[Math.floor(block / SLAB)] as Uint8Array;
  }

  start(block: number): number {
    return (block % SLAB) * BLOCK;
  }

  sequence(block: number): number {
    return this.#sequence[block] as number;
  }

  length(block: number): number {
    return this.#length[block] as number;
  }

  next(block: number): number {
    return this.#next[block] as number;
  }

  link(block: number, next: number): void {
    this.#next[block] = next;
  }

  #allocate(): number {
    if (this.#free >= 0) {
      const block = this.#free;
      this.#free = this.#next[block] as number;
      return block;
    }
    if (this.#allocated >= LIMIT) return -1;
    if (this.#allocated % SLAB === 0) this.#slabs.push(new Uint8Array(SLAB * BLOCK));
    return this.#allocated++;
  }
}
