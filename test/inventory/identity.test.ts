import { describe, expect, it } from "vitest";
import type { Device } from "../../src/inventory/device.ts";
import { Inventory } from "../../src/inventory/inventory.ts";
import type { Observation } from "../../src/observation/observation.ts";
import { MINUTE, SECOND, Sightings } from "../support/sightings.ts";

const PUMP = "00:03:b1:00:00:01";
const MONITOR = "00:09:fb:00:00:02";
const ROUTER = "00:1b:54:00:00:fe";
const ROGUE = "00:0c:29:00:00:66";

class Site {
  readonly sightings = new Sightings();
  readonly noticed: Observation[] = [];
  readonly inventory = new Inventory("ward", {
    moved: () => {},
    changed: () => {},
    noticed: (observation) => this.noticed.push(observation),
  });

  see(...observations: Observation[]): this {
    for (const observation of observations) this.inventory.take(observation);
    return this;
  }

  /** `mac ip,ip` of every device, in the order of the report. */
  get who(): string[] {
    return this.inventory.devices().map(({ macs, ips }) => `${macs.join()} ${ips.join()}`.trim());
  }

  at(ip: string): Device {
    const device = this.inventory.devices().find(({ ips }) => ips.includes(ip));
    if (device === undefined) throw new Error(`no device at ${ip}`);
    return device;
  }
}

function site() {
  const made = new Site();
  return { site: made, s: made.sightings };
}

describe("a device", () => {
  it("is a MAC address with the IPv4 and IPv6 addresses that it declares", () => {
    const { site: ward, s } = site();
    ward.see(s.arp(PUMP, "10.0.0.5"), s.ndp(PUMP, "fe80::203:b1ff:fe00:1"));
    ward.see(s.ndp(PUMP, "2001:db8::5"), s.service("10.0.0.5", 80), s.service("2001:db8::5", 443));
    expect(ward.who).toEqual([`${PUMP} 10.0.0.5,2001:db8::5,fe80::203:b1ff:fe00:1`]);
    expect(ward.at("10.0.0.5").services.map(({ port }) => port)).toEqual([80, 443]);
  });

  it("is the same one with and without a VLAN tag", () => {
    const { site: ward, s } = site();
    ward.see(s.arp(PUMP, "10.0.0.5"), s.arp(PUMP, "10.0.0.5", 20), s.service("10.0.0.5", 80));
    expect(ward.who).toEqual([`${PUMP} 10.0.0.5`]);
    expect(ward.at("10.0.0.5").vlans).toEqual([20]);
  });

  it("is another one where the same IP address is declared in another VLAN by another MAC", () => {
    const { site: ward, s } = site();
    ward.see(s.arp(PUMP, "192.168.1.1", 10), s.arp(MONITOR, "192.168.1.1", 20));
    const at = (vlan: number, port: number) =>
      s.of({ ip: "192.168.1.1", vlan, port }, "services", { "service.port": port });
    ward.see(at(10, 80), at(20, 23));
    expect(ward.who).toEqual([`${PUMP} 192.168.1.1`, `${MONITOR} 192.168.1.1`]);
    const ports = ward.inventory.devices().map(({ services }) => services.map((each) => each.port));
    expect(ports).toEqual([[80], [23]]);
    expect(ward.noticed).toEqual([]);
  });

  it("exists without an IP address", () => {
    const { site: ward, s } = site();
    ward.see(s.of({ mac: PUMP, ip: "0.0.0.0" }, "dhcp", { "host.name": "pump-1" }));
    expect(ward.inventory.devices()).toMatchObject([{ macs: [PUMP], ips: [], names: ["pump-1"] }]);
  });

  it.each(["255.255.255.255", "0.0.0.0", "224.0.0.251", "::", "ff02::1", "nonsense"])(
    "is never %s",
    (ip) => {
      const { site: ward, s } = site();
      ward.see(s.of({ ip }, "x", { "host.name": "n" }), s.frame("01:00:5e:00:00:fb", ip));
      expect(ward.who).toEqual([]);
    },
  );

  it("is one localhost for all loopback addresses", () => {
    const { site: ward, s } = site();
    ward.see(s.service("127.0.0.1", 80), s.service("::1", 443), s.service("127.0.1.1", 53));
    expect(ward.who).toEqual(["127.0.0.1"]);
    expect(ward.at("127.0.0.1").services).toHaveLength(3);
  });

  it("outside the site is listed once it has a service, and marked remote", () => {
    const { site: ward, s } = site();
    ward.see(s.frame(ROUTER, "8.8.8.8", 117), s.frame(ROUTER, "9.9.9.9", 56));
    expect(ward.who).toEqual([ROUTER]);
    ward.see(s.service("8.8.8.8", 53));
    expect(ward.at("8.8.8.8")).toMatchObject({ scope: "remote", macs: [] });
    expect(ward.inventory.devices().find(({ macs }) => macs[0] === ROUTER)?.scope).toBe("local");
  });
});

describe("a router", () => {
  it("keeps its declared address and none of those behind it", () => {
    const { site: ward, s } = site();
    ward.see(s.arp(ROUTER, "10.0.0.1"), s.frame(ROUTER, "10.9.0.5", 63), s.service("10.9.0.5", 80));
    ward.see(s.frame(ROUTER, "10.9.0.6", 127), s.frame(ROUTER, "10.9.0.7", 254));
    expect(ward.who).toEqual([`${ROUTER} 10.0.0.1`, "10.9.0.5", "10.9.0.6", "10.9.0.7"]);
  });

  it("is recognised by a second address even when it does not lower the TTL", () => {
    const { site: ward, s } = site();
    ward.see(s.frame(ROUTER, "10.9.0.5"), s.service("10.9.0.5", 80));
    expect(ward.who).toEqual([`${ROUTER} 10.9.0.5`]);
    ward.see(s.frame(ROUTER, "10.9.0.6"));
    expect(ward.who).toEqual(["10.9.0.5", "10.9.0.6", ROUTER]);
    // What was found out about the address left with it.
    expect(ward.at("10.9.0.5").services).toHaveLength(1);
  });

  it("is told to the signatures with the third address behind it, once", () => {
    const { site: ward, s } = site();
    for (let host = 1; host < 20; host++) ward.see(s.frame(ROUTER, `10.9.0.${host}`, 63));
    expect(ward.noticed).toMatchObject([
      { protocol: "inventory", subject: { mac: ROUTER }, fields: { "host.forwards": 3 } },
    ]);
  });

  it("that says so itself is believed, and keeps the address it says it with", () => {
    const { site: ward, s } = site();
    ward.see(s.frame(ROUTER, "10.0.0.1"));
    ward.see(s.of({ ip: "10.0.0.1" }, "dhcp", { "host.router": 1 }), s.frame(ROUTER, "10.9.0.5"));
    expect(ward.who).toEqual([`${ROUTER} 10.0.0.1`, "10.9.0.5"]);
  });

  it("is not one that says it is none", () => {
    const { site: ward, s } = site();
    ward.see(s.frame(PUMP, "10.0.0.5"), s.of({ ip: "10.0.0.5" }, "ndp", { "host.router": 0 }));
    ward.see(s.frame(PUMP, "10.0.0.6"));
    // The address was only suggested, and stays so: a second one takes it away again.
    expect(ward.who).toEqual(["10.0.0.5", "10.0.0.6", PUMP]);
  });

  it("does not take a host whose own MAC address is known from it", () => {
    const { site: ward, s } = site();
    ward.see(s.frame(ROUTER, "10.0.0.5"), s.arp(PUMP, "10.0.0.5"), s.frame(ROUTER, "10.0.0.5", 63));
    expect(ward.who).toEqual([`${PUMP} 10.0.0.5`, ROUTER]);
  });

  it("that answers ARP for everyone owns none but its first address", () => {
    const { site: ward, s } = site();
    for (let host = 1; host <= 40; host++) ward.see(s.arp(ROUTER, `10.0.0.${host}`));
    expect(ward.who[0]).toBe(`${ROUTER} 10.0.0.1`);
    expect(ward.who).toHaveLength(40);
  });
});

describe("an address that changes hands", () => {
  it("follows its latest lease, and what was known stays with the earlier owner", () => {
    const { site: ward, s } = site();
    ward.see(s.dhcp(PUMP, "10.0.0.5"), s.service("10.0.0.5", 23), s.dhcp(MONITOR, "10.0.0.5"));
    ward.see(s.service("10.0.0.5", 443));
    const ports = (mac: string) =>
      ward.inventory
        .devices()
        .find(({ macs }) => macs.includes(mac))
        ?.services.map(({ port }) => port);
    expect(ports(PUMP)).toEqual([23]);
    expect(ports(MONITOR)).toEqual([443]);
    expect(ward.noticed).toEqual([]);
  });

  it("is contested when two declare it within minutes", () => {
    const { site: ward, s } = site();
    ward.see(s.arp(PUMP, "10.0.0.5"), s.arp(ROGUE, "10.0.0.5"));
    expect(ward.who).toEqual([`${ROGUE} 10.0.0.5`, PUMP]);
    expect(ward.noticed).toMatchObject([
      {
        subject: { mac: ROGUE, ip: "10.0.0.5" },
        peer: { mac: PUMP, ip: "10.0.0.5" },
        fields: { "host.address_conflict": "contested" },
      },
    ]);
  });

  it("has moved when its earlier owner had been silent for long", () => {
    const { site: ward, s } = site();
    ward.see(s.arp(PUMP, "10.0.0.5"));
    s.now += 10 * MINUTE;
    ward.see(s.arp(ROGUE, "10.0.0.5"));
    expect(ward.noticed).toMatchObject([{ fields: { "host.address_conflict": "moved" } }]);
  });

  it("is contested when the earlier owner was repeating its claim all the while", () => {
    const { site: ward, s } = site();
    const claim = s.arp(PUMP, "10.0.0.5");
    ward.see(claim);
    s.now += 10 * MINUTE;
    ward.inventory.again(claim, s.now);
    ward.see(s.arp(ROGUE, "10.0.0.5"));
    expect(ward.noticed).toMatchObject([{ fields: { "host.address_conflict": "contested" } }]);
  });

  it("goes back when a repeat shows that the earlier owner claims it again", () => {
    const { site: ward, s } = site();
    const claim = s.arp(PUMP, "10.0.0.5");
    ward.see(claim, s.arp(ROGUE, "10.0.0.5"));
    ward.inventory.again(claim, s.now + SECOND);
    expect(ward.who).toEqual([`${PUMP} 10.0.0.5`, ROGUE]);
  });
});

describe("the id of a device", () => {
  it("stays when its MAC address becomes known later", () => {
    const { site: ward, s } = site();
    ward.see(s.service("10.0.0.5", 80));
    const { id } = ward.at("10.0.0.5");
    ward.see(s.arp(PUMP, "10.0.0.5"));
    expect(ward.at("10.0.0.5")).toMatchObject({ id, macs: [PUMP] });
    // Also when the address goes to someone else, who is then someone else.
    ward.see(s.dhcp(MONITOR, "10.0.0.5"));
    expect(ward.inventory.devices().find(({ macs }) => macs[0] === PUMP)?.id).toBe(id);
    expect(ward.at("10.0.0.5").id).not.toBe(id);
  });

  it("is that of the MAC address when both are seen at once", () => {
    const { site: one, s } = site();
    const { site: other, s: t } = site();
    one.see(s.arp(PUMP, "10.0.0.5"));
    other.see(t.arp(PUMP, "10.0.0.77"));
    expect(one.at("10.0.0.5").id).toBe(other.at("10.0.0.77").id);
    expect(one.at("10.0.0.5").id).toMatch(/^d-[0-9a-f]{16}$/);
  });

  it("is never that of two devices", () => {
    const { site: ward, s } = site();
    ward.see(s.service("10.0.0.5", 80), s.arp(PUMP, "10.0.0.5"), s.arp(MONITOR, "10.0.0.5"));
    ward.see(s.arp(ROGUE, "10.0.0.5"), s.service("10.0.0.6", 1), s.frame(ROUTER, "10.0.0.6"));
    ward.see(s.frame(ROUTER, "10.0.0.7"), s.frame(ROUTER, "10.0.0.8"));
    const ids = ward.inventory.devices().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("a flood of invented addresses", () => {
  it("is held within the limit, counted, and does not push out what is known", () => {
    const { site: ward, s } = site();
    ward.see(s.arp(PUMP, "10.0.0.5"), s.service("10.0.0.5", 23), s.arp(MONITOR, "10.0.0.6"));
    for (let host = 0; host < 100_000; host++) {
      const [a, b, c] = [host >> 16, (host >> 8) & 255, host & 255];
      const hex = host.toString(16).padStart(6, "0").match(/../g)?.join(":");
      ward.see(s.frame(`02:00:00:${hex}`, `172.${16 + a}.${b}.${c}`));
    }
    const counters = ward.inventory.statistics();
    expect(counters["inventory.addresses"]).toBeLessThanOrEqual(65_536);
    expect(counters["inventory.addresses_evicted"]).toBe(200_004 - 65_536);
    expect(ward.at("10.0.0.5").services).toHaveLength(1);
    expect(ward.at("10.0.0.6").macs).toEqual([MONITOR]);
  });
});
