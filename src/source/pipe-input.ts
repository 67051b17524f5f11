/** A pipe or a socket: hands on what has arrived as soon as it arrives, and can be let go while waiting. */
import { closeSync, readSync } from "node:fs";
import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ByteInput } from "./byte-input.ts";

/** What may wait in the pipe's own buffer for us, before the writer has to. */
const HIGH_WATER = 256 * 1024;
/** How often to look whether somebody has opened a named pipe for writing. */
const RETRY_MS = 50;

export class PipeInput implements ByteInput {
  readonly size = undefined;
  taken = 0;
  readonly #fd: number;
  /** Null until there is a writer, and after `close`. */
  #socket: Socket | null = null;
  #closed = false;
  #ended = false;
  #failure: Error | null = null;
  /** What was taken from the socket and did not fit the last time. */
  #rest: Uint8Array = EMPTY;
  #wake: (() => void) | null = null;

  /** Owns `fd` from now on; it must not block when `named`: a pipe that still has to find its writer. */
  constructor(fd: number, named: boolean) {
    this.#fd = fd;
    if (!named) this.#connect();
  }

  read(target: Uint8Array, at: number, length: number): number | Promise<number> {
    if (this.#rest.length === 0) this.#rest = this.#socket?.read() ?? EMPTY;
    if (this.#rest.length === 0) return this.#closed ? 0 : this.#readLater(target, at, length);
    const got = Math.min(length, this.#rest.length);
    target.set(this.#rest.subarray(0, got), at);
    this.#rest = this.#rest.subarray(got);
    this.taken += got;
    return got;
  }

  rewind(): boolean {
    return false;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#socket === null) closeSync(this.#fd);
    else this.#socket.destroy();
    this.#socket = null;
    this.#wake?.();
  }

  async #readLater(target: Uint8Array, at: number, length: number): Promise<number> {
    if (this.#socket === null) await this.#awaitWriter();
    else if (!this.#ended) await this.#change();
    if (this.#failure !== null) throw this.#failure;
    return this.#ended && this.#rest.length === 0 ? 0 : this.read(target, at, length);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #connect(): void {
    const socket = new Socket({
      fd: this.#fd,
      readable: true,
      writable: false,
      readableHighWaterMark: HIGH_WATER,
    } as ConstructorParameters<typeof Socket>[0]);
    socket.on("readable", () => this.#wake?.());
    socket.on("end", () => this.#end(null));
    socket.on("close", () => this.#end(null));
    socket.on("error", (error) => this.#end(error));
    this.#socket = socket;
  }

  #end(failure: Error | null): void {
    this.#ended = true;
    this.#failure ??= failure;
    this.#wake?.();
  }

  /** A named pipe that nobody writes to yet reads like one at its end: look again until somebody does. */
  async #awaitWriter(): Promise<void> {
    const first = new Uint8Array(1);
    while (!this.#closed) {
      try {
        if (readSync(this.#fd, first) > 0) {
          this.#rest = first;
          break;
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
        break;
      }
      await sleep(RETRY_MS);
    }
    if (!this.#closed) this.#connect();
  }
}

const EMPTY = new Uint8Array(0);
