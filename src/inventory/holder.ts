/**
 * The two kinds of address that facts are kept for. A device is a MAC address with the IP addresses bound
 * to it, or an IP address by itself. Facts of an IP address stay with it while the binding is weak, so that
 * they leave with it when the MAC address turns out to be a router's.
 */
import { createHash } from "node:crypto";
import type { Attribute } from "./device.ts";
import { Facts } from "./facts.ts";

/** VLANs remembered per address. */
const MOST_VLANS = 16;

/** How an IP address was seen together with a MAC address, from weakest. */
export const Strength = { Frame: 1, Local: 2, Declared: 3 } as const;
export type Strength = (typeof Strength)[keyof typeof Strength];

/** Last values announced, by attribute. */
export type Attributes = Readonly<
  Record<"vendor" | "model" | "role" | "os", Attribute | undefined>
>;

abstract class Holder {
  readonly text: string;
  firstSeen: number;
  lastSeen: number;
  readonly vlans: number[] = [];
  /** Open findings about it: what has any is kept longest. */
  findings = 0;
  /** Cached, null when claims or bindings have changed since. */
  attributes: Attributes | null = null;
  #facts: Facts | null = null;
  #id: string | null = null;
  readonly #site: string;

  constructor(site: string, text: string, timestamp: number) {
    this.#site = site;
    this.text = text;
    this.firstSeen = timestamp;
    this.lastSeen = timestamp;
  }

  /** What the id of a device of this address alone is made from. */
  protected abstract identity(): string;

  /** Id of a device that this address founds. */
  get ownId(): string {
    this.#id ??= deviceId(this.#site, this.identity());
    return this.#id;
  }

  protected forgetId(): void {
    this.#id = null;
  }

  get facts(): Facts | null {
    return this.#facts;
  }

  /** Facts to write to. */
  ledger(): Facts {
    this.#facts ??= new Facts();
    return this.#facts;
  }

  releaseFacts(): Facts | null {
    const facts = this.#facts;
    this.#facts = null;
    return facts;
  }

  see(timestamp: number, vlan: number | undefined): void {
    if (timestamp > this.lastSeen) this.lastSeen = timestamp;
    if (vlan === undefined || this.vlans.includes(vlan)) return;
    if (this.vlans.length < MOST_VLANS) this.vlans.push(vlan);
  }
}

export class MacHolder extends Holder {
  readonly kind = "mac";
  readonly ips: IpHolder[] = [];
  /** Packets of other hosts come through it: what it sends is no evidence for an address. */
  routes = false;
  /** It declares more addresses than any host has: it answers for others. */
  proxies = false;
  /** Some of the addresses that came through it without being its own. */
  readonly carried: string[] = [];
  /** `mac.*` fields have been told to the signatures. */
  registered = false;
  /** The address that was known before and gave its id; null again once that has gone elsewhere. */
  adopted: IpHolder | null = null;
  #adoptedId: string | null = null;

  get id(): string {
    return this.#adoptedId ?? this.ownId;
  }

  detach(ip: IpHolder): void {
    const index = this.ips.indexOf(ip);
    if (index >= 0) this.ips.splice(index, 1);
  }

  /** An id is adopted at most once: ids stay. */
  get hasAdopted(): boolean {
    return this.#adoptedId !== null;
  }

  /** The device of `ip`, known earlier, turns out to be this one: its id stays. */
  adopt(ip: IpHolder): void {
    this.adopted = ip;
    this.#adoptedId = ip.ownId;
  }

  /** The adopted address leaves. `keep`: its past belongs to this device, and so does the id. */
  release(keep: boolean): void {
    this.adopted = null;
    if (!keep) this.#adoptedId = null;
  }

  protected identity(): string {
    return `mac ${this.text}`;
  }
}

export interface Binding {
  readonly mac: MacHolder;
  strength: Strength;
  last: number;
}

export class IpHolder extends Holder {
  readonly kind = "ip";
  /** Reaches beyond the site: a public address. */
  readonly remote: boolean;
  /** VLAN that tells it from the same address elsewhere, −1: none needed. */
  readonly scope: number;
  binding: Binding | null = null;
  /** VLANs in which it was declared, or seen where no router forwards. */
  readonly homes: number[] = [];
  /** It says of itself, or others say of it, that it routes. */
  routes = false;
  #generation = 0;

  constructor(site: string, text: string, timestamp: number, remote: boolean, scope: number) {
    super(site, text, timestamp);
    this.remote = remote;
    this.scope = scope;
  }

  get isStrong(): boolean {
    return this.binding !== null && this.binding.strength > Strength.Frame;
  }

  get id(): string {
    return this.ownId;
  }

  settle(vlan: number | undefined): void {
    if (vlan === undefined || this.homes.includes(vlan)) return;
    if (this.homes.length < MOST_VLANS) this.homes.push(vlan);
  }

  /** It belongs to someone else from here on. `lent`: another device keeps the id that it founded. */
  startAnew(timestamp: number, lent: boolean): void {
    this.firstSeen = timestamp;
    if (!lent) return;
    this.#generation++;
    this.forgetId();
  }

  protected identity(): string {
    const scope = this.scope < 0 ? "" : ` vlan ${this.scope}`;
    const again = this.#generation === 0 ? "" : ` again ${this.#generation}`;
    return `ip ${this.text}${scope}${again}`;
  }
}

export type AnyHolder = MacHolder | IpHolder;

/** The address that stands for the whole device. */
export function headOf(holder: AnyHolder): AnyHolder {
  return holder.kind === "ip" ? (holder.binding?.mac ?? holder) : holder;
}

/** Where facts about an address are kept. */
export function homeOf(holder: AnyHolder): AnyHolder {
  return holder.kind === "ip" && holder.isStrong ? headOf(holder) : holder;
}

/** Every holder with facts of the device that `head` stands for. */
export function membersOf(head: AnyHolder): AnyHolder[] {
  return head.kind === "mac" ? [head, ...head.ips] : [head];
}

/** `d-` and 16 hexadecimal digits. */
function deviceId(site: string, identity: string): string {
  return `d-${createHash("sha256").update(`${site}\0${identity}`).digest("hex").slice(0, 16)}`;
}
