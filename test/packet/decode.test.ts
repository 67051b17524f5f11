import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ipText } from "../../src/observation/address.ts";
import { decodeFrame } from "../../src/packet/decode.ts";
import { IpProtocol, Packet, Tunnel } from "../../src/packet/packet.ts";
import { captureFiles, corpusFiles, framesOf, type StoredFrame } from "../support/captures.ts";
import { installed } from "../support/tools.ts";

function decode(frame: StoredFrame, length = frame.bytes.length): Packet {
  const packet = new Packet();
  decodeFrame(packet, frame.bytes, 0, length, frame.wireLength, frame.linkType);
  return packet;
}

/** What must hold whatever the bytes are: nothing points outside of what was captured. */
function expectInside(packet: Packet, length: number): void {
  expect(packet.payload).toBeLessThanOrEqual(packet.payloadEnd);
  expect(packet.payloadEnd).toBeLessThanOrEqual(length);
  expect(packet.payloadLength).toBeGreaterThanOrEqual(0);
  if (packet.ipVersion === 4) expect(packet.destination + 4).toBeLessThanOrEqual(length);
  if (packet.ipVersion === 6) expect(packet.destination + 16).toBeLessThanOrEqual(length);
  if (packet.transport !== 0) expect(packet.transport).toBeLessThan(length);
  expect(packet.depth).toBeLessThanOrEqual(4);
}

/** One frame of every capture that the project ships: every header is among them. */
const samples = (await Promise.all(captureFiles().map((file) => framesOf(file, 2)))).flat();

describe("a frame that the capture cut", () => {
  test.each(samples.map((frame) => [`${frame.file} #${frame.number}`, frame] as const))(
    "%s decodes as far as it goes, at every length",
    (_name, frame) => {
      const whole = decode(frame);
      for (let length = 0; length <= frame.bytes.length; length++) {
        const packet = decode(frame, length);
        expectInside(packet, length);
        if (packet.transport === 0 || packet.depth !== whole.depth) continue;
        // Whatever was decoded of the innermost transport header says the same as in the whole frame.
        expect([packet.sourcePort, packet.destinationPort, packet.sequence]).toEqual([
          whole.sourcePort,
          whole.destinationPort,
          whole.sequence,
        ]);
      }
    },
  );
});

test("mutated frames never lead outside of the frame", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 12 }),
      (frame, mutations) => {
        const bytes = frame.bytes.slice();
        for (const [at, value] of mutations) bytes[at % bytes.length] = value;
        expectInside(decode({ ...frame, bytes }), bytes.length);
      },
    ),
    { numRuns: 3000 },
  );
});

/** Captures with tunnels, tags, fragments and odd link types: ours, and those of others that say so. */
const tunnels = new Set([
  "gre",
  "vxlan",
  "geneve",
  "gtp",
  "vlan",
  "mpls",
  "pppoe",
  "ppp",
  "sll",
  "null",
  "gtpu",
]);

/** Where tshark and the specifications part, or tshark reads more than we set out to. */
const KNOWN_DIFFERENT = new Map([
  [
    "pcapflowlab/18_geneve_udp_port_direction_matrix.pcap",
    "RFC 8926 §3.3: 6081 is a destination port",
  ],
  ["arkime/arkime_synthetic.pcap", "VXLAN-GPE on port 4790 is no VXLAN"],
  ["pcapplusplus/NullLoopback.pcap", "frame 3 has a Cisco HDLC header under a NULL link type"],
]);
const compared = [
  // Sixteen headers inside each other are beyond our limit on purpose.
  ...captureFiles().filter((file) => /encapsulation\/(?!ip-in-ip-16-deep)/.test(file)),
  ...corpusFiles(
    ({ file, contains }) => contains.some((tag) => tunnels.has(tag)) && !KNOWN_DIFFERENT.has(file),
  ),
];

describe.skipIf(!installed("tshark"))("agrees with tshark on addresses, ports and tags", () => {
  test.each(compared)("%s", async (file) => {
    const told = tsharkRows(file);
    for (const frame of await framesOf(file, 400)) {
      const row = told.get(frame.number);
      if (row === undefined || /icmp|wlan|_ws.malformed/.test(row.layers)) continue;
      const packet = decode(frame);
      if (packet.moreFragments || packet.fragmentOffset !== 0) continue;
      // tshark knows Teredo by its port, between two clients it does not.
      if ((packet.tunnels & Tunnel.Teredo) !== 0 && !row.layers.includes("teredo")) continue;
      const found = summary(packet);
      const at = `frame ${frame.number}`;
      if (packet.ipVersion !== 0) expect(row.ends, at).toContain(found.ends);
      if (packet.transport !== 0 && packet.protocol === IpProtocol.Tcp && !packet.cut) {
        expect(found.ports, at).toBe(row.tcp);
      }
      if (packet.transport !== 0 && packet.protocol === IpProtocol.Udp) {
        expect(found.ports, at).toBe(row.udp);
      }
    }
  });
});

function summary(packet: Packet) {
  const { bytes, source, destination, ipVersion } = packet;
  return {
    ends:
      ipVersion === 0
        ? ""
        : `${ipText(bytes, source, ipVersion)}>${ipText(bytes, destination, ipVersion)}`,
    ports: `${packet.sourcePort}>${packet.destinationPort}`,
  };
}

function tsharkRows(file: string) {
  const fields = ["frame.number", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport"];
  fields.push("tcp.dstport", "udp.srcport", "udp.dstport", "frame.protocols");
  const options = ["-o", "ip.defragment:false", "-o", "ipv6.defragment:false"];
  const output = execFileSync(
    "tshark",
    ["-n", "-r", file, "-c", "400", ...options, "-T", "fields", "-E", "occurrence=l"].concat(
      ["-E", "separator=|"],
      fields.flatMap((field) => ["-e", field]),
    ),
    { stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 26 },
  ).toString();
  return new Map(
    output
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const [number, s4, d4, s6, d6, tcpS, tcpD, udpS, udpD, layers] = line.split("|");
        const row = {
          ends: [`${s4}>${d4}`, `${s6}>${d6}`],
          tcp: `${tcpS}>${tcpD}`,
          udp: `${udpS}>${udpD}`,
          layers: layers ?? "",
        };
        return [Number(number), row] as const;
      }),
  );
}

test.skipIf(existsSync("../shared/corpus"))("the corpus is not here: only our own captures", () => {
  expect(existsSync("../shared/corpus")).toBe(false);
});
