/** Where the bytes of a capture come from: a file, a pipe, or either of them unpacked. */
export interface ByteInput {
  /** Bytes that there are in all, before unpacking; undefined when nobody knows. */
  readonly size: number | undefined;
  /** Bytes taken so far, before unpacking. */
  readonly taken: number;
  /**
   * Puts up to `length` bytes at `at` into `target` and says how many; 0 at the end. A promise when they
   * have to be waited for. Throws or rejects when reading fails.
   */
  read(target: Uint8Array, at: number, length: number): number | Promise<number>;
  /** Begins again at the first byte; false when that cannot be done. */
  rewind(): boolean;
  /** Lets go of everything; a read that waits comes to its end. */
  close(): void;
}
