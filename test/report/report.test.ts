import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FINDINGS_PRINTED } from "../../src/report/alerts.ts";
import { renderReport } from "../../src/report/report.ts";
import { COLOURED, PLAIN } from "../../src/report/style.ts";
import { alertOf, deviceOf, SUMMARY } from "../sink/samples.ts";

const VIEW = { alerts: [alertOf()], devices: [deviceOf()], summary: SUMMARY };
const report = (view: Parameters<typeof renderReport>[0], width = 100) =>
  renderReport(view, PLAIN, width);

describe("the report", () => {
  it("says what was found, on which device, and what could not be read", () => {
    expect(report(VIEW)).toBe(
      `ALERTS  1 high

HIGH      Telnet login in clear text
  - 10.20.4.17 logs in to 10.20.9.8 port 23 by Telnet as biomed.
    infusion pump, Example Medical; 3 times, 2026-11-21 03:04:05 to 03:04:09 UTC; ward.pcap frames
    12, 40
  Remedy     Use SSH, or keep the maintenance port in a network of its own.
  Signature  risk.cleartext-telnet-login; ATT&CK T1021, T0886

DEVICES  1

10.20.9.8  infusion pump  alerts: 1 high
  Role      infusion pump 92 %
  Vendor    Example Medical 95 %
  OS        unknown; perhaps Linux 40 %, VxWorks 31 %
  Unknown   model
  MAC       00:09:02:aa:bb:cc
  VLAN      120
  Also      fe80::1
  Names     PUMP-17
  Software  Apache httpd 2.4.29
  Because   dhcp.vendor_class: EXMED-PUMP (frame 3)
  Id        d-5f1c0a9be2d34417
  PORT      STATE  SERVICE  VERSION
  23/tcp    open   telnet
  80/tcp    open   http     Apache httpd 2.4.29
  5353/udp  open   unknown

Read 1,234 packets (567.9 kB) from ward.pcap, 2026-11-21 03:03:05 to 03:04:09 UTC.
Damaged: ward.pcap, byte 4096: the last record is cut
`,
    );
  });

  it("of nothing says so", () => {
    expect(report({ alerts: [], devices: [] })).toBe("ALERTS  none\n\nDEVICES  none\n");
  });

  it("puts the most severe alerts first, and one block per signature", () => {
    const text = report({
      alerts: [
        alertOf({ id: "1", severity: "low", signature: "risk.b", title: "B" }),
        alertOf({ id: "2", severity: "critical", signature: "risk.c", title: "C" }),
        alertOf({ id: "3", severity: "critical", signature: "risk.c", title: "C", message: "x" }),
        alertOf({ id: "4", severity: "info", signature: "risk.a", title: "A" }),
      ],
      devices: [],
    });
    const heads = text.split("\n").filter((line) => /^(CRITICAL|HIGH|MEDIUM|LOW|INFO)/.test(line));
    expect(heads.map((line) => line.split("  ")[0])).toEqual(["CRITICAL", "LOW", "INFO"]);
    expect(text).toContain("ALERTS  2 critical, 1 low, 1 info");
  });

  it("is the same whatever the order of its content", () => {
    const alerts = Array.from({ length: 6 }, (_, i) =>
      alertOf({ id: `a-${i}`, severity: i % 2 === 0 ? "high" : "low", message: `m${i % 3}` }),
    );
    const devices = ["10.0.0.10", "10.0.0.9", "fe80::2", "192.168.1.1"].map((ip, i) =>
      deviceOf({ id: `d-${i}`, ips: [ip] }),
    );
    const once = report({ alerts, devices });
    fc.assert(
      fc.property(
        fc.shuffledSubarray(alerts, { minLength: 6 }),
        fc.shuffledSubarray(devices, { minLength: 4 }),
        (a, d) => {
          expect(report({ alerts: a, devices: d })).toBe(once);
        },
      ),
    );
  });

  it("sorts addresses as numbers", () => {
    const devices = ["10.0.0.10", "10.0.0.9", "9.0.0.1"].map((ip) =>
      deviceOf({ id: `d-${ip}`, ips: [ip] }),
    );
    const text = report({ alerts: [], devices });
    const order = ["9.0.0.1 ", "10.0.0.9 ", "10.0.0.10 "].map((ip) => text.indexOf(`\n${ip}`));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(Math.min(...order)).toBeGreaterThan(0);
  });

  it("names captures by file, by path where two files have one name, and only frames where clear", () => {
    const from = (...captures: string[]) =>
      report({
        alerts: captures.map((capture, i) =>
          alertOf({ id: `a-${i}`, message: `m${i}`, evidence: [{ capture, frame: 7 }] }),
        ),
        devices: [deviceOf()],
      });
    expect(from("/data/lab.pcap")).toMatch(/;\s+lab\.pcap frame 7/);
    expect(from("a/x.pcap", "b/x.pcap")).toMatch(/;\s+a\/x\.pcap frame 7/);
    expect(from("a/y.pcap")).toContain("EXMED-PUMP (ward.pcap frame 3)");
    expect(report(VIEW)).toContain("EXMED-PUMP (frame 3)");
  });

  it("keeps rivals of a belief apart from other spellings of it", () => {
    const hypothesis = (value: string, confidence: number) => ({
      attribute: "vendor" as const,
      value,
      confidence,
      claims: [],
    });
    const text = report({
      alerts: [],
      devices: [
        deviceOf({
          vendor: { value: "Baxter", confidence: 95 },
          hypotheses: [
            hypothesis("Baxter", 95),
            hypothesis("Baxter International", 40),
            hypothesis("Baxtering", 30),
            hypothesis("Sigma", 9),
          ],
        }),
      ],
    });
    expect(text).toContain("Vendor    Baxter 95 %; or Baxtering 30 %\n");
  });

  it("tells a value said more exactly from a rival", () => {
    const os = (...values: (readonly [string, number])[]) =>
      report({
        alerts: [],
        devices: [
          deviceOf({
            os: { value: values[0]?.[0] ?? "", confidence: values[0]?.[1] ?? 0 },
            hypotheses: values.map(([value, confidence]) => ({
              attribute: "os" as const,
              value,
              confidence,
              claims: [],
            })),
          }),
        ],
      });
    expect(os(["Ubuntu Linux", 75], ["Linux", 98])).toContain(
      "OS        Ubuntu Linux 75 % (Linux 98 %)\n",
    );
    expect(os(["Ubuntu Linux", 75], ["Linux", 70])).toContain("OS        Ubuntu Linux 75 %\n");
    expect(os(["Windows", 75], ["Windows XP", 31], ["Linux", 20])).toContain(
      "OS        Windows 75 %; or Linux 20 %; perhaps Windows XP 31 %\n",
    );
  });

  it("gives each reason a line, and the frame room in it", () => {
    const because = `dicom.accepted_syntaxes: ${Array.from({ length: 20 }, (_, i) => `1.2.840.${i}`).join(",")}`;
    const text = report(
      {
        alerts: [],
        devices: [
          deviceOf({
            hypotheses: [
              {
                attribute: "role",
                value: "infusion-pump",
                confidence: 92,
                claims: [
                  {
                    attribute: "role",
                    value: "infusion-pump",
                    family: "declared",
                    confidence: 70,
                    signature: "device.x",
                    because,
                    evidence: { capture: "ward.pcap", frame: 1234 },
                  },
                ],
              },
            ],
          }),
        ],
      },
      80,
    );
    const [line = ""] = text.match(/^ {2}Because.*$/m) ?? [];
    expect(line).toMatch(/^ {2}Because {3}dicom\.accepted_syntaxes: 1\.2\..*… \(frame 1234\)$/);
    expect(line.length).toBe(80);
  });

  it("names the maker where the role is unknown, and counts the roles", () => {
    const vendor = { value: "Philips", confidence: 60 };
    const { role: _role, ...nameless } = deviceOf();
    const { vendor: _vendor, ...unknown } = nameless;
    const text = report({
      alerts: [],
      devices: [
        { ...nameless, id: "d-1", ips: ["10.0.0.1"], vendor },
        { ...unknown, id: "d-2", ips: ["10.0.0.2"] },
        deviceOf({ id: "d-3", ips: ["10.0.0.3"], role: { value: "pacs", confidence: 83 } }),
        deviceOf({ id: "d-4", ips: ["10.0.0.4"], role: { value: "pacs", confidence: 83 } }),
      ],
    });
    expect(text).toContain("DEVICES  4\n  PACS (2), 2 of unknown role\n");
    expect(text).toContain("\n10.0.0.1  Philips device, role unknown\n");
    expect(text).toContain("\n10.0.0.2  unknown device\n");
    expect(text).toContain("\n10.0.0.3  PACS\n");
  });

  it("says where a device is that the message calls by its MAC address only", () => {
    const device = deviceOf();
    const finding = (message: string) =>
      report({ alerts: [alertOf({ message, device: device.id })], devices: [device] });
    expect(finding("00:09:02:aa:bb:cc runs BusyBox.")).toContain(
      "\n    10.20.9.8; infusion pump, Example Medical; 3 times",
    );
    expect(finding("10.20.9.8 runs BusyBox.")).toContain("\n    infusion pump, Example Medical; 3");
  });

  it("gives devices that told nothing a line each, unless there is an alert about them", () => {
    const silent = (last: number) => ({
      id: `d-${last}`,
      macs: [`00:13:8f:9c:a0:0${last}`],
      ips: [`10.0.0.${last}`],
      vlans: [10],
      names: [],
      hypotheses: [{ attribute: "vendor" as const, value: "Asiarock", confidence: 35, claims: [] }],
      software: [],
      services: [],
      firstSeen: 0,
      lastSeen: 0,
    });
    const text = report({
      alerts: [alertOf({ device: "d-3" })],
      devices: [silent(1), silent(2), silent(3)],
    });
    expect(text).toContain(`DEVICES  3

10.0.0.3  unknown device  alerts: 1 high
  Vendor    unknown; perhaps Asiarock 35 %
  Unknown   model, OS
  MAC       00:13:8f:9c:a0:03
  VLAN      10
  Id        d-3

2 more devices, of which only the address is known:
  10.0.0.1  00:13:8f:9c:a0:01  VLAN 10; perhaps Asiarock 35 %
  10.0.0.2  00:13:8f:9c:a0:02  VLAN 10; perhaps Asiarock 35 %
`);
  });

  it("folds remote hosts into a line each, and counts the many", () => {
    const devices = Array.from({ length: 25 }, (_, i) =>
      deviceOf({ id: `d-${i}`, scope: "remote", ips: [`203.0.113.${i}`], names: [] }),
    );
    const text = report({ alerts: [], devices });
    expect(text).toContain("DEVICES  none");
    expect(text).toContain("REMOTE HOSTS  25");
    expect(text).toContain("203.0.113.0  telnet 23/tcp, http 80/tcp, 5353/udp");
    expect(text).toContain("and 15 more; --json lists them all");
  });

  it("does not drown in one signature, and says how much it leaves out", () => {
    const alerts = Array.from({ length: 30 }, (_, i) =>
      alertOf({ id: `a-${i}`, message: `m ${i}` }),
    );
    const text = report({ alerts, devices: [] });
    expect(text.match(/^ {2}- m /gm)).toHaveLength(FINDINGS_PRINTED);
    expect(text).toContain("and 10 more of this kind");
  });

  it("lets nothing from the wire speak to the terminal", () => {
    const evil = "\u001b]0;owned\u0007\u001b[2J\r\n\u202egnp.exe\u0000";
    const text = renderReport(
      {
        alerts: [alertOf({ message: evil, title: evil, evidence: [{ capture: evil, frame: 1 }] })],
        devices: [
          deviceOf({
            names: [evil],
            role: { value: evil, confidence: 90 },
            services: [
              {
                transport: "tcp",
                port: 1,
                protocol: evil,
                product: evil,
                evidence: { capture: "x", frame: 1 },
              },
            ],
          }),
        ],
        summary: { ...SUMMARY, captures: [evil] },
      },
      PLAIN,
      80,
    );
    expect(text).not.toMatch(/[^\P{C}\n]/u);
    expect(text).toContain("owned");
  });

  it("folds long text to the width, but never an address or a word", () => {
    const message = "word ".repeat(60).trim();
    const text = report({ alerts: [alertOf({ message })], devices: [] }, 70);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(70);
  });

  it("differs in colour only by its escape sequences", () => {
    const coloured = renderReport(VIEW, COLOURED, 100);
    expect(coloured).toContain("\u001b[");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    expect(coloured.replace(/\u001b\[[\d;]*m/g, "")).toBe(report(VIEW));
  });
});

describe("the last paragraph", () => {
  const summary = (counters: Record<string, Record<string, number>>) =>
    report({ alerts: [], devices: [], summary: { ...SUMMARY, damage: [], counters } });

  it("says what was not seen whole, and which limits were reached", () => {
    const text = summary({
      source: { frames: 1, bytes: 60 },
      packet: { malformed: 1, duplicates: 2, cut: 0 },
      analysis: { gaps: 3, lost_bytes: 4321 },
      flow: { evicted: 5, active: 9 },
      judge: { "inventory.names_dropped": 6 },
    }).replaceAll("\n", " ");
    expect(text).toContain("Read 1 packet (60 B)");
    expect(text).toContain("2 packets were duplicates made by the mirror.");
    expect(text).toContain(
      "Not seen whole: 1 malformed packet, 3 gaps in streams, 4,321 bytes missing in streams.",
    );
    expect(text).toContain("Limits reached: flow evicted 5, judge inventory.names dropped 6.");
    expect(text).not.toContain("active");
  });

  it("is silent about what did not happen", () => {
    const text = summary({ source: { frames: 2, bytes: 120 }, flow: { evicted: 0 } });
    expect(text).not.toContain("Limits");
    expect(text).not.toContain("Not seen");
  });

  it("tells a file that is not there from one that is damaged", () => {
    const damage = [{ file: "x.pcap", offset: 0, kind: "unreadable", message: "it is gone" }];
    const text = report({ alerts: [], devices: [], summary: { ...SUMMARY, damage } });
    expect(text).toContain("Not read: x.pcap: it is gone");
  });
});
