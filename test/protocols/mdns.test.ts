import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Verdict } from "../../src/analysis/analyzer.ts";
import { FlowState } from "../../src/flow/flow.ts";
import { analyzer } from "../../src/protocols/mdns.ts";
import { CAPTURES } from "../support/captures.ts";
import { observationsOf } from "../support/replay.ts";
import { Conversation, hex, probeDatagram } from "./conversation.ts";
import { datagramsIn, hasTshark, mutations, repeat, tshark } from "./recorded.ts";

const text = (value: string) => Buffer.from(value, "utf8").toString("hex");
const label = (value: string) =>
  (text(value).length / 2).toString(16).padStart(2, "0") + text(value);
const name = (...labels: string[]) => `${labels.map(label).join("")}00`;
const u16 = (value: number) => value.toString(16).padStart(4, "0");
const record = (owner: string, type: number, data: string, ttl = "00000078") =>
  `${owner}${u16(type)}8001${ttl}${u16(data.length / 2)}${data}`;

const HOST = name("pump-7", "local");
const PRINTER = name("Dr. Roe's printer", "_ipp", "_tcp", "local");
const srv = record(PRINTER, 33, `0000000002 77${HOST}`.replace(" ", ""));
const txt = (...strings: string[]) => record(PRINTER, 16, strings.map(label).join(""));
const a = record(HOST, 1, "0a000007");
const aaaa = record(HOST, 28, `fe80${"00".repeat(13)}07`);

/** Who is told what by a message with these answers. */
function heard(answers: readonly string[], flags = "8400", state = 0) {
  const talked = new Conversation(analyzer, "udp", { state });
  talked.client(hex(`0000 ${flags} 0000 ${u16(answers.length)} 0000 0000 ${answers.join("")}`));
  return talked.observations.map(({ subject, fields }) => ({ ip: subject.ip, ...fields }));
}

describe("mDNS", () => {
  it("names the address of an A or AAAA record, without .local", () => {
    expect(heard([a, aaaa])).toEqual([
      { ip: "10.0.0.7", "host.name": "pump-7" },
      { ip: "fe80::7", "host.name": "pump-7" },
    ]);
  });

  it("tells services of the host that has them, not of the gateway that repeats them", () => {
    const service = {
      ip: "10.0.0.7",
      "mdns.port": 631,
      "mdns.service": "_ipp._tcp",
      "mdns.instance": "Dr. Roe's printer",
    };
    expect(heard([srv, a])).toContainEqual(service);
    expect(heard([srv])).toEqual([{ ...service, ip: "10.0.0.1" }]);
  });

  it("tells model, vendor and firmware from TXT", () => {
    const keys = txt("txtvers=1", "ty=Example 4100", "usb_MFG=Example", "usb_MDL=4100", "FV=1.2");
    expect(heard([srv, keys, a])).toContainEqual({
      ip: "10.0.0.7",
      "mdns.model": "4100",
      "mdns.vendor": "Example",
      "mdns.product": "Example 4100",
      "mdns.firmware": "1.2",
      "mdns.service": "_ipp._tcp",
      "mdns.instance": "Dr. Roe's printer",
    });
  });

  it("tells processor and system from HINFO", () => {
    const hinfo = record(HOST, 13, label("ARMV7L") + label("LINUX"));
    expect(heard([hinfo, a])).toContainEqual({
      ip: "10.0.0.7",
      "mdns.hardware": "ARMV7L",
      "mdns.os": "LINUX",
    });
  });

  it("takes nothing from a question: known answers are what others said (RFC 6762 §7.1)", () => {
    expect(heard([srv, txt("md=x"), a], "0000")).toEqual([]);
  });

  it("takes nothing from a goodbye (RFC 6762 §10.1)", () => {
    expect(heard([record(HOST, 1, "0a000007", "00000000")])).toEqual([]);
  });

  it("binds whoever speaks to the group", () => {
    expect(heard([], "0000", FlowState.Group)).toEqual([
      { ip: "10.0.0.1", "host.binding": "local" },
    ]);
  });

  it("is known by its port and flags", () => {
    const message = hex("0000 8400 0000 0000 0000 0000");
    expect(probeDatagram(analyzer, message)).toBe(Verdict.Yes);
    expect(probeDatagram(analyzer, message, 53)).toBe(Verdict.No);
    expect(probeDatagram(analyzer, message.with(3, 3))).toBe(Verdict.No);
  });

  it("survives any change of real messages", async () => {
    const datagrams = await datagramsIn("mdns/announce-probe-goodbye.pcap");
    const said = datagrams.map((bytes) => ({ side: 0 as const, bytes }));
    fc.assert(
      fc.property(mutations(said), (parts) => {
        const shown = repeat(new Conversation(analyzer, "udp"), parts).observations;
        for (const { fields } of shown) expect(Object.keys(fields).length).toBeGreaterThan(0);
      }),
      { numRuns: 100 },
    );
  });

  it.skipIf(!hasTshark)("agrees with tshark about names and services", async () => {
    const file = "mdns/query-and-answer.pcap";
    const answers = "mdns && dns.flags.response == 1";
    const { observations } = await observationsOf(`${CAPTURES}/${file}`);
    const named = observations.filter(({ fields }) => "host.name" in fields);
    const addresses = tshark(file, `${answers} && dns.a`, "dns.a").flat();
    expect(named.map(({ subject }) => subject.ip)).toEqual(
      expect.arrayContaining([...new Set(addresses.flatMap((each) => each.split(",")))]),
    );
    const ports = tshark(file, `${answers} && dns.srv.port`, "dns.srv.port").flat();
    const ours = observations.flatMap(({ fields }) => fields["mdns.port"] ?? []);
    expect(new Set(ours.map(String))).toEqual(new Set(ports.flatMap((each) => each.split(","))));
  });
});
