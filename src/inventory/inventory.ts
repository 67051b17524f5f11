/** All devices: who they are, what is believed about them, what they run and offer. */
import type { Endpoint, Observation } from "../observation/observation.ts";
import { compareText, ipOrder } from "./address.ts";
import type { Claim, Device, Service, Software } from "./device.ts";
import { bySoftware, Facts, Overflow } from "./facts.ts";
import { type AnyHolder, type Attributes, headOf, homeOf, membersOf, UNKNOWN } from "./holder.ts";
import { Identity, type IdentityEvents, type Subject } from "./identity.ts";
import { best, weigh } from "./ledger.ts";

const NO_CLAIMS: readonly Claim[] = [];
const NO_HEADS: readonly AnyHolder[] = [];

export class Inventory {
  readonly identity: Identity;
  readonly #overflow = new Overflow();
  /** Heads of devices whose attributes may be others now. */
  readonly #touched = new Set<AnyHolder>();

  constructor(site: string, events: Pick<IdentityEvents, "moved" | "changed" | "noticed">) {
    this.identity = new Identity(site, {
      moved: (from, to) => {
        const facts = from.releaseFacts();
        if (facts !== null) to.ledger().absorb(facts, this.#overflow);
        this.#stir(to);
        events.moved(from, to);
      },
      changed: (holder) => {
        this.#stir(holder);
        events.changed(holder);
      },
      noticed: (observation) => events.noticed(observation),
    });
  }

  /** Learns what the observation says about addresses, names and services. Null: about no device. */
  take(observation: Observation): { readonly home: AnyHolder; readonly subject: Subject } | null {
    const subject = this.identity.learn(observation);
    const home = this.homeOf(subject);
    if (home === null) return null;
    const name = observation.fields["host.name"];
    if (name !== undefined) this.name(home, String(name));
    this.#takeService(home, observation);
    return { home, subject };
  }

  /** The same was observed again, last at `timestamp`. */
  again(observation: Observation, timestamp: number): void {
    this.identity.again(observation, timestamp);
  }

  homeOf({ ip, mac }: Subject): AnyHolder | null {
    return ip === null ? mac : homeOf(ip);
  }

  /** Who is at this address, as far as it has been seen. */
  locate(endpoint: Endpoint, timestamp: number): AnyHolder | null {
    return this.homeOf(this.identity.find(endpoint, timestamp, false));
  }

  name(home: AnyHolder, name: string): void {
    if (home.facts?.names.has(name)) return;
    home.ledger().name(name, this.#overflow);
  }

  believe(home: AnyHolder, claim: Claim): void {
    if (home.ledger().claim(claim, this.#overflow)) this.#stir(home);
  }

  /** Whether the software was not known of this device. */
  run(home: AnyHolder, software: Software): boolean {
    return home.ledger().run(software, this.#overflow);
  }

  /** What a service has shown itself to be. Nothing happens when the service is not known. */
  identify(home: AnyHolder, transport: string, port: number, product: string): void {
    const known = home.facts?.services.get(`${transport}/${port}`);
    if (known === undefined || known.product !== undefined) return;
    home.ledger().serve({ ...known, product }, this.#overflow);
  }

  attributesOf(holder: AnyHolder): Attributes {
    const head = headOf(holder);
    head.attributes ??= this.#weigh(head);
    return head.attributes;
  }

  /** Heads of the devices that have changed since the last call, each once. */
  takeTouched(): readonly AnyHolder[] {
    if (this.#touched.size === 0) return NO_HEADS;
    const heads = [...new Set([...this.#touched].map(headOf))];
    this.#touched.clear();
    return heads;
  }

  devices(): Device[] {
    const listed: Listed[] = [];
    for (const holder of this.identity.table.all()) {
      if (headOf(holder) !== holder || !isWorthListing(holder)) continue;
      const device = this.#device(holder);
      listed.push({ device, order: addressOrder(device) });
    }
    return listed.sort(byAddress).map(({ device }) => device);
  }

  statistics(): Record<string, number> {
    const { identity } = this;
    return {
      "inventory.addresses": identity.table.size,
      "inventory.addresses_evicted": identity.table.evicted,
      "inventory.address_conflicts": identity.conflicts,
      "inventory.names_dropped": this.#overflow.names,
      "inventory.claims_dropped": this.#overflow.claims,
      "inventory.software_dropped": this.#overflow.software,
      "inventory.services_dropped": this.#overflow.services,
    };
  }

  #takeService(home: AnyHolder, { fields, transport, evidence }: Observation): void {
    const port = fields["service.port"];
    if (typeof port !== "number") return;
    const protocol = fields["service.protocol"];
    const service: Service = {
      transport: String(fields["service.transport"] ?? transport ?? "tcp"),
      port,
      ...(protocol === undefined ? {} : { protocol: String(protocol) }),
      evidence,
    };
    home.ledger().serve(service, this.#overflow);
  }

  #stir(holder: AnyHolder): void {
    const head = headOf(holder);
    head.attributes = null;
    this.#touched.add(head);
  }

  #weigh(head: AnyHolder): Attributes {
    const hypotheses = weigh(claimsOf(head));
    if (hypotheses.length === 0) return UNKNOWN;
    return {
      vendor: best(hypotheses, "vendor"),
      model: best(hypotheses, "model"),
      role: best(hypotheses, "role"),
      os: best(hypotheses, "os"),
    };
  }

  #device(head: AnyHolder): Device {
    const members = membersOf(head);
    const facts = factsOf(members);
    const { vendor, model, role, os } = this.attributesOf(head);
    return {
      id: head.id,
      scope: isRemote(head) ? "remote" : "local",
      macs: head.kind === "mac" ? [head.text] : [],
      ips: inOrder(members.filter(({ kind }) => kind === "ip").map(({ text }) => text)),
      vlans: [...head.vlans].sort((a, b) => a - b),
      names: [...facts.names].sort(compareText),
      ...(vendor === undefined ? {} : { vendor }),
      ...(model === undefined ? {} : { model }),
      ...(role === undefined ? {} : { role }),
      ...(os === undefined ? {} : { os }),
      hypotheses: weigh(claimsOf(head)),
      software: [...facts.software.values()].sort(bySoftware),
      services: [...facts.services.values()].sort(byPort),
      firstSeen: Math.min(...members.map((member) => member.firstSeen)),
      lastSeen: Math.max(...members.map((member) => member.lastSeen)),
    };
  }
}

export function isRemote(head: AnyHolder): boolean {
  return head.kind === "ip" && head.remote;
}

function claimsOf(head: AnyHolder): readonly Claim[] {
  if (head.kind === "ip") return head.facts === null ? NO_CLAIMS : [...head.facts.claims.values()];
  let claims = NO_CLAIMS;
  for (const { facts } of membersOf(head))
    if (facts !== null && facts.claims.size > 0) claims = [...claims, ...facts.claims.values()];
  return claims;
}

/** Half the internet comes by: a public address is listed when there is something to say about it. */
function isWorthListing(head: AnyHolder): boolean {
  if (!isRemote(head) || head.findings > 0) return true;
  const { facts } = head;
  return facts !== null && facts.software.size + facts.services.size + facts.claims.size > 0;
}

/** What is known of all addresses of a device together. */
function factsOf(members: readonly AnyHolder[]): Facts {
  const known = members.map(({ facts }) => facts).filter((facts) => facts !== null);
  if (known.length === 1 && known[0] !== undefined) return known[0];
  const all = new Facts();
  for (const facts of known) all.absorb(facts, new Overflow());
  return all;
}

function inOrder(ips: readonly string[]): readonly string[] {
  if (ips.length < 2) return ips;
  const orders = new Map(ips.map((ip) => [ip, ipOrder(ip)]));
  return [...orders].sort(([, a], [, b]) => compareText(a, b)).map(([ip]) => ip);
}

interface Listed {
  readonly device: Device;
  readonly order: string;
}

/** By first IP address, numerically; devices without one follow, by MAC address. */
function byAddress(left: Listed, right: Listed): number {
  return compareText(left.order, right.order) || compareText(left.device.id, right.device.id);
}

function addressOrder({ ips, macs, vlans }: Device): string {
  const first = ips[0] === undefined ? "8" : ipOrder(ips[0]);
  return `${first} ${macs[0] ?? ""} ${String(vlans[0] ?? 0).padStart(4, "0")}`;
}

function byPort(left: Service, right: Service): number {
  return left.port - right.port || compareText(left.transport, right.transport);
}
