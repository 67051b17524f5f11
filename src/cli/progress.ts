/** How far a long replay is: one line on standard error that overwrites itself, and only on a terminal. */
import { bytes } from "../report/text.ts";
import type { Terminal } from "./terminal.ts";

/** A replay that is done by then needs no progress. */
const PATIENCE = 700;
const INTERVAL = 100;

export class Progress {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  readonly #begin: number;
  #next: number;
  #shown = false;

  constructor(terminal: Terminal, now: () => number = Date.now) {
    this.#terminal = terminal;
    this.#now = now;
    this.#begin = now();
    this.#next = this.#begin + PATIENCE;
  }

  /** `total` is undefined when a pipe is among the input. */
  update(read: number, total: number | undefined): void {
    const now = this.#now();
    if (now < this.#next) return;
    this.#next = now + INTERVAL;
    this.#shown = true;
    this.#terminal.status(`reading  ${progressText(read, total, now - this.#begin)}`);
  }

  /** Removes the line. */
  end(): void {
    if (this.#shown) this.#terminal.status("");
    this.#next = Number.POSITIVE_INFINITY;
  }
}

/** `45 %  1.2 of 2.6 GB  310.0 MB/s` */
function progressText(read: number, total: number | undefined, elapsed: number): string {
  const rate = elapsed > 0 ? `${bytes(Math.round((read * 1000) / elapsed))}/s` : "";
  if (total === undefined || total <= 0) return `${bytes(read)}  ${rate}`.trimEnd();
  const percent = Math.min(100, Math.floor((read * 100) / total));
  return `${percent} %  ${bytes(read)} of ${bytes(total)}  ${rate}`.trimEnd();
}
