/** Observations as the packet path makes them, for tests of what comes after it. */
import type { Endpoint, Fields, Observation } from "../../src/observation/observation.ts";

export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;

/** A clock and a frame counter: each observation is one second and one frame later than the last. */
export class Sightings {
  now = 1_700_000_000 * SECOND;
  #frame = 0;

  /** Any observation. */
  of(subject: Endpoint, protocol: string, fields: Fields, rest: Partial<Observation> = {}) {
    this.now += SECOND;
    this.#frame++;
    const evidence = { capture: "test.pcap", frame: this.#frame };
    return { timestamp: this.now, subject, protocol, evidence, fields, ...rest } as Observation;
  }

  arp(mac: string, ip: string, vlan?: number): Observation {
    return this.of(at(mac, ip, vlan), "arp", { "host.binding": "arp" });
  }

  dhcp(mac: string, ip: string, vlan?: number): Observation {
    return this.of(at(mac, ip, vlan), "dhcp", { "host.binding": "dhcp" });
  }

  ndp(mac: string, ip: string, vlan?: number): Observation {
    return this.of(at(mac, ip, vlan), "ndp", { "host.binding": "ndp" });
  }

  /** A packet that may have been forwarded. */
  frame(mac: string, ip: string, ttl = 64, vlan?: number): Observation {
    return this.of(at(mac, ip, vlan), "hosts", { "host.binding": "frame", "host.ttl": ttl });
  }

  service(ip: string, port: number, protocol?: string): Observation {
    const fields = { "service.port": port, "service.transport": "tcp" };
    const named = protocol === undefined ? fields : { ...fields, "service.protocol": protocol };
    return this.of({ ip, port }, "services", named, { transport: "tcp" });
  }

  name(ip: string, name: string): Observation {
    return this.of({ ip }, "mdns", { "host.name": name });
  }
}

function at(mac: string, ip: string, vlan: number | undefined): Endpoint {
  return vlan === undefined ? { mac, ip } : { mac, ip, vlan };
}
