/**
 * Writes to InfluxDB 1.x, or to what speaks its `/write`. Batches by size and by time; a batch that the
 * network or an overloaded server refuses is tried again, longer and longer apart; a batch that the server
 * calls wrong is not (the valid lines of it are stored already), but counted and reported.
 */
import { InfluxDB, type IPoint } from "influx";
import { reasonOf } from "./mqtt-connection.ts";
import { pointOf, SCHEMA } from "./points.ts";
import { Phase, type Sink, type SinkEvent, SinkUnavailable, Undelivered } from "./sink.ts";

export interface InfluxOptions {
  /** `http://host:port`, without credentials. */
  readonly url: string;
  readonly database: string;
  readonly username?: string;
  readonly password?: string;
  /** Points per write, and the longest that a point waits for others, in milliseconds. */
  readonly batch?: number;
  readonly interval?: number;
  /** One-sentence messages for an operator. */
  readonly log: (message: string) => void;
}

const BATCH = 5000;
const INTERVAL = 1000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

export class InfluxSink implements Sink {
  readonly #options: InfluxOptions;
  readonly #phase = new Phase();
  readonly #influx: InfluxDB;
  readonly #batch: number;
  #waiting: IPoint[] = [];
  /** Being written, or waiting to be tried again. */
  #sending = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  readonly #giveUp = new AbortController();
  /** Points that the server called wrong, and events without a usable time. */
  #refused = 0;

  constructor(options: InfluxOptions) {
    this.#options = options;
    this.#batch = options.batch ?? BATCH;
    this.#influx = new InfluxDB(clientOptions(options));
  }

  get refused(): number {
    return this.#refused;
  }

  /** Checks that the server answers, and creates the database when it is not there. */
  async start(): Promise<void> {
    this.#phase.start();
    const { url, database } = this.#options;
    try {
      const names = await this.#influx.getDatabaseNames();
      if (!names.includes(database)) await this.#influx.createDatabase(database);
    } catch (error) {
      throw new SinkUnavailable(`the database at ${url} cannot be used: ${reasonOf(error)}`);
    }
  }

  async write(event: SinkEvent): Promise<void> {
    this.#phase.assertOpen();
    const point = pointOf(event);
    if (point === undefined) {
      this.#refused++;
      return;
    }
    this.#waiting.push(point);
    if (this.#waiting.length >= this.#batch) await this.#flush();
    else this.#timer ??= setTimeout(() => void this.#flush(), this.#options.interval ?? INTERVAL);
  }

  async stop(deadline: number): Promise<void> {
    if (!this.#phase.stop()) return;
    const timer = setTimeout(() => this.#giveUp.abort(), deadline);
    await this.#flush();
    clearTimeout(timer);
    const lost = this.#waiting.length + this.#sending;
    if (lost > 0) throw new Undelivered(lost, this.#options.url);
  }

  /** One batch after the other: a slow server slows the writer down, not the memory up. */
  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.then(() => this.#send());
    return this.#flushing;
  }

  async #send(): Promise<void> {
    if (this.#waiting.length === 0 || this.#giveUp.signal.aborted) return;
    const points = this.#waiting;
    this.#waiting = [];
    this.#sending = points.length;
    let pause = FIRST_PAUSE;
    while (!this.#giveUp.signal.aborted) {
      const outcome = await this.#attempt(points);
      if (outcome === "done") {
        this.#sending = 0;
        return;
      }
      await sleep(pause * (0.5 + Math.random()), this.#giveUp.signal);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }

  async #attempt(points: readonly IPoint[]): Promise<"done" | "again"> {
    const { log, url, database } = this.#options;
    try {
      const written = this.#influx.writePoints([...points], { precision: "n" });
      await untilAborted(written, this.#giveUp.signal);
      return "done";
    } catch (error) {
      if (isRefusal(error)) {
        this.#refused += refusedLines(error, points.length);
        log(
          `the database ${database} refused a part of ${points.length} points: ${reasonOf(error)}`,
        );
        return "done";
      }
      if (!this.#giveUp.signal.aborted)
        log(`the database at ${url}: ${reasonOf(error)}; trying again`);
      return "again";
    }
  }
}

function clientOptions(options: InfluxOptions) {
  const url = new URL(options.url);
  const https = url.protocol === "https:";
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? 8086 : Number(url.port),
    protocol: https ? ("https" as const) : ("http" as const),
    path: url.pathname === "/" ? "" : url.pathname,
    database: options.database,
    // The client's own default is root:root, which a server without users accepts and others log.
    username: options.username ?? "",
    password: options.password ?? "",
    schema: SCHEMA.map((entry) => ({ ...entry, database: options.database })),
  };
}

/** 400 to 499 but not 429: the same bytes will be refused again. */
function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error) || !("res" in error)) return false;
  const status = (error.res as { statusCode?: number }).statusCode ?? 0;
  return status >= 400 && status < 500 && status !== 429;
}

/** "partial write: … dropped=3": the others are stored. Without a count all are taken as refused. */
function refusedLines(error: Error, all: number): number {
  const dropped = /dropped=(\d+)/.exec(error.message)?.[1];
  return dropped === undefined ? all : Number(dropped);
}

function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error("given up"));
    signal.addEventListener("abort", abort, { once: true });
    promise.finally(() => signal.removeEventListener("abort", abort)).then(resolve, reject);
  });
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}
