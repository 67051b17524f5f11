/** Where findings go: a terminal, a file, a broker, a database. All implementations obey this contract. */
import type { Alert } from "../alert/alert.ts";
import type { Device } from "../inventory/device.ts";

/** Who says it: both are part of topic names and tags. */
export interface Origin {
  readonly site: string;
  readonly sensor: string;
}

/** What is known about the device of an alert, so that a reader needs no second record. */
export interface DeviceContext {
  readonly role?: string;
  readonly vendor?: string;
  readonly model?: string;
}

/** What a run read, lost and could not understand. */
export interface RunSummary {
  readonly version: 1;
  readonly captures: readonly string[];
  /** µs since 1970-01-01 UTC; absent when no packet was read. */
  readonly firstPacket?: number;
  readonly lastPacket?: number;
  readonly damage: readonly DamageRecord[];
  /** Group, then name, then value. */
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** One place where a capture could not be read (see `Damage` of the sources). */
export interface DamageRecord {
  readonly file: string;
  readonly offset: number;
  readonly kind: string;
  readonly message: string;
}

export interface AlertEvent {
  readonly type: "alert";
  readonly origin: Origin;
  readonly alert: Alert;
  readonly device?: DeviceContext;
}

export interface DeviceEvent {
  readonly type: "device";
  readonly origin: Origin;
  readonly device: Device;
}

export interface SummaryEvent {
  readonly type: "summary";
  readonly origin: Origin;
  readonly summary: RunSummary;
}

export type SinkEvent = AlertEvent | DeviceEvent | SummaryEvent;

export interface Sink {
  /** Connects or opens. Rejects with `SinkUnavailable` when the other side cannot be used. */
  start(): Promise<void>;
  /**
   * Takes one event, in order. Resolves when the sink has room for the next one: awaiting it is the
   * back-pressure. Rejects before `start` and after `stop` (a programming error), and with
   * `SinkUnavailable` when the other side is gone for good.
   */
  write(event: SinkEvent): Promise<void>;
  /**
   * Delivers what it has taken, then lets go of every resource, within `deadline` milliseconds. Rejects
   * with `Undelivered` when something it took could not be delivered. A second call does nothing.
   */
  stop(deadline: number): Promise<void>;
}

/** The other side cannot be reached, or refuses us. The message is one sentence for an operator. */
export class SinkUnavailable extends Error {
  override readonly name = "SinkUnavailable";
}

/** Events were taken and not delivered. */
export class Undelivered extends Error {
  override readonly name = "Undelivered";
  readonly count: number;

  constructor(count: number, target: string) {
    super(`${count} ${count === 1 ? "event was" : "events were"} not delivered to ${target}`);
    this.count = count;
  }
}

/** Holds a sink to the order start, write, stop. */
export class Phase {
  #now: "new" | "open" | "stopped" = "new";

  start(): void {
    if (this.#now !== "new") throw new Error("a sink is started once");
    this.#now = "open";
  }

  /** Throws unless started and not stopped. */
  assertOpen(): void {
    if (this.#now !== "open") throw new Error(`write to a sink that is ${this.#now}`);
  }

  /** Whether there is something to stop. */
  stop(): boolean {
    const open = this.#now === "open";
    this.#now = "stopped";
    return open;
  }
}
