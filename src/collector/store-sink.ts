/** An `EventStore` as a sink: events are appended a transaction at a time, because each costs a disk sync. */
import { Phase, type Sink, type SinkEvent } from "../sink/sink.ts";
import type { EventStore } from "./event-store.ts";

const BATCH = 1000;
const INTERVAL = 200;

export class StoreSink implements Sink {
  readonly #store: EventStore;
  readonly #phase = new Phase();
  #waiting: SinkEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** A store that fails in the background says so at the next call. */
  #failure: unknown;

  /** The store stays open after `stop`: who opened it closes it. */
  constructor(store: EventStore) {
    this.#store = store;
  }

  async start(): Promise<void> {
    this.#phase.start();
  }

  async write(event: SinkEvent): Promise<void> {
    this.#phase.assertOpen();
    if (this.#failure !== undefined) throw this.#failure;
    this.#waiting.push(event);
    if (this.#waiting.length >= BATCH) this.flush();
    else this.#timer ??= setTimeout(() => this.#flushLater(), INTERVAL);
  }

  async stop(): Promise<void> {
    if (!this.#phase.stop()) return;
    this.flush();
  }

  /** Makes everything written so far visible to queries. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    this.#store.append(this.#waiting);
    this.#waiting = [];
  }

  #flushLater(): void {
    try {
      this.flush();
    } catch (error) {
      this.#failure = error;
    }
  }
}
