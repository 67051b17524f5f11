/**
 * Who is a device: which IP addresses live on which MAC address, learnt from observations.
 *
 * - ARP, DHCP and NDP declare a binding; a packet that no router forwards (`local`) shows one; any other
 *   packet (`frame`) only suggests one, and not when its TTL shows that it was forwarded.
 * - A MAC address with a second address that is only suggested is a router's (or a proxy's): what was only
 *   suggested is unbound, and nothing more is suggested by it.
 * - A declared binding moves an address to another MAC address: the latest holds. Both claiming it within
 *   minutes is a conflict, which signatures can match.
 * - The same address with other MAC addresses in another VLAN is another host.
 */
import type { Endpoint, Observation } from "../observation/observation.ts";
import { ipReach, LOCALHOST, type Reach } from "./address.ts";
import { hasWeak, isForwarded, isSameKind, strengthOf } from "./binding.ts";
import {
  type AnyHolder,
  type Binding,
  headOf,
  type IpHolder,
  type MacHolder,
  Strength,
} from "./holder.ts";
import { HolderTable } from "./holder-table.ts";

/** Two claims to one address within this many µs are a conflict. */
const CONFLICT_WINDOW = 5 * 60 * 1_000_000;
/** Addresses of one kind that a MAC address can declare. */
const ADDRESS_LIMIT = 16;
/** More than `ADDRESS_LIMIT` declared within this time: it answers for others. */
const PROXY_WINDOW = 60 * 60 * 1_000_000;
/** Foreign addresses remembered per MAC address; with this many it is told to the signatures. */
const CARRIED_LIMIT = 3;
/** Who an observation is about. */
export interface Subject {
  readonly ip: IpHolder | null;
  readonly mac: MacHolder | null;
}

/** An observation, and when it was made last. */
interface Sight {
  readonly observation: Observation;
  readonly timestamp: number;
}

/** What learning an identity may cause. */
export interface IdentityEvents {
  /** Facts of `from` now belong to `to`. */
  moved(from: AnyHolder, to: AnyHolder): void;
  /** The device that the address belongs to is another one, or has other members. */
  changed(holder: AnyHolder): void;
  /** Something about addresses that signatures can match. */
  noticed(observation: Observation): void;
}

export class Identity {
  readonly table: HolderTable;
  conflicts = 0;
  readonly #events: IdentityEvents;

  constructor(site: string, events: IdentityEvents) {
    this.#events = events;
    this.table = new HolderTable(site, (holder) => this.#release(holder));
  }

  /** Finds or makes the holders of the subject, and learns what its binding says. */
  learn(observation: Observation, timestamp = observation.timestamp): Subject {
    const { subject, fields } = observation;
    const kind = fields["host.binding"];
    const strength = strengthOf(kind);
    const found = this.find(
      subject,
      timestamp,
      strength !== undefined && strength > Strength.Frame,
    );
    if (strength !== undefined && found.ip !== null && found.mac !== null)
      this.#bind(found.ip, found.mac, strength, kind === "dhcp", { observation, timestamp });
    const router = fields["host.router"];
    if (router !== undefined && Number(router) !== 0) this.#declareRouter(found);
    return found;
  }

  /** The same was observed again, last at `timestamp`. */
  again(observation: Observation, timestamp: number): Subject {
    const binds = observation.fields["host.binding"] !== undefined;
    if (binds) return this.learn(observation, timestamp);
    return this.find(observation.subject, timestamp, false);
  }

  find({ mac, ip, vlan }: Endpoint, timestamp: number, strong: boolean): Subject {
    const macHolder = mac === undefined ? null : this.table.mac(mac, timestamp);
    macHolder?.see(timestamp, vlan);
    const reach = ip === undefined ? "none" : this.#reachOf(ip);
    if (ip === undefined || reach === "none") return { ip: null, mac: macHolder };
    if (reach === "loopback") return { ip: this.table.ip(LOCALHOST, timestamp, false), mac: null };
    const ipHolder =
      this.#choose(ip, vlan, macHolder, strong) ??
      this.table.addIp(
        ip,
        timestamp,
        reach === "remote",
        this.table.ips(ip).length > 0 ? vlan : -1,
      );
    this.table.touch(ipHolder);
    ipHolder.see(timestamp, vlan);
    return { ip: ipHolder, mac: macHolder };
  }

  #reachOf(ip: string): Reach {
    const [known] = this.table.ips(ip);
    if (known === undefined || ip === LOCALHOST) return ipReach(ip);
    return known.remote ? "remote" : "local";
  }

  /** The holder of an address as seen in a VLAN; undefined: a new one is needed. */
  #choose(
    ip: string,
    vlan: number | undefined,
    mac: MacHolder | null,
    strong: boolean,
  ): IpHolder | undefined {
    const known = this.table.ips(ip);
    if (known.length === 0 || (known.length === 1 && !strong)) return known[0];
    const bound = mac && known.find((holder) => holder.isStrong && holder.binding?.mac === mac);
    const home = known.find((holder) => vlan !== undefined && holder.homes.includes(vlan));
    if (bound || home) return bound || home;
    // Declared here by one MAC address, and elsewhere by another: the same number, another network.
    if (strong && vlan !== undefined) return known.find((holder) => holder.homes.length === 0);
    return known.find((holder) => vlan !== undefined && holder.vlans.includes(vlan)) ?? known[0];
  }

  #bind(ip: IpHolder, mac: MacHolder, strength: Strength, leased: boolean, sight: Sight): void {
    if (strength === Strength.Frame) this.#suggest(ip, mac, sight);
    else if (!mac.proxies || ip.binding?.mac === mac)
      this.#declare(ip, mac, strength, leased, sight);
  }

  #suggest(ip: IpHolder, mac: MacHolder, sight: Sight): void {
    const { binding } = ip;
    const { observation, timestamp } = sight;
    if (binding?.mac === mac) {
      binding.last = Math.max(binding.last, timestamp);
      return;
    }
    const forwarded = isForwarded(ip, observation.fields["host.ttl"]);
    const taken = ip.isStrong || mac.ips.some((other) => isSameKind(other, ip));
    if (forwarded || taken || mac.routes) this.#carry(mac, ip, sight);
    else if (binding === null)
      this.#attach(ip, {
        mac,
        strength: Strength.Frame,
        last: timestamp,
      });
  }

  #declare(ip: IpHolder, mac: MacHolder, strength: Strength, leased: boolean, sight: Sight): void {
    const { observation, timestamp } = sight;
    const before = ip.binding;
    if (before !== null && before.mac !== mac) {
      if (ip.isStrong) this.#reportConflict(ip, before, leased, sight);
      if (before.last > timestamp && ip.isStrong) return;
      this.#detach(ip);
      if (before.strength === Strength.Frame) this.#carry(before.mac, ip, sight);
    }
    const own = mac.ips.filter((other) => other !== ip && isSameKind(other, ip));
    for (const other of own)
      if (!other.isStrong) {
        this.#detach(other);
        this.#carry(mac, other, sight);
      }
    this.#strengthen(ip, { mac, strength, last: timestamp });
    ip.settle(observation.subject.vlan);
    if (ip.routes) this.#declareRouter({ ip, mac });
    if (own.length >= ADDRESS_LIMIT) this.#limit(mac, [...own, ip], timestamp);
  }

  #strengthen(ip: IpHolder, binding: Binding): void {
    const { binding: before } = ip;
    if (before !== null && ip.isStrong) {
      before.strength = Math.max(before.strength, binding.strength) as Strength;
      before.last = Math.max(before.last, binding.last);
      return;
    }
    if (before === null) this.#attach(ip, binding);
    else Object.assign(before, { strength: binding.strength, last: binding.last });
    this.#events.moved(ip, binding.mac);
  }

  #attach(ip: IpHolder, binding: Binding): void {
    const { mac } = binding;
    ip.binding = binding;
    mac.attach(ip);
    // The device that was known first keeps its id.
    if (ip.firstSeen < mac.firstSeen && !mac.hasAdopted) mac.adopt(ip);
    this.#events.changed(ip);
  }

  #detach(ip: IpHolder): void {
    const { binding } = ip;
    if (binding === null) return;
    const { mac } = binding;
    mac.detach(ip);
    const lent = mac.adopted === ip;
    if (lent) mac.release(ip.isStrong);
    if (ip.isStrong) ip.startAnew(ip.lastSeen, lent);
    ip.binding = null;
    this.#events.changed(mac);
    this.#events.changed(ip);
  }

  /** An address came through `mac` without being its own. The second one makes it a router. */
  #carry(mac: MacHolder, ip: IpHolder, sight: Sight): void {
    if (mac.carried.length >= CARRIED_LIMIT || mac.carried.includes(ip.text)) return;
    mac.carry(ip.text);
    if (mac.carried.length >= 2 || hasWeak(mac)) this.#startRouting(mac, sight);
    if (mac.carried.length < CARRIED_LIMIT) return;
    const { timestamp, observation } = sight;
    const { subject, ...rest } = observation;
    const { vlan } = subject;
    this.#events.noticed({
      ...rest,
      timestamp,
      subject: { mac: mac.text, ...(vlan === undefined ? {} : { vlan }) },
      protocol: "inventory",
      fields: { "host.forwards": CARRIED_LIMIT },
    });
  }

  #startRouting(mac: MacHolder, sight: Sight | null): void {
    if (mac.routes) return;
    mac.routes = true;
    for (const ip of mac.ips) {
      if (ip.isStrong) continue;
      this.#detach(ip);
      if (sight !== null) this.#carry(mac, ip, sight);
    }
  }

  #declareRouter({ ip, mac }: Subject): void {
    if (ip !== null) ip.routes = true;
    const holder = mac ?? (ip === null ? null : headOf(ip));
    if (holder === null || holder.kind !== "mac") return;
    const own = ip?.binding?.mac === holder ? ip.binding : null;
    // Its own address is as good as declared.
    if (own !== null && ip !== null && own.strength === Strength.Frame)
      this.#strengthen(ip, { ...own, strength: Strength.Local });
    this.#startRouting(holder, null);
  }

  /** Too many addresses: leases of a long life go, oldest first; many at once are answers for others. */
  #limit(mac: MacHolder, own: readonly IpHolder[], now: number): void {
    const byAge = [...own].sort((a, b) => (a.binding?.last ?? 0) - (b.binding?.last ?? 0));
    const [oldest] = byAge;
    if (oldest === undefined) return;
    if (now - (oldest.binding?.last ?? 0) > PROXY_WINDOW) {
      this.table.drop(oldest);
      return;
    }
    mac.proxies = true;
    const [first, ...others] = [...own].sort((a, b) => a.firstSeen - b.firstSeen);
    for (const other of others) this.#detach(other);
    this.#startRouting(mac, null);
    if (first !== undefined) this.#events.changed(first);
  }

  #reportConflict(ip: IpHolder, before: Binding, leased: boolean, sight: Sight): void {
    // A server that gives an address to the next one has asked nobody to give it back.
    if (leased) return;
    this.conflicts++;
    const { observation, timestamp } = sight;
    const quiet = Math.abs(timestamp - before.last) > CONFLICT_WINDOW;
    this.#events.noticed({
      ...observation,
      timestamp,
      peer: { mac: before.mac.text, ip: ip.text },
      protocol: "inventory",
      fields: { "host.address_conflict": quiet ? "moved" : "contested" },
    });
  }

  /** The table has no room for it any longer. */
  #release(holder: AnyHolder): void {
    if (holder.kind === "ip") this.#detach(holder);
    else for (const ip of holder.ips) this.#detach(ip);
  }
}
