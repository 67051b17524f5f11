import { describe, expect, it } from "vitest";
import type { Alert } from "../../src/alert/alert.ts";
import { alertId } from "../../src/alert/finding.ts";
import { Judge } from "../../src/alert/judge.ts";
import { REGISTER_LIMITS } from "../../src/alert/register.ts";
import type { Vocabulary } from "../../src/observation/vocabulary.ts";
import { SHARED_FIELDS } from "../../src/observation/vocabulary.ts";
import { problemText } from "../../src/signature/document.ts";
import { parseSignature } from "../../src/signature/load.ts";
import { SignatureSet } from "../../src/signature/set.ts";
import { MINUTE, SECOND, Sightings } from "../support/sightings.ts";

const VOCABULARY: Vocabulary = new Map([...Object.entries(SHARED_FIELDS), ["x.kind", "open"]]);

const LOGIN = `
id: risk.login
title: Login in clear text
match: { login.outcome: [attempt, success] }
alert:
  severity: medium
  escalate:
    - when: { device.role: infusion-pump }
      severity: critical
  category: cleartext
  message: "{peer.ip} logs in to {subject.ip}[ as {login.user}]."
  remedy: Use an encrypted protocol.
  key: [login.user]
verified: 2026-11-21
examples:
  - observe: { login.outcome: attempt }
`;
const ROLE = `
id: device.kind
title: Kind
match: { x.kind: '/^(?<role>.+)$/' }
set: { role: "{role}" }
family: declared
confidence: 90
verified: 2026-11-21
examples:
  - observe: { x.kind: bed }
    give: { role: bed }
`;
const PUMP_ONLY = `
id: risk.pump-service
title: Service on a pump
match: { service.port: { exists: true }, device.role: infusion-pump }
alert:
  severity: high
  category: exposure
  message: "A pump offers port {service.port}."
  remedy: Close it.
verified: 2026-11-21
examples:
  - observe: { service.port: 80, device.role: infusion-pump }
`;
const CONFLICT = `
id: behaviour.address-conflict
title: Two claim one address
match: { host.address_conflict: contested }
alert:
  severity: high
  category: anomaly
  message: "{subject.mac} claims {subject.ip} of {peer.mac}."
  remedy: Look for the intruder.
verified: 2026-11-21
examples:
  - observe: { protocol: inventory, host.address_conflict: contested }
`;

function ward(...texts: string[]) {
  const read = texts.map((text) => parseSignature(text, "test.yaml", VOCABULARY));
  expect(read.flatMap(({ problems }) => problems.map(problemText))).toEqual([]);
  const signatures = new SignatureSet(
    read.flatMap(({ signature }) => signature ?? []),
    VOCABULARY,
  );
  const told: Alert[] = [];
  const judge = new Judge({ site: "ward", signatures, onAlert: (alert) => told.push(alert) });
  return { judge, told, s: new Sightings() };
}

function login(s: Sightings, ip: string, user?: string) {
  const fields = user === undefined ? {} : { "login.user": user };
  return s.of(
    { ip, port: 23 },
    "telnet",
    { "login.outcome": "success", ...fields },
    {
      peer: { ip: "10.0.0.99", port: 4000 },
      transport: "tcp",
      flow: "1:x",
    },
  );
}

describe("an alert", () => {
  it("carries the case: message, ends, fields, evidence", () => {
    const { judge, s } = ward(LOGIN);
    judge.observe(login(s, "10.0.0.5", "admin"));
    const [device] = judge.devices();
    expect(judge.alerts()).toEqual([
      {
        id: alertId("ward", "risk.login", device?.id ?? "", ["admin"]),
        state: "open",
        signature: "risk.login",
        title: "Login in clear text",
        severity: "medium",
        category: "cleartext",
        message: "10.0.0.99 logs in to 10.0.0.5 as admin.",
        identifiers: [{ field: "login.user", start: 33, end: 38 }],
        remedy: "Use an encrypted protocol.",
        references: [],
        attack: [],
        device: device?.id,
        subject: { ip: "10.0.0.5", port: 23 },
        peer: { ip: "10.0.0.99", port: 4000 },
        transport: "tcp",
        protocol: "telnet",
        flow: "1:x",
        fields: { "login.outcome": "success", "login.user": "admin" },
        evidence: [{ capture: "test.pcap", frame: 1 }],
        count: 1,
        firstSeen: s.now,
        lastSeen: s.now,
      },
    ]);
  });

  it("is one per signature, device and key", () => {
    const { judge, s } = ward(LOGIN);
    for (const user of ["a", "b", "a"]) judge.observe(login(s, "10.0.0.5", user));
    judge.observe(login(s, "10.0.0.6", "a"));
    const found = judge
      .alerts()
      .map(({ subject, fields, count }) => [subject.ip, fields["login.user"], count]);
    expect(found.sort()).toEqual([
      ["10.0.0.5", "a", 2],
      ["10.0.0.5", "b", 1],
      ["10.0.0.6", "a", 1],
    ]);
  });

  it("keeps the first frames that prove it", () => {
    const { judge, s } = ward(LOGIN);
    for (let time = 0; time < 9; time++) judge.observe(login(s, "10.0.0.5"));
    expect(judge.alerts()).toMatchObject([{ count: 9 }]);
    expect(judge.alerts()[0]?.evidence.map(({ frame }) => frame)).toEqual([1, 2, 3, 4, 5]);
  });

  it("counts what the hinge only repeats", () => {
    const { judge, s } = ward(LOGIN);
    const seen = login(s, "10.0.0.5");
    judge.observe(seen);
    judge.repeat(seen, 41, s.now + MINUTE);
    expect(judge.alerts()).toMatchObject([
      { count: 42, lastSeen: s.now + MINUTE, firstSeen: s.now },
    ]);
  });

  it("about no device belongs to the network", () => {
    const { judge, s } = ward(LOGIN);
    judge.observe(s.of({ ip: "255.255.255.255" }, "x", { "login.outcome": "attempt" }));
    expect(judge.alerts()).toMatchObject([{ device: "network" }]);
  });

  it("has an id that does not confuse the parts it is made of", () => {
    const ids = [
      alertId("s", "r", "d", ["a", "bc"]),
      alertId("s", "r", "d", ["ab", "c"]),
      alertId("s", "r", "d", ["abc"]),
      alertId("s", "rd", "", ["abc"]),
      alertId("", "sr", "d", ["abc"]),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
  });
});

describe("announcements", () => {
  it("come at once when an alert opens, at most every minute of packet time after, and at the end", () => {
    const { judge, told, s } = ward(LOGIN);
    const start = s.now;
    const seen = login(s, "10.0.0.5");
    judge.observe(seen);
    for (let time = 0; time < 130; time++) {
      s.now += SECOND;
      judge.repeat(seen, 1, s.now);
    }
    judge.finish(s.now);
    expect(told.map(({ state, count }) => `${state} ${count}`)).toEqual([
      "open 1",
      expect.stringMatching(/^updated 6\d$/),
      expect.stringMatching(/^updated 12\d$/),
      "updated 131",
    ]);
    expect(
      told
        .map(({ lastSeen }) => lastSeen - start)
        .slice(1, 3)
        .every((gap, index) => gap >= (index + 1) * MINUTE),
    ).toBe(true);
    // Nothing is owed any longer.
    judge.finish(s.now);
    expect(told).toHaveLength(4);
  });

  it("come for a change even when nothing more happens to that alert", () => {
    const { judge, told, s } = ward(LOGIN);
    judge.observe(login(s, "10.0.0.5"));
    judge.observe(login(s, "10.0.0.5"));
    s.now += 2 * MINUTE;
    judge.observe(s.service("10.0.0.9", 80));
    expect(told.map(({ state, count }) => `${state} ${count}`)).toEqual(["open 1", "updated 2"]);
  });
});

describe("a device that becomes known", () => {
  it("raises the severity of what was found before", () => {
    const { judge, told, s } = ward(LOGIN, ROLE);
    judge.observe(login(s, "10.0.0.5"));
    judge.observe(s.of({ ip: "10.0.0.5" }, "x", { "x.kind": "infusion-pump" }));
    judge.finish(s.now);
    expect(told.map(({ severity, state }) => `${state} ${severity}`)).toEqual([
      "open medium",
      "updated critical",
    ]);
  });

  it("completes a match that only lacked it", () => {
    const { judge, s } = ward(PUMP_ONLY, ROLE);
    judge.observe(s.service("10.0.0.5", 80));
    judge.observe(s.service("10.0.0.6", 80));
    expect(judge.alerts()).toEqual([]);
    judge.observe(s.of({ ip: "10.0.0.5" }, "x", { "x.kind": "infusion-pump" }));
    expect(judge.alerts()).toMatchObject([
      { signature: "risk.pump-service", subject: { ip: "10.0.0.5" } },
    ]);
  });
});

describe("findings of devices that turn out to be one", () => {
  const MAC = "00:03:b1:00:00:01";

  it("follow the device", () => {
    const { judge, s } = ward(LOGIN);
    judge.observe(s.frame("00:1b:54:00:00:fe", "10.9.0.5"));
    judge.observe(login(s, "10.9.0.5"));
    const id = judge.alerts()[0]?.id;
    // The MAC address turns out to be a router's.
    judge.observe(s.frame("00:1b:54:00:00:fe", "10.9.0.6"));
    const owner = judge.devices().find(({ ips }) => ips.includes("10.9.0.5"));
    expect(owner?.macs).toEqual([]);
    expect(judge.alerts()).toMatchObject([{ id, device: owner?.id }]);
  });

  it("become one, and the younger is closed", () => {
    const { judge, told, s } = ward(LOGIN);
    const first = login(s, "10.0.0.5");
    const second = login(s, "fe80::1");
    judge.observe(first);
    judge.observe(second);
    expect(judge.alerts()).toHaveLength(2);
    judge.observe(s.arp(MAC, "10.0.0.5"));
    judge.observe(s.ndp(MAC, "fe80::1"));
    expect(judge.alerts()).toMatchObject([{ count: 2, subject: { ip: "10.0.0.5" } }]);
    judge.repeat(second, 5, s.now);
    expect(judge.alerts()).toMatchObject([{ count: 7 }]);
    judge.finish(s.now);
    expect(told.map(({ state, subject }) => `${state} ${subject.ip}`)).toEqual([
      "open 10.0.0.5",
      "open fe80::1",
      "closed fe80::1",
      "updated 10.0.0.5",
    ]);
  });

  it("always name a device that is listed", () => {
    const { judge, s } = ward(LOGIN);
    judge.observe(login(s, "10.0.0.5"));
    for (const mac of [MAC, "00:09:fb:00:00:02", "00:0c:29:00:00:66"]) {
      judge.observe(s.arp(mac, "10.0.0.5"));
      judge.observe(login(s, "10.0.0.5"));
    }
    const ids = new Set(judge.devices().map(({ id }) => id));
    expect(judge.alerts()).toHaveLength(3);
    for (const { device } of judge.alerts()) expect(ids).toContain(device);
  });
});

describe("an address conflict", () => {
  it("is something that a signature can match", () => {
    const { judge, s } = ward(CONFLICT);
    judge.observe(s.arp("00:03:b1:00:00:01", "10.0.0.5"));
    judge.observe(s.arp("00:0c:29:00:00:66", "10.0.0.5"));
    expect(judge.alerts()).toMatchObject([
      { message: "00:0c:29:00:00:66 claims 10.0.0.5 of 00:03:b1:00:00:01." },
    ]);
  });
});

describe("a flood of findings", () => {
  it("counts keys beyond the limit in one finding", () => {
    const { judge, s } = ward(LOGIN);
    for (let user = 0; user < 1000; user++) judge.observe(login(s, "10.0.0.5", `user ${user}`));
    const alerts = judge.alerts();
    expect(alerts).toHaveLength(REGISTER_LIMITS.keys + 1);
    expect(alerts.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    expect(judge.statistics()["alerts.folded"]).toBe(1000 - REGISTER_LIMITS.keys);
  });

  it("drops the least severe and says so", () => {
    const { judge, s } = ward(LOGIN, ROLE);
    judge.observe(s.of({ ip: "10.0.0.5" }, "x", { "x.kind": "infusion-pump" }));
    judge.observe(login(s, "10.0.0.5"));
    const more = 200;
    for (let host = 0; host < REGISTER_LIMITS.findings + more; host++)
      judge.observe(login(s, `10.${1 + (host >> 16)}.${(host >> 8) & 255}.${host & 255}`));
    const alerts = judge.alerts();
    expect(alerts).toHaveLength(REGISTER_LIMITS.findings);
    expect(alerts[0]).toMatchObject({ severity: "critical", subject: { ip: "10.0.0.5" } });
    expect(judge.statistics()["alerts.evicted"]).toBe(more + 1);
  });
});
