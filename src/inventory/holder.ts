/**
 * The two kinds of address that facts are kept for. A device is a MAC address with the IP addresses bound
 * to it, or an IP address by itself. Facts of an IP address stay with it while the binding is weak, so that
 * they leave with it when the MAC address turns out to be a router's.
 */
import { hash } from "node:crypto";
import { isIpv6LinkLocal } from "./address.ts";
import type { Attribute } from "./device.ts";
import { Facts } from "./facts.ts";
import type { Queue } from "./queue.ts";

/** VLANs remembered per address. */
const MOST_VLANS = 16;

/** How an IP address was seen together with a MAC address, from weakest. */
export const Strength = { Frame: 1, Local: 2, Declared: 3 } as const;
export type Strength = (typeof Strength)[keyof typeof Strength];

/** Last values announced, by attribute. */
export type Attributes = Readonly<
  Record<"vendor" | "model" | "role" | "os", Attribute | undefined>
>;

export const UNKNOWN: Attributes = {
  vendor: undefined,
  model: undefined,
  role: undefined,
  os: undefined,
};

const NO_VLANS: readonly number[] = [];
const NO_IPS: readonly IpHolder[] = [];
const NO_TEXTS: readonly string[] = [];

/** There are many, most with little to say: lists are shared until they hold something. */
abstract class Holder {
  readonly text: string;
  firstSeen: number;
  lastSeen: number;
  vlans = NO_VLANS;
  /** Open findings about it: what has any is kept longest. */
  findings = 0;
  /** Cached, null when claims or bindings have changed since. */
  attributes: Attributes | null = null;
  /** What signatures have been told of the device that it stands for. */
  told = UNKNOWN;
  /** Where it waits to be forgotten, and its neighbours there. */
  queue: Queue | null = null;
  older: AnyHolder | null = null;
  newer: AnyHolder | null = null;
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
    if (vlan !== undefined) this.vlans = withVlan(this.vlans, vlan);
  }
}

export class MacHolder extends Holder {
  readonly kind = "mac";
  ips = NO_IPS;
  /** Packets of other hosts come through it: what it sends is no evidence for an address. */
  routes = false;
  /** It declares more addresses than any host has: it answers for others. */
  proxies = false;
  /** Some of the addresses that came through it without being its own. */
  carried = NO_TEXTS;
  /** `mac.*` fields have been told to the signatures. */
  registered = false;
  /** The address that was known before and gave its id; null again once that has gone elsewhere. */
  adopted: IpHolder | null = null;
  #adoptedId: string | null = null;

  get id(): string {
    return this.#adoptedId ?? this.ownId;
  }

  attach(ip: IpHolder): void {
    this.ips = [...this.ips, ip];
  }

  detach(ip: IpHolder): void {
    this.ips = this.ips.filter((other) => other !== ip);
  }

  carry(ip: string): void {
    this.carried = [...this.carried, ip];
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
  /** 4: IPv4; 1: link-local IPv6; 6: another IPv6 address. */
  readonly sort: 1 | 4 | 6;
  /** VLAN that tells it from the same address elsewhere, −1: none needed. */
  readonly scope: number;
  binding: Binding | null = null;
  /** VLANs in which it was declared, or seen where no router forwards. */
  homes = NO_VLANS;
  /** It says of itself, or others say of it, that it routes. */
  routes = false;
  #generation = 0;

  constructor(site: string, text: string, timestamp: number, remote: boolean, scope: number) {
    super(site, text, timestamp);
    this.remote = remote;
    this.scope = scope;
    this.sort = sortOf(text);
  }

  get isStrong(): boolean {
    return this.binding !== null && this.binding.strength > Strength.Frame;
  }

  get id(): string {
    return this.ownId;
  }

  settle(vlan: number | undefined): void {
    if (vlan !== undefined) this.homes = withVlan(this.homes, vlan);
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
export function membersOf(head: AnyHolder): readonly AnyHolder[] {
  return head.kind === "mac" ? [head, ...head.ips] : [head];
}

/** Whether both say the same, however sure they are. */
export function sameValues(left: Attributes, right: Attributes): boolean {
  if (left === right) return true;
  return (
    left.vendor?.value === right.vendor?.value &&
    left.model?.value === right.model?.value &&
    left.role?.value === right.role?.value &&
    left.os?.value === right.os?.value
  );
}

function withVlan(vlans: readonly number[], vlan: number): readonly number[] {
  if (vlans.length >= MOST_VLANS || vlans.includes(vlan)) return vlans;
  return [...vlans, vlan];
}

function sortOf(ip: string): 1 | 4 | 6 {
  if (!ip.includes(":")) return 4;
  return isIpv6LinkLocal(ip) ? 1 : 6;
}

/** `d-` and 16 hexadecimal digits. */
function deviceId(site: string, identity: string): string {
  return `d-${hash("sha256", `${site}\0${identity}`, "hex").slice(0, 16)}`;
}
