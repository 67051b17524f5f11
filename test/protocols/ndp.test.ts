import { describe, expect, it } from "vitest";
import { Packet } from "../../src/packet/packet.ts";
import { Reader } from "../../src/packet/reader.ts";
import { analyzer } from "../../src/protocols/ndp.ts";
import { CAPTURES } from "../support/captures.ts";
import { record } from "../support/recorder.ts";
import { observationsOf } from "../support/replay.ts";
import { hex } from "./conversation.ts";
import { hasTshark, tshark } from "./recorded.ts";

const LINK_LOCAL = "fe800000000000000000000000000001";
const GLOBAL = "20010db8000000000000000000000002";
const NOBODY = "0".repeat(32);
const FRAME_MAC = "02000000000f";
const SOURCE = "0101 02000000000a";
const TARGET = "0201 02000000000b";

const solicitation = `87 00 0000 00000000 ${GLOBAL} ${SOURCE}`;
const advertisement = (flags: string, options = TARGET) =>
  `88 00 0000 ${flags} ${GLOBAL} ${options}`;
const router = (lifetime: string, options = SOURCE) =>
  `86 00 0000 40 00 ${lifetime} 00000000 00000000 ${options}`;

/** What is said of one ICMPv6 message from `source`. */
function heard(message: string | Uint8Array, source = LINK_LOCAL, hopLimit = 255) {
  const { observer, observations } = record("ndp", analyzer.fields);
  const packet = new Packet();
  const bytes = typeof message === "string" ? hex(message) : message;
  packet.bytes = new Uint8Array([...hex(FRAME_MAC), ...hex(source), ...bytes]);
  packet.sourceMac = 0;
  packet.source = 6;
  packet.ipVersion = 6;
  packet.ttl = hopLimit;
  const reader = new Reader().reset(packet.bytes, 22, packet.bytes.length);
  analyzer.ip?.packet(reader, packet, observer);
  return observations.map(({ subject, fields }) => ({ ...subject, ...fields }));
}

describe("NDP", () => {
  it("binds the sender of a solicitation that says where it is", () => {
    const binding = { mac: "02:00:00:00:00:0a", ip: "fe80::1", "host.binding": "ndp" };
    expect(heard(solicitation)).toEqual([binding]);
    expect(heard(`85 00 0000 00000000 ${SOURCE}`)).toEqual([binding]);
  });

  it("binds nothing while an address is only asked for (RFC 4862 §5.4)", () => {
    expect(heard(`87 00 0000 00000000 ${GLOBAL}`, NOBODY)).toEqual([]);
    expect(heard(solicitation, NOBODY)).toEqual([]);
  });

  it("binds the target of an advertisement, not its sender", () => {
    expect(heard(advertisement("60000000"))).toEqual([
      { mac: "02:00:00:00:00:0b", ip: "2001:db8::2", "host.binding": "ndp" },
    ]);
  });

  it("takes the frame's own address when the target answers without the option", () => {
    expect(heard(advertisement("60000000", ""), GLOBAL)).toEqual([
      { mac: "02:00:00:00:00:0f", ip: "2001:db8::2", "host.binding": "ndp" },
    ]);
    expect(heard(advertisement("60000000", ""))).toEqual([]);
  });

  it("knows a router by its advertisement and by its flag", () => {
    expect(heard(advertisement("e0000000"))).toContainEqual({
      mac: "02:00:00:00:00:0b",
      ip: "2001:db8::2",
      "host.router": 1,
    });
    expect(heard(router("0708"))).toContainEqual({
      mac: "02:00:00:00:00:0a",
      ip: "fe80::1",
      "host.router": 1,
      "ndp.router_advertisement": 1,
    });
  });

  it("calls nobody a default router whose lifetime is over (RFC 4861 §4.2)", () => {
    expect(heard(router("0000")).some((each) => "host.router" in each)).toBe(false);
  });

  it("tells the name servers of an advertisement (RFC 8106 §5.1)", () => {
    const servers = `19 05 0000 00000e10 ${GLOBAL} ${LINK_LOCAL}`;
    expect(heard(router("0708", servers)).filter((each) => "ndp.dns_server" in each)).toEqual([
      { ip: "2001:db8::2", "ndp.dns_server": 1 },
      { ip: "fe80::1", "ndp.dns_server": 1 },
    ]);
  });

  it.each([
    ["another hop limit: it came through a router", solicitation, 254],
    ["a code", solicitation.replace("87 00", "87 01"), 255],
    ["an option of length zero", `87 00 0000 00000000 ${GLOBAL} 0100 02000000000a`, 255],
    ["an option beyond the end", `87 00 0000 00000000 ${GLOBAL} 0102 02000000000a`, 255],
    ["an echo request", "80 00 0000 00000000", 255],
  ])("refuses %s", (_, message, hopLimit) => {
    expect(heard(message, LINK_LOCAL, hopLimit)).toEqual([]);
  });

  it("binds nothing by a message cut anywhere", () => {
    const whole = hex(solicitation);
    for (let length = 0; length < whole.length; length++) {
      expect(heard(whole.slice(0, length)), `${length} bytes`).toEqual([]);
    }
  });

  it.skipIf(!hasTshark)("binds what tshark reads in real exchanges", async () => {
    for (const file of ["ndp/neighbour-solicitation-and-ping.pcap", "ndp/slaac-with-radvd.pcap"]) {
      const solicited = tshark(
        file,
        "icmpv6.opt.type == 1 && ipv6.src != ::",
        "ipv6.src",
        "icmpv6.opt.src_linkaddr",
      );
      const advertised = tshark(
        file,
        "icmpv6.type == 136 && icmpv6.opt.type == 2",
        "icmpv6.nd.na.target_address",
        "icmpv6.opt.target_linkaddr",
      );
      const { observations } = await observationsOf(`${CAPTURES}/${file}`);
      const ours = observations
        .filter(({ protocol, fields }) => protocol === "ndp" && "host.binding" in fields)
        .map(({ subject }) => `${subject.ip} ${subject.mac}`);
      const theirs = [...solicited, ...advertised].map((pair) => pair.join(" "));
      expect(theirs.length, file).toBeGreaterThan(0);
      expect(new Set(ours), file).toEqual(new Set(theirs));
    }
  });
});
