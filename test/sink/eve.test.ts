import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  encode,
  encodeBounded,
  eveRecord,
  MESSAGE_LIMIT,
  signatureNumber,
} from "../../src/sink/eve.ts";
import { alertEvent, deviceEvent, deviceOf, EVENTS, ORIGIN } from "./samples.ts";

/** The top level of an EVE record that an alert may have, as Suricata 7 and 8 document it. */
const DOCUMENTED = new Set(
  `timestamp flow_id in_iface event_type vlan src_ip src_port dest_ip dest_port proto ip_v pkt_src
   community_id tenant_id app_proto app_proto_tc app_proto_ts host pcap_cnt pcap_filename ether
   direction tx_id tx_guessed icmp_type icmp_code spi parent_id payload payload_printable packet
   packet_info stream metadata log_level alert flow verdict`.split(/\s+/),
);

/** The same for the `alert` object. */
const DOCUMENTED_ALERT = new Set(
  `action gid signature_id rev app_proto signature category severity source target metadata
   references xff rule context tx_guessed`.split(/\s+/),
);

type Eve = Record<string, unknown> & { alert: Record<string, unknown> };

describe("an alert as EVE record", () => {
  const record = eveRecord(alertEvent()) as Eve;

  it("keeps to the documented names, at the top and in `alert`", () => {
    expect(Object.keys(record).filter((key) => !DOCUMENTED.has(key))).toEqual([]);
    expect(Object.keys(record.alert).filter((key) => !DOCUMENTED_ALERT.has(key))).toEqual([]);
  });

  it("holds what is ours as arrays of strings", () => {
    const metadata = record.alert.metadata as Record<string, unknown>;
    expect(Object.keys(metadata).length).toBeGreaterThan(10);
    for (const value of Object.values(metadata)) {
      expect(Array.isArray(value)).toBe(true);
      for (const item of value as unknown[]) expect(typeof item).toBe("string");
    }
  });

  it("names both ends, the flow, the proof and the rule", () => {
    expect(record).toMatchObject({
      timestamp: "2026-11-21T03:04:05.123456+0000",
      event_type: "alert",
      host: "icu-1",
      src_ip: "10.20.9.8",
      src_port: 23,
      dest_ip: "10.20.4.17",
      dest_port: 49152,
      proto: "TCP",
      ip_v: 4,
      app_proto: "telnet",
      vlan: [120],
      ether: { src_mac: "00:09:02:aa:bb:cc" },
      pcap_filename: "ward.pcap",
      pcap_cnt: 12,
      community_id: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
      alert: {
        action: "allowed",
        signature: "Telnet login in clear text",
        severity: 1,
        metadata: {
          auscult_event: ["new"],
          auscult_severity: ["high"],
          auscult_evidence: ["12:ward.pcap", "40:ward.pcap"],
          auscult_device_role: ["infusion-pump"],
          mitre_technique_id: ["T1021", "T0886"],
        },
      },
    });
  });

  it("of a link-layer finding has neither addresses nor a transport", () => {
    const bare = eveRecord(
      alertEvent({ subject: { mac: "00:09:02:aa:bb:cc" }, transport: "link", protocol: "arp" }),
    );
    expect(bare).not.toHaveProperty("src_ip");
    expect(bare).not.toHaveProperty("proto");
    expect(bare).toHaveProperty("ether", { src_mac: "00:09:02:aa:bb:cc" });
  });

  it("moves its time with the last sighting once it is updated", () => {
    const updated = eveRecord(alertEvent({ state: "updated" })) as Eve;
    expect(updated.timestamp).toBe("2026-11-21T03:04:09.123456+0000");
    expect(updated.alert.metadata).toMatchObject({ auscult_event: ["update"] });
  });
});

describe("lines", () => {
  it("are one line each, whatever the text holds", () => {
    const line = encode(alertEvent({ message: "a\nb\r\u2028c" }));
    expect(line).not.toMatch(/[\n\r]/);
    expect(JSON.parse(line)).toHaveProperty("event_type", "alert");
  });

  it("have a type and a time, all of them", () => {
    for (const event of EVENTS) {
      const record = JSON.parse(encode(event)) as Record<string, unknown>;
      expect(["alert", "auscult_device", "auscult_summary"]).toContain(record.event_type);
      expect(record.timestamp).toMatch(/\+0000$/);
      expect(record.host).toBe(ORIGIN.sensor);
    }
  });

  it("of a device with very much to tell are shortened for a broker, and say so", () => {
    const claims = deviceOf().hypotheses[0]?.claims ?? [];
    const big = deviceEvent({
      hypotheses: Array.from({ length: 400 }, (_, index) => ({
        attribute: "os" as const,
        value: `${index}`.padEnd(200, "x"),
        confidence: 10,
        claims,
      })),
      names: Array.from({ length: 500 }, (_, index) => `name-${index}`.padEnd(250, "y")),
    });
    expect(encode(big).length).toBeGreaterThan(MESSAGE_LIMIT);
    const bounded = encodeBounded(big);
    expect(Buffer.byteLength(bounded)).toBeLessThanOrEqual(MESSAGE_LIMIT);
    expect(JSON.parse(bounded)).toHaveProperty("auscult_device.truncated", true);
    expect(JSON.parse(encodeBounded(deviceEvent()))).not.toHaveProperty("auscult_device.truncated");
  });

  it("of a capture without packets have a time all the same", () => {
    const summary = { version: 1, captures: ["x"], damage: [], counters: {} } as const;
    const line = encode({ type: "summary", origin: ORIGIN, summary });
    expect(line).toContain('"timestamp":"1970-01-01T00:00:00.000000+0000"');
  });
});

describe("signature numbers", () => {
  it("fit the 32 bits of a Suricata signature id, above the public ranges", () => {
    for (const id of ["risk.a", "risk.b", "software.apache-httpd"]) {
      expect(signatureNumber(id)).toBeGreaterThanOrEqual(1_000_000_000);
      expect(signatureNumber(id)).toBeLessThan(2 ** 31);
    }
  });

  it("differ for all signatures that come with the program", () => {
    const root = fileURLToPath(new URL("../../signatures", import.meta.url));
    const names = existsSync(root) ? readdirSync(root, { recursive: true }).map(String) : [];
    const kinds: Record<string, string> = {
      risks: "risk",
      devices: "device",
      software: "software",
    };
    const ids = names
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => name.slice(0, -".yaml".length).split(/[\\/]/))
      .map(([folder = "", file]) => `${kinds[folder] ?? folder}.${file}`);
    expect(new Set(ids.map(signatureNumber)).size).toBe(ids.length);
  });
});
