/**
 * All addresses, at most `LIMIT`. When it is full the longest silent goes: first of those that were only
 * seen, then of those that were declared, last of those with facts or findings.
 */
import { isInterface } from "./address.ts";
import { type AnyHolder, homeOf, IpHolder, MacHolder } from "./holder.ts";
import { Queue } from "./queue.ts";

/** MAC and IP addresses together. */
const LIMIT = 65_536;
/** Networks in which the same IP address is told apart. */
const MOST_SCOPES = 8;

const NO_IPS: readonly IpHolder[] = [];

const Worth = { Seen: 0, Declared: 1, Known: 2 } as const;

export class HolderTable {
  evicted = 0;
  readonly #site: string;
  readonly #limit: number;
  readonly #release: (holder: AnyHolder) => void;
  readonly #macs = new Map<string, MacHolder>();
  readonly #ips = new Map<string, IpHolder[]>();
  /** By worth; in each, the longest silent first. */
  readonly #queues: readonly [Queue, Queue, Queue] = [new Queue(), new Queue(), new Queue()];

  constructor(site: string, release: (holder: AnyHolder) => void, limit = LIMIT) {
    this.#site = site;
    this.#release = release;
    this.#limit = limit;
  }

  get size(): number {
    return this.#queues[0].size + this.#queues[1].size + this.#queues[2].size;
  }

  /** Null when no interface can have the address. */
  mac(text: string, timestamp: number): MacHolder | null {
    let holder = this.#macs.get(text);
    if (holder === undefined) {
      if (!isInterface(text)) return null;
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
    return this.#ips.get(text) ?? NO_IPS;
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
    this.#queues[worthOf(holder)].push(holder);
  }

  drop(holder: AnyHolder): void {
    holder.queue?.remove(holder);
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
      for (let holder = queue.oldest; holder !== null; holder = queue.oldest) {
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
  if (isKnown(holder)) return Worth.Known;
  if (holder.kind === "ip") {
    if (!holder.isStrong) return Worth.Seen;
    return isKnown(homeOf(holder)) ? Worth.Known : Worth.Declared;
  }
  let worth: 0 | 1 = Worth.Seen;
  for (const ip of holder.ips) {
    if (isKnown(ip)) return Worth.Known;
    if (ip.isStrong) worth = Worth.Declared;
  }
  return worth;
}

function isKnown({ facts, findings }: AnyHolder): boolean {
  return facts !== null || findings > 0;
}
