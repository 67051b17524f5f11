/**
 * The composed hospital against the plan it was built from (captures/hospital/answers.json, written before
 * the recording): what we say is right, and what we do not know we leave open.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CAPTURES } from "./support/captures.ts";
import { run } from "./support/run.ts";

interface Planned {
  readonly name: string;
  readonly ip: string;
  readonly mac: string;
  readonly role: string;
  readonly services: readonly string[];
}

interface Login {
  readonly protocol: string;
  readonly user: string;
  readonly client: string;
  readonly server: string;
  readonly outcome: string;
}

const plan = JSON.parse(readFileSync(`${CAPTURES}/hospital/answers.json`, "utf8")) as {
  router: { mac: string; ips: string[] };
  devices: Planned[];
  logins: Login[];
};
const result = run(`${CAPTURES}/hospital/ward-and-office.pcap`);

/** Protocols that have an analyzer; services of others are known by port only. */
const SPOKEN = new Set(["telnet", "ftp", "http", "ssh", "snmp", "dns", "hl7", "dicom"]);

describe.each(plan.devices.map((device) => [device.name, device] as const))(
  "%s",
  (_name, planned) => {
    const found = result.then(({ outcome }) =>
      outcome.devices.filter(({ ips }) => ips.includes(planned.ip)),
    );

    test("is one device with its own MAC address", async () => {
      const devices = await found;
      expect(devices).toHaveLength(1);
      expect(devices[0]?.macs).toEqual([planned.mac]);
    });

    test("has the role it was given, or none at all", async () => {
      const [device] = await found;
      const role = device?.role?.value;
      if (role !== undefined) expect(role).toBe(planned.role);
    });

    test("offers what it was set up to offer", async () => {
      const [device] = await found;
      for (const service of planned.services) {
        const [, transport, port, protocol] = /^(\w+)\/(\d+) (\w+)$/.exec(service) ?? [];
        if (port === "67" || port === "69" || port === "5353") continue; // broadcast, ephemeral, multicast
        if (transport === "udp" && !SPOKEN.has(protocol ?? "")) continue;
        const offered = device?.services.find(
          (each) => each.transport === transport && each.port === Number(port),
        );
        expect(offered, service).toBeDefined();
        if (SPOKEN.has(protocol ?? "")) expect(offered?.protocol).toBe(protocol);
      }
    });
  },
);

test("the router is recognised and keeps its own addresses only", async () => {
  const { outcome } = await result;
  const router = outcome.devices.find(({ macs }) => macs.includes(plan.router.mac));
  expect(router?.role?.value).toBe("router");
  expect([...(router?.ips ?? [])].sort()).toEqual([...plan.router.ips].sort());
});

test("nobody is there who is not on the plan", async () => {
  const { outcome } = await result;
  const known = new Set([...plan.devices.map(({ ip }) => ip), ...plan.router.ips]);
  const strangers = outcome.devices.filter(({ ips }) => !ips.some((ip) => known.has(ip)));
  expect(strangers.map(({ ips, macs }) => [ips, macs])).toEqual([]);
});

test.each(plan.logins.filter(({ protocol }) => SPOKEN.has(protocol)))(
  "$client logs in to $server by $protocol: $outcome",
  async (login) => {
    const { observations } = await result;
    const seen = observations.filter(
      ({ protocol, subject, peer, fields }) =>
        protocol === login.protocol &&
        subject.ip === login.server &&
        peer?.ip === login.client &&
        fields["login.user"] === login.user,
    );
    expect(seen.map(({ fields }) => fields["login.outcome"])).toContain(login.outcome);
  },
);

// What says what it is: a banner, a DICOM or HL7 conversation, an SNMP description, what passes through.
const TELLING = [
  "router",
  "switch",
  "pump-1",
  "pump-3",
  "central",
  "serial-gateway",
  "pacs",
  "ct",
  "mr",
  "ultrasound",
  "analyser",
  "engine",
  "printer",
  "reading",
];

test.each(TELLING)("%s is named by what it does or says", async (name) => {
  const { outcome } = await result;
  const planned = plan.devices.find((device) => device.name === name);
  const found = outcome.devices.find(({ ips }) => ips.includes(planned?.ip ?? ""));
  expect(found?.role?.value).toBe(planned?.role);
});

test.each(["pump-2", "monitor-2", "bed", "office-1"])("%s gives too little away", async (name) => {
  const { outcome } = await result;
  const ip = plan.devices.find((device) => device.name === name)?.ip ?? "";
  expect(outcome.devices.find(({ ips }) => ips.includes(ip))?.role).toBeUndefined();
});

test("who speaks for a pump in HL7 may be one, but is not called one", async () => {
  const { outcome } = await result;
  const ip = plan.devices.find(({ name }) => name === "pump-server")?.ip ?? "";
  const server = outcome.devices.find(({ ips }) => ips.includes(ip));
  expect(server?.role).toBeUndefined();
  expect(server?.hypotheses).toContainEqual(
    expect.objectContaining({ attribute: "role", value: "infusion-pump" }),
  );
});
