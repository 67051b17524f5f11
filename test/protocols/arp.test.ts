import { describe, expect, it } from "vitest";
import { Packet } from "../../src/packet/packet.ts";
import { Reader } from "../../src/packet/reader.ts";
import { analyzer } from "../../src/protocols/arp.ts";
import { CAPTURES } from "../support/captures.ts";
import { record } from "../support/recorder.ts";
import { observationsOf } from "../support/replay.ts";
import { hex } from "./conversation.ts";
import { hasTshark, tshark } from "./recorded.ts";

const A = "02000000000a";
const B = "02000000000b";
const NOBODY = "000000000000";

interface Message {
  readonly kind?: string;
  readonly operation: number;
  readonly sender: readonly [mac: string, ip: string];
  readonly target: readonly [mac: string, ip: string];
}

function bytesOf({ kind = "0001080006 04", operation, sender, target }: Message): Uint8Array {
  return hex(`${kind} 000${operation} ${sender[0]} ${sender[1]} ${target[0]} ${target[1]}`);
}

/** What is said of one ARP packet in a frame from `from`. */
function heard(message: Uint8Array, from = A) {
  const { observer, observations } = record("arp", analyzer.fields);
  const packet = new Packet();
  packet.bytes = new Uint8Array([...hex(from), ...message]);
  packet.sourceMac = 0;
  analyzer.link?.frame(new Reader().reset(packet.bytes, 6, packet.bytes.length), packet, observer);
  return observations.map(({ subject, fields }) => ({ ...subject, ...fields }));
}

const IP1 = "0a000001";
const IP2 = "0a000002";
const request: Message = { operation: 1, sender: [A, IP1], target: [NOBODY, IP2] };

describe("ARP", () => {
  it("binds the sender of a request and of a reply", () => {
    const binding = { mac: "02:00:00:00:00:0a", ip: "10.0.0.1", "host.binding": "arp" };
    expect(heard(bytesOf(request))).toEqual([binding]);
    expect(heard(bytesOf({ operation: 2, sender: [A, IP1], target: [B, IP2] }))).toEqual([binding]);
  });

  it("tells an announcement", () => {
    const said = heard(bytesOf({ ...request, target: [NOBODY, IP1] }));
    expect(said).toContainEqual({
      mac: "02:00:00:00:00:0a",
      ip: "10.0.0.1",
      "arp.announcement": 1,
    });
  });

  it("binds nothing by a probe: the sender has no address yet (RFC 5227 §1.1)", () => {
    const said = heard(bytesOf({ ...request, sender: [A, "00000000"] }));
    expect(said).toEqual([{ mac: "02:00:00:00:00:0a", "arp.probe": 1 }]);
  });

  it("tells a declared address that is not the frame's own", () => {
    expect(heard(bytesOf(request), B)).toContainEqual({
      mac: "02:00:00:00:00:0a",
      ip: "10.0.0.1",
      "arp.relayed": 1,
    });
  });

  it("binds the target of a RARP reply, and names who gave it", () => {
    expect(heard(bytesOf({ operation: 4, sender: [A, IP1], target: [B, IP2] }))).toEqual([
      { mac: "02:00:00:00:00:0a", ip: "10.0.0.1", "arp.rarp": "reply" },
      { mac: "02:00:00:00:00:0b", ip: "10.0.0.2", "host.binding": "arp" },
    ]);
    expect(
      heard(bytesOf({ operation: 3, sender: [A, "00000000"], target: [A, "00000000"] })),
    ).toEqual([{ mac: "02:00:00:00:00:0a", "arp.rarp": "request" }]);
  });

  it.each([
    ["a group as sender", { ...request, sender: ["010000000001", IP1] as const }],
    ["no sender", { ...request, sender: [NOBODY, IP1] as const }],
    ["a multicast address", { ...request, sender: [A, "e0000001"] as const }],
    ["broadcast", { ...request, sender: [A, "ffffffff"] as const }],
    ["loopback", { ...request, sender: [A, "7f000001"] as const }],
    [
      "a probe for nothing",
      { ...request, sender: [A, "00000000"] as const, target: [NOBODY, "00000000"] as const },
    ],
    ["other hardware sizes", { ...request, kind: "0001 0800 08 04" }],
    ["another protocol", { ...request, kind: "0001 86dd 06 04" }],
    ["an unknown operation", { ...request, operation: 9 }],
  ])("ignores %s", (_, message) => {
    expect(heard(bytesOf(message))).toEqual([]);
  });

  it("says nothing of a packet cut anywhere", () => {
    const whole = bytesOf(request);
    for (let length = 0; length < whole.length; length++) {
      expect(heard(whole.slice(0, length)), `${length} bytes`).toEqual([]);
    }
  });

  it
    .skipIf(!hasTshark)
    .each([
      "arp/request-and-reply.pcap",
      "arp/gratuitous-and-probe.pcap",
      "dhcp/dhclient-lease-renewal-release.pcap",
      "hospital/ward-and-office.pcap",
    ])("binds what tshark reads in %s", async (file) => {
    const fields = ["arp.src.hw_mac", "arp.src.proto_ipv4"];
    const theirs = tshark(file, "arp && arp.src.proto_ipv4 != 0.0.0.0", ...fields);
    const { observations } = await observationsOf(`${CAPTURES}/${file}`);
    const ours = observations
      .filter(({ protocol, fields }) => protocol === "arp" && "host.binding" in fields)
      .map(({ subject }) => `${subject.mac} ${subject.ip}`);
    expect(new Set(ours)).toEqual(new Set(theirs.map((pair) => pair.join(" "))));
  });
});
