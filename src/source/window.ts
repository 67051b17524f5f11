/**
 * The part of a capture that is in memory: one reused buffer that a reader walks through. What a reader
 * has passed makes room for what comes next, so memory does not depend on the size of the file, nor on any
 * length that the file claims.
 */
export class Window {
  bytes: Uint8Array;
  /** Next byte to read. */
  start = 0;
  /** One past the last byte that has arrived. */
  end = 0;
  /** Nothing will follow after `end`. */
  ended = false;
  /** How many bytes the reader needs in one piece before it can go on. */
  wanted = 1;
  /** Offset in the file of `bytes[0]`. */
  #base = 0;

  /** `capacity` is where it begins; it grows to `MAX_WINDOW` for a reader that wants more in one piece. */
  constructor(capacity: number) {
    this.bytes = new Uint8Array(Math.min(capacity, MAX_WINDOW));
  }

  get available(): number {
    return this.end - this.start;
  }

  /** Offset in the file of the next byte to read. */
  get offset(): number {
    return this.#base + this.start;
  }

  /**
   * Moves what is left to the front and makes room for what the reader wants. Afterwards `bytes` can be
   * filled from `end` on.
   */
  makeRoom(): void {
    const { bytes, start, end } = this;
    const rest = end - start;
    if (this.wanted > bytes.length && bytes.length < MAX_WINDOW) {
      this.bytes = new Uint8Array(Math.min(MAX_WINDOW, 2 ** Math.ceil(Math.log2(this.wanted))));
      this.bytes.set(bytes.subarray(start, end));
    } else if (rest > 0 && start > 0) {
      bytes.copyWithin(0, start, end);
    }
    this.#base += start;
    this.start = 0;
    this.end = rest;
  }

  /** Takes out everything that has not been read, as a copy, and begins again at offset 0. */
  takeRest(): Uint8Array {
    const rest = this.bytes.slice(this.start, this.end);
    this.start = 0;
    this.end = 0;
    this.#base = 0;
    return rest;
  }
}

/** The most that is ever held of one file; any frame we accept fits. */
export const MAX_WINDOW = 512 * 1024;
