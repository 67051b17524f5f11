/** A regular file, or a device: read directly into the window, which never waits long. */
import { closeSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ByteInput } from "./byte-input.ts";

/** How long to leave a device alone that has nothing to read yet. */
const RETRY_MS = 20;

export class FileInput implements ByteInput {
  readonly size: number | undefined;
  taken = 0;
  readonly #fd: number;
  readonly #seekable: boolean;
  #open = true;

  /** Owns `fd` from now on. Not seekable: read from wherever it stands, as standard input has to be. */
  constructor(fd: number, size: number | undefined, seekable: boolean) {
    this.#fd = fd;
    this.size = size;
    this.#seekable = seekable;
  }

  read(target: Uint8Array, at: number, length: number): number | Promise<number> {
    if (!this.#open) return 0;
    try {
      const got = readSync(this.#fd, target, at, length, this.#seekable ? this.taken : null);
      this.taken += got;
      return got;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      return sleep(RETRY_MS).then(() => this.read(target, at, length));
    }
  }

  rewind(): boolean {
    this.taken = 0;
    return this.#seekable;
  }

  close(): void {
    if (this.#open) closeSync(this.#fd);
    this.#open = false;
  }
}
