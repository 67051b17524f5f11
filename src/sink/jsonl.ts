/** One line of JSON per event (NDJSON) to whatever takes text: standard output, a file. */
import { encode } from "./eve.ts";
import { Phase, type Sink, type SinkEvent } from "./sink.ts";

/** Takes text and resolves when it wants more. */
export type Output = (text: string) => Promise<void>;

/** Characters that are handed on at once: a pipe takes as much, and each write costs a system call. */
const CHUNK = 64 * 1024;

export class JsonlSink implements Sink {
  readonly #output: Output;
  readonly #phase = new Phase();
  #lines: string[] = [];
  #length = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  async start(): Promise<void> {
    this.#phase.start();
  }

  async write(event: SinkEvent): Promise<void> {
    this.#phase.assertOpen();
    const line = encode(event);
    this.#lines.push(line);
    this.#length += line.length + 1;
    if (this.#length >= CHUNK) await this.#flush();
  }

  async stop(): Promise<void> {
    if (this.#phase.stop()) await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#length === 0) return;
    const text = `${this.#lines.join("\n")}\n`;
    this.#lines = [];
    this.#length = 0;
    await this.#output(text);
  }
}
