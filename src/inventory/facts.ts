/** What was found out about one address: bounded lists, each with a counter of what did not fit. */

import type { Claim, Service, Software } from "./device.ts";
import { compareVersions } from "./version.ts";

const NO_NAMES: ReadonlySet<string> = new Set();
const NO_FACTS: ReadonlyMap<string, never> = new Map<string, never>();

/** Most entries per address. */
export const FACT_LIMITS = {
  names: 8,
  claims: 128,
  software: 64,
  /** Versions of one product at the same time. */
  versions: 4,
  services: 256,
} as const;

/** Entries that did not fit. */
export class Overflow {
  names = 0;
  claims = 0;
  software = 0;
  services = 0;
}

/** Made only when there is something to hold: most addresses have one kind of fact, or none. */
export class Facts {
  #names: Set<string> | null = null;
  #claims: Map<string, Claim> | null = null;
  #software: Map<string, Software> | null = null;
  #services: Map<string, Service> | null = null;

  get names(): ReadonlySet<string> {
    return this.#names ?? NO_NAMES;
  }

  get claims(): ReadonlyMap<string, Claim> {
    return this.#claims ?? NO_FACTS;
  }

  get software(): ReadonlyMap<string, Software> {
    return this.#software ?? NO_FACTS;
  }

  get services(): ReadonlyMap<string, Service> {
    return this.#services ?? NO_FACTS;
  }

  /** Each returns whether it is news. */
  name(name: string, overflow: Overflow): boolean {
    if (this.names.has(name)) return false;
    if (this.names.size >= FACT_LIMITS.names) {
      overflow.names++;
      return false;
    }
    this.#names ??= new Set();
    this.#names.add(name);
    return true;
  }

  /** A signature that says the same again, of something else it saw, says nothing new. */
  claim(claim: Claim, overflow: Overflow): boolean {
    const key = `${claim.attribute}\0${claim.value.toLowerCase()}\0${claim.signature}`;
    if (this.claims.has(key)) return false;
    if (this.claims.size >= FACT_LIMITS.claims) {
      overflow.claims++;
      return false;
    }
    this.#claims ??= new Map();
    this.#claims.set(key, claim);
    return true;
  }

  /** A version replaces the same product without one; the oldest of too many versions goes. */
  run(software: Software, overflow: Overflow): boolean {
    const others = [...this.software].filter(([, { name }]) => same(name, software.name));
    const version = software.version;
    if (others.some(([, other]) => other.version === version)) return false;
    if (version === undefined && others.length > 0) return false;
    this.#software ??= new Map();
    for (const [key, other] of others) if (other.version === undefined) this.#software.delete(key);
    if (others.length >= FACT_LIMITS.versions && others[0]) {
      this.#software.delete(others[0][0]);
      overflow.software++;
    } else if (this.software.size >= FACT_LIMITS.software) {
      overflow.software++;
      return false;
    }
    this.#software.set(`${software.name.toLowerCase()}\0${version ?? ""}`, software);
    return true;
  }

  /** A service seen only as an open port becomes one with a protocol or product when content shows it. */
  serve(service: Service, overflow: Overflow): boolean {
    const key = `${service.transport}/${service.port}`;
    this.#services ??= new Map();
    const known = this.#services.get(key);
    if (known === undefined) {
      if (this.#services.size >= FACT_LIMITS.services) {
        overflow.services++;
        return false;
      }
      this.#services.set(key, service);
      return true;
    }
    const adds = service.protocol !== undefined && known.protocol === undefined;
    const product = known.product ?? service.product;
    if (!adds && product === known.product) return false;
    const base = adds ? service : known;
    this.#services.set(key, { ...base, ...(product === undefined ? {} : { product }) });
    return true;
  }

  /** Takes over what is known of an address that turns out to be the same device. */
  absorb(other: Facts, overflow: Overflow): void {
    for (const name of other.names) this.name(name, overflow);
    for (const claim of other.claims.values()) this.claim(claim, overflow);
    for (const software of other.software.values()) this.run(software, overflow);
    for (const service of other.services.values()) this.serve(service, overflow);
  }
}

/** Product, then version: the order in which software is shown. */
export function bySoftware(left: Software, right: Software): number {
  const [a, b] = [left.name.toLowerCase(), right.name.toLowerCase()];
  if (a !== b) return a < b ? -1 : 1;
  return compareVersions(left.version ?? "", right.version ?? "");
}

function same(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
