/** One line of JSON per event (NDJSON) to whatever takes text: standard output, a file. */
import { encode } from "./eve.ts";
import { Phase, type Sink, type SinkEvent } from "./sink.ts";

/** Takes text and resolves when it wants more. */
export type Output = (text: string) => Promise<void>;

export class JsonlSink implements Sink {
  readonly #output: Output;
  readonly #phase = new Phase();

  constructor(output: Output) {
    this.#output = output;
  }

  async start(): Promise<void> {
    this.#phase.start();
  }

  async write(event: SinkEvent): Promise<void> {
    this.#phase.assertOpen();
    await this.#output(`${encode(event)}\n`);
  }

  async stop(): Promise<void> {
    this.#phase.stop();
  }
}
