/**
 * All addresses, at most `LIMIT`. When it is full the longest silent goes: first of those that were only
 * seen, then of those that were declared, last of those with facts or findings.
 */
import { type AnyHolder, homeOf, IpHolder, MacHolder, membersOf } from "./holder.ts";

/** MAC and IP addresses together. */
const LIMIT = 65_536;
/** Networks in which the same IP address is told apart. */
const MOST_SCOPES = 8;

const Worth = { Seen: 0, Declared: 1, Known: 2 } as const;

export class HolderTable {
  evicted = 0;
  readonly #site: string;
  readonly #limit: number;
  readonly #release: (holder: AnyHolder) => void;
  readonly #macs = new Map<string, MacHolder>();
  readonly #ips = new Map<string, IpHolder[]>();
  /** By worth; in each, the longest silent first. */
  readonly #queues: readonly [Set<AnyHolder>, Set<AnyHolder>, Set<AnyHolder>] = [
    new Set(),
    new Set(),
    new Set(),
  ];

  constructor(site: string, release: (holder: AnyHolder) => void, limit = LIMIT) {
    this.#site = site;
    this.#release = release;
    this.#limit = limit;
  }

  get size(): number {
    return this.#queues[0].size + this.#queues[1].size + this.#queues[2].size;
  }

  mac(text: string, timestamp: number): MacHolder {
    let holder = this.#macs.get(text);
    if (holder === undefined) {
      this.#makeRoom();
      holder = new MacHolder(this.#site, text, timestamp);
      this.#macs.set(text, holder);
    }
    this.touch(holder);
    return holder;
  }

  /** The only one of an address that is the same everywhere. */
  ip(text: string, timestamp: number, remote: boolean): IpHolder {
    const known = this.ips(text)[0] ?? this.addIp(text, timestamp, remote, -1);
    this.touch(known);
    known.see(timestamp, undefined);
    return known;
  }

  ips(text: string): readonly IpHolder[] {
    return this.#ips.get(text) ?? [];
  }

  addIp(text: string, timestamp: number, remote: boolean, scope = -1): IpHolder {
    this.#makeRoom();
    const holder = new IpHolder(this.#site, text, timestamp, remote, scope);
    const known = this.#ips.get(text);
    if (known === undefined) this.#ips.set(text, [holder]);
    else {
      known.push(holder);
      const [oldest] = known;
      if (known.length > MOST_SCOPES && oldest !== undefined) this.#evict(oldest);
    }
    this.touch(holder);
    return holder;
  }

  touch(holder: AnyHolder): void {
    for (const queue of this.#queues) if (queue.delete(holder)) break;
    this.#queues[worthOf(holder)].add(holder);
  }

  drop(holder: AnyHolder): void {
    for (const queue of this.#queues) queue.delete(holder);
    this.#release(holder);
    if (holder.kind === "mac") {
      this.#macs.delete(holder.text);
      return;
    }
    const known = this.ips(holder.text).filter((other) => other !== holder);
    if (known.length === 0) this.#ips.delete(holder.text);
    else this.#ips.set(holder.text, known);
  }

  *all(): Iterable<AnyHolder> {
    yield* this.#macs.values();
    for (const holders of this.#ips.values()) yield* holders;
  }

  #makeRoom(): void {
    while (this.size >= this.#limit) {
      const oldest = this.#leastWorth();
      if (oldest === undefined) return;
      this.#evict(oldest);
    }
  }

  /** What has become worth more since it was last touched moves on; nothing moves back. */
  #leastWorth(): AnyHolder | undefined {
    for (const [worth, queue] of this.#queues.entries())
      for (const holder of queue) {
        if (worthOf(holder) <= worth) return holder;
        this.touch(holder);
      }
    return undefined;
  }

  #evict(holder: AnyHolder): void {
    this.evicted++;
    this.drop(holder);
  }
}

function worthOf(holder: AnyHolder): 0 | 1 | 2 {
  const kept = [homeOf(holder), ...membersOf(holder)];
  if (kept.some(({ facts, findings }) => facts !== null || findings > 0)) return Worth.Known;
  if (holder.kind === "ip") return holder.isStrong ? Worth.Declared : Worth.Seen;
  return holder.ips.some((ip) => ip.isStrong) ? Worth.Declared : Worth.Seen;
}
