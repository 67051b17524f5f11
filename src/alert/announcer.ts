/**
 * Decides when a finding is told to the outside: at once when it opens or closes, at most once per
 * `INTERVAL` of packet time while it changes, and all that is owed at the end.
 */
import type { Alert } from "./alert.ts";
import type { Finding } from "./finding.ts";

/** µs of packet time between two announcements of one finding. */
const INTERVAL = 60 * 1_000_000;
/** µs of packet time between two looks at what is owed. */
const SWEEP = 5 * 1_000_000;

export class Announcer {
  readonly #tell: (alert: Alert) => void;
  /** Opened while the current observation is judged: told when that is done, with its final severity. */
  #opened: Finding[] = [];
  readonly #owed = new Set<Finding>();
  #swept = Number.NEGATIVE_INFINITY;

  constructor(tell: (alert: Alert) => void) {
    this.#tell = tell;
  }

  open(finding: Finding): void {
    this.#opened.push(finding);
  }

  changed(finding: Finding): void {
    if (finding.announced !== null) this.#owed.add(finding);
  }

  closed(finding: Finding): void {
    this.#owed.delete(finding);
    // What nobody has heard of need not be taken back.
    if (finding.announced !== null) this.#tell(finding.toAlert());
  }

  /** An observation has been judged; packet time is `now`. */
  settle(now: number): void {
    if (this.#opened.length > 0) {
      for (const finding of this.#opened)
        if (finding.state !== "closed") this.#announce(finding, now);
      this.#opened = [];
    }
    if (now - this.#swept < SWEEP) return;
    this.#swept = now;
    for (const finding of this.#owed)
      if (now - (finding.announced ?? now) >= INTERVAL) this.#update(finding, now);
  }

  /** The end: everything that is owed is told. */
  finish(now: number): void {
    this.settle(now);
    for (const finding of this.#owed) this.#update(finding, now);
  }

  #update(finding: Finding, now: number): void {
    this.#owed.delete(finding);
    finding.state = "updated";
    this.#announce(finding, now);
  }

  #announce(finding: Finding, now: number): void {
    finding.announced = now;
    this.#tell(finding.toAlert());
  }
}
