/** Standard output and standard error: data to one, words for people to the other. */
import type { WriteStream } from "node:tty";
import { COLOURED, PLAIN, type Style } from "../report/style.ts";

/** Width of a report that does not go to a terminal: the same everywhere. */
const FILE_WIDTH = 100;
const NARROWEST = 60;
const WIDEST = 120;

type Stream = NodeJS.WritableStream & Partial<Pick<WriteStream, "isTTY" | "columns">>;

export class Terminal {
  readonly #out: Stream;
  readonly #err: Stream;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #closed = new AbortController();
  #failure: Error | undefined;

  constructor(out: Stream, err: Stream, environment: NodeJS.ProcessEnv) {
    this.#out = out;
    this.#err = err;
    this.#environment = environment;
    out.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") this.#failure = error;
      this.#closed.abort();
    });
    // Nobody to tell when standard error is gone.
    err.on("error", () => undefined);
  }

  /** Aborts when nobody reads standard output any longer, as in `auscult … | head`. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Resolves when there is room for more; quietly drops the text once the reader has gone. */
  async write(text: string): Promise<void> {
    if (this.#closed.signal.aborted) return this.#check();
    await new Promise<void>((resolve) => {
      this.#out.write(text, () => resolve());
    });
    this.#check();
  }

  /** One line for people. */
  note(text: string): void {
    this.#err.write(`${text}\n`);
  }

  /** A line that overwrites itself; only for a terminal. An empty text clears it. */
  status(text: string): void {
    const room = Math.max(20, this.#err.columns ?? 80) - 1;
    this.#err.write(`\r\u001b[K${text.slice(0, room)}`);
  }

  get interactive(): boolean {
    return this.#err.isTTY === true && this.#environment.TERM !== "dumb";
  }

  /** `--color` and `--no-color`, then NO_COLOR and FORCE_COLOR (no-color.org), then what stdout is. */
  style(wanted: boolean | undefined): Style {
    return this.#coloured(wanted) ? COLOURED : PLAIN;
  }

  get width(): number {
    if (this.#out.isTTY !== true) return FILE_WIDTH;
    return Math.min(WIDEST, Math.max(NARROWEST, this.#out.columns ?? FILE_WIDTH));
  }

  #coloured(wanted: boolean | undefined): boolean {
    const { NO_COLOR, FORCE_COLOR, TERM } = this.#environment;
    if (wanted !== undefined) return wanted;
    if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
    if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0";
    return this.#out.isTTY === true && TERM !== "dumb";
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
