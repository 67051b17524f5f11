import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Verdict } from "../../src/analysis/analyzer.ts";
import { analyzer } from "../../src/protocols/dhcp.ts";
import { CAPTURES } from "../support/captures.ts";
import { observationsOf } from "../support/replay.ts";
import { Conversation, hex, probeDatagram } from "./conversation.ts";
import { datagramsIn, hasTshark, tshark } from "./recorded.ts";

const MAC = "02:00:00:00:00:0c";
const TYPE = { discover: 1, offer: 2, request: 3, decline: 4, ack: 5, nak: 6, inform: 8 } as const;

interface Message {
  readonly op?: 1 | 2;
  readonly type?: keyof typeof TYPE;
  readonly ciaddr?: string;
  readonly yiaddr?: string;
  readonly siaddr?: string;
  readonly giaddr?: string;
  readonly sname?: string;
  readonly file?: string;
  /** Options behind the message type, hexadecimal. */
  readonly options?: string;
}

const text = (value: string) => Buffer.from(value, "latin1").toString("hex");
const option = (code: number, value: string) =>
  Buffer.from([code, value.replaceAll(" ", "").length / 2]).toString("hex") + value;

function messageOf(message: Message): Uint8Array {
  const { op = 1, type, ciaddr, yiaddr, siaddr, giaddr, sname = "", file = "" } = message;
  const ip = (address = "00000000") => address;
  const kind = type === undefined ? "" : option(53, `0${TYPE[type]}`);
  return hex(
    `0${op}010600 12345678 0000 0000 ${ip(ciaddr)} ${ip(yiaddr)} ${ip(siaddr)} ${ip(giaddr)}
     02000000000c 00000000000000000000 ${sname.padEnd(128, "0")} ${file.padEnd(256, "0")}
     63825363 ${kind} ${message.options ?? ""} ff`.replaceAll(/\s/g, ""),
  );
}

function heard(message: Uint8Array | Message) {
  const bytes = message instanceof Uint8Array ? message : messageOf(message);
  const talked = new Conversation(analyzer, "udp").client(bytes);
  return talked.observations.map(({ subject, fields }) => ({ ...subject, ...fields }));
}

const SERVER = "c0a80002";
const CLIENT = "c0a80064";
const named = option(54, SERVER);

describe("DHCP clients", () => {
  it("says what a client tells of itself", () => {
    const options = [
      option(60, text("MSFT 5.0")),
      option(55, "01032106ff"),
      option(12, text("pump-0042")),
      option(50, CLIENT),
      option(93, "0007"),
      option(77, `08${text("iPXE-uc1")}`),
    ].join("");
    expect(heard({ type: "discover", options })).toEqual([
      {
        mac: MAC,
        "dhcp.message": "discover",
        "dhcp.vendor_class": "MSFT 5.0",
        "dhcp.parameter_list": "1,3,33,6,255",
        "dhcp.options": "53,60,55,12,50,93,77",
        "host.name": "pump-0042",
        "dhcp.requested_address": "192.168.0.100",
        "dhcp.architecture": 7,
        "dhcp.user_class": "iPXE-uc1",
      },
    ]);
  });

  it("takes the name of option 81 when there is no option 12, in both encodings", () => {
    const plain = heard({ type: "request", options: option(81, `000000${text("ws1.ward")}`) });
    expect(plain[0]).toMatchObject({ "host.name": "ws1.ward", "dhcp.fqdn": "ws1.ward" });
    const encoded = option(81, `040000 03${text("ws1")} 04${text("ward")} 00`);
    expect(heard({ type: "request", options: encoded })[0]).toMatchObject({
      "host.name": "ws1.ward",
    });
    const both = option(12, text("ws1")) + option(81, `000000${text("ws1.ward")}`);
    expect(heard({ type: "request", options: both })[0]).toMatchObject({
      "host.name": "ws1",
      "dhcp.fqdn": "ws1.ward",
    });
  });

  it("tells a client identifier that is text, and only the type of others", () => {
    expect(heard({ type: "request", options: option(61, `00${text("bed 12")}`) })[0]).toMatchObject(
      {
        "dhcp.client_id": "bed 12",
        "dhcp.client_id_type": 0,
      },
    );
    const hardware = heard({ type: "request", options: option(61, "0102000000000c") })[0];
    expect(hardware).toMatchObject({ "dhcp.client_id_type": 1 });
    expect(hardware).not.toHaveProperty("dhcp.client_id");
  });

  it("tells the enterprise of option 124", () => {
    const options = option(124, `00000137 05${text("docsis").slice(0, 10)}`);
    expect(heard({ type: "discover", options })[0]).toMatchObject({
      "dhcp.enterprise": 311,
      "dhcp.vendor_text": "docsi",
    });
  });

  it("binds the address that a client renews, which it already has", () => {
    expect(heard({ type: "request", ciaddr: CLIENT })).toContainEqual({
      mac: MAC,
      ip: "192.168.0.100",
      "host.binding": "dhcp",
    });
  });

  it("reports an address that was refused by the client", () => {
    expect(heard({ type: "decline", options: option(50, CLIENT) })).toContainEqual({
      mac: MAC,
      "error.code": "DECLINE",
    });
  });

  it("tells the port of the switch that a relay adds (RFC 3046)", () => {
    const options = option(82, `0106 000400010203 0208 ${text("sw-icu-3")}`);
    expect(heard({ type: "discover", giaddr: "0a000001", options })).toEqual(
      expect.arrayContaining([
        { ip: "10.0.0.1", "dhcp.relay": 1 },
        { mac: MAC, "dhcp.circuit_id": "000400010203", "dhcp.remote_id": "sw-icu-3" },
      ]),
    );
  });
});

describe("DHCP servers", () => {
  it("binds what an acknowledgement gives, and names who gave it", () => {
    const said = heard({ op: 2, type: "ack", yiaddr: CLIENT, options: named });
    expect(said).toEqual([
      { ip: "192.168.0.2", "dhcp.server": 1 },
      { mac: MAC, ip: "192.168.0.100", "host.binding": "dhcp" },
    ]);
  });

  it("binds the client's own address where an inform is answered", () => {
    expect(heard({ op: 2, type: "ack", ciaddr: CLIENT, options: named })).toContainEqual({
      mac: MAC,
      ip: "192.168.0.100",
      "host.binding": "dhcp",
    });
  });

  it("binds nothing by an offer", () => {
    const said = heard({ op: 2, type: "offer", yiaddr: CLIENT, options: named });
    expect(said.some((each) => "host.binding" in each)).toBe(false);
  });

  it("tells routers, name servers and boot servers", () => {
    const options =
      named + option(3, "c0a80001 c0a800fe") + option(6, "c0a80035") + option(67, text("pxe.0"));
    const said = heard({ op: 2, type: "offer", yiaddr: CLIENT, siaddr: "c0a80003", options });
    expect(said).toEqual(
      expect.arrayContaining([
        { ip: "192.168.0.1", "host.router": 1 },
        { ip: "192.168.0.254", "host.router": 1 },
        { ip: "192.168.0.53", "dhcp.dns_server": 1 },
        { ip: "192.168.0.3", "dhcp.boot_server": 1, "dhcp.boot_file": "pxe.0" },
      ]),
    );
  });

  it("reads options that lie in sname and file (RFC 2131 §4.1)", () => {
    const options = named + option(52, "03");
    const said = heard({
      op: 2,
      type: "ack",
      yiaddr: CLIENT,
      options,
      sname: `${option(3, "c0a80001")}ff`,
      file: `${option(6, "c0a80035")}ff`,
    });
    expect(said).toContainEqual({ ip: "192.168.0.1", "host.router": 1 });
    expect(said).toContainEqual({ ip: "192.168.0.53", "dhcp.dns_server": 1 });
  });

  it("does not read sname and file as options unless told to", () => {
    const said = heard({
      op: 2,
      type: "ack",
      yiaddr: CLIENT,
      options: named,
      sname: `${option(3, "c0a80001")}ff`,
    });
    expect(said.some((each) => "host.router" in each)).toBe(false);
  });

  it("reports a refusal", () => {
    expect(heard({ op: 2, type: "nak", options: named })).toEqual([
      { ip: "192.168.0.2", "dhcp.server": 1, "error.code": "NAK" },
    ]);
  });

  it("reports an offer of a group address", () => {
    const said = heard({ op: 2, type: "offer", yiaddr: "e0000005", options: named });
    expect(said[0]).toMatchObject({ "dhcp.offered_multicast": 1 });
  });
});

/** MAC addresses of clients: what a cut reply leaves of its server is not one. */
function clients(said: readonly Record<string, unknown>[]): unknown[] {
  return said.filter((each) => !("dhcp.server" in each)).map((each) => each.mac);
}

describe("DHCP on the wire", () => {
  it("is known by its cookie on any port, and BOOTP without it is left alone", () => {
    const message = messageOf({ type: "discover" });
    expect(probeDatagram(analyzer, message, 9999)).toBe(Verdict.Yes);
    expect(probeDatagram(analyzer, message.slice(0, 239))).toBe(Verdict.No);
    expect(probeDatagram(analyzer, message.with(236, 0))).toBe(Verdict.No);
    expect(probeDatagram(analyzer, message.with(0, 3))).toBe(Verdict.No);
  });

  it("never invents a client, however a message is cut", async () => {
    for (const message of await datagramsIn("dhcp/udhcpc-lease.pcap")) {
      const whole = clients(heard(message));
      for (let length = 0; length < message.length; length++) {
        for (const each of clients(heard(message.slice(0, length)))) expect(whole).toContain(each);
      }
    }
  });

  it("survives any change of real messages", async () => {
    const messages = await datagramsIn("dhcp/dhclient-lease-renewal-release.pcap");
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(fc.nat(), fc.array(change, { maxLength: 8 }), (which, changes) => {
        const bytes = (messages[which % messages.length] as Uint8Array).slice();
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        for (const each of heard(bytes)) {
          for (const value of Object.values(each))
            expect(["string", "number"]).toContain(typeof value);
        }
      }),
      { numRuns: 200 },
    );
  });

  it
    .skipIf(!hasTshark)
    .each([
      "dhcp/dhclient-lease-renewal-release.pcap",
      "dhcp/udhcpc-lease.pcap",
      "dhcp/relayed-server-side.pcap",
    ])("agrees with tshark about %s", async (file) => {
    const asked = tshark(
      file,
      "dhcp.type == 1",
      "dhcp.hw.mac_addr",
      "dhcp.option.hostname",
      "dhcp.option.vendor_class_id",
      "dhcp.option.request_list_item",
    );
    // Option 61 holds the hardware address once more.
    for (const columns of asked) columns[0] = (columns[0] ?? "").slice(0, MAC.length);
    const acknowledged = tshark(
      file,
      "dhcp.option.dhcp == 5 && dhcp.ip.your != 0.0.0.0",
      "dhcp.hw.mac_addr",
      "dhcp.ip.your",
    );
    const { observations } = await observationsOf(`${CAPTURES}/${file}`);
    const ours = observations.filter(({ protocol }) => protocol === "dhcp");
    const described = ours
      .filter(({ fields }) => "dhcp.message" in fields)
      .map(({ subject, fields }) => [
        subject.mac,
        fields["host.name"] ?? "",
        fields["dhcp.vendor_class"] ?? "",
        fields["dhcp.parameter_list"] ?? "",
      ]);
    expect(new Set(described.map(String))).toEqual(new Set(asked.map(String)));
    const bound = ours
      .filter(({ fields }) => fields["host.binding"] === "dhcp")
      .map(({ subject }) => `${subject.mac},${subject.ip}`);
    expect(bound).toEqual(expect.arrayContaining(acknowledged.map(String)));
  });
});
