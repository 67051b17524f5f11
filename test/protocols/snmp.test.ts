import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Verdict } from "../../src/analysis/analyzer.ts";
import { analyzer } from "../../src/protocols/snmp.ts";
import { Conversation, hex, probeDatagram, probeStream } from "./conversation.ts";
import {
  DISCOVERED,
  DISCOVERY,
  ENCRYPTED_GET,
  ENCRYPTED_RESPONSE,
  GET_NEXT_V3,
  GET_V1,
  LOCATION_V1,
  MESSAGES,
  NAME_V1,
  NAME_V3,
  TRAP_V1,
  TRAP_V2C,
} from "./snmp-messages.ts";

function element(tag: number, ...content: Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, each) => sum + each.length, 0);
  const head = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 255];
  return Uint8Array.from([...head, ...content.flatMap((each) => [...each])]);
}

const integer = (value: number) => element(2, Uint8Array.of(value));
const octets = (text: string) => element(4, Uint8Array.from(Buffer.from(text)));
const oid = (content: string) => element(6, hex(content));

function message(version: number, community: string, pdu: Uint8Array): Uint8Array {
  return element(0x30, integer(version), octets(community), pdu);
}

function pdu(tag: number, status: number, ...bindings: [string, Uint8Array][]): Uint8Array {
  const list = bindings.map(([name, value]) => element(0x30, oid(name), value));
  return element(tag, integer(7), integer(status), integer(0), element(0x30, ...list));
}

const talk = (port = 161) => new Conversation(analyzer, "udp", { port });

describe("SNMP with communities", () => {
  it("tells what was asked of the agent, and the name that it gives", () => {
    const { facts } = talk().client(GET_V1).server(NAME_V1);
    expect(facts).toEqual([
      { about: "server", "snmp.version": "1", "snmp.pdu": "get", "snmp.community": "public" },
      { about: "server", "snmp.version": "1", "snmp.pdu": "response", "snmp.community": "public" },
      { about: "server", "host.name": "R1.lab.local" },
    ]);
  });

  it("keeps the place where the device stands to itself", () => {
    expect(JSON.stringify(talk().server(LOCATION_V1).facts)).not.toContain("Globo");
  });

  it.each([
    ["Public", "public"],
    ["ILMI", "ilmi"],
    ["", "empty"],
    ["public2c", "other"],
    ["Xk29-ward-7", "other"],
  ])("calls the community %j %s", (name, told) => {
    const { facts } = talk().client(message(1, name, pdu(0xa0, 0)));
    expect(facts).toEqual([
      { about: "server", "snmp.version": "2c", "snmp.pdu": "get", "snmp.community": told },
    ]);
  });

  it("reads what the system group and the entity table say of the device", () => {
    const talked = talk().server(
      message(
        1,
        "public",
        pdu(
          0xa2,
          0,
          ["2b06010201010100", octets("Ward gateway 2.1")],
          ["2b06010201010200", oid("2b06010401bf0803020a")],
          ["2b06010201010400", octets("a person")],
          ["2b06010201010700", integer(72)],
          ["2b060102012f01010101 0c 01", octets("Vendor")],
          ["2b060102012f01010101 0d 01", octets("WG-200")],
          ["2b060102012f01010101 0b 01", octets("SN12345")],
          ["2b06010201020101 00", octets("something else")],
        ),
      ),
    );
    expect(talked.facts.slice(1)).toEqual([
      { about: "server", "snmp.sys_descr": "Ward gateway 2.1" },
      { about: "server", "snmp.sys_object_id": "1.3.6.1.4.1.8072.3.2.10" },
      { about: "server", "snmp.sys_services": 72 },
      { about: "server", "snmp.entity_vendor": "Vendor" },
      { about: "server", "snmp.entity_model": "WG-200" },
    ]);
  });

  it("believes the agent only: a Set of a name by the manager is not the device's name", () => {
    const talked = talk().client(
      message(1, "private", pdu(0xa3, 0, ["2b06010201010500", octets("new-name")])),
    );
    expect(talked.all("host.name")).toEqual([]);
    expect(talked.all("snmp.pdu")).toEqual(["set"]);
  });

  it("reports an error status in the words of the RFC", () => {
    const talked = talk().server(message(1, "public", pdu(0xa2, 16)));
    expect(talked.all("error.code")).toEqual(["authorizationError"]);
  });

  it("tells the traps of both versions about their sender", () => {
    expect(talk(162).client(TRAP_V2C).facts).toEqual([
      { about: "client", "snmp.version": "2c", "snmp.pdu": "trap", "snmp.community": "other" },
      { about: "client", "snmp.trap_oid": "1.3.6.1.6.3.1.1.5.3" },
    ]);
    expect(talk(162).client(TRAP_V1).facts).toEqual([
      { about: "client", "snmp.version": "1", "snmp.pdu": "trap", "snmp.community": "public" },
      { about: "client", "snmp.trap_oid": "1.3.6.1.6.3.1.1.5" },
      { about: "client", "snmp.trap": "linkDown" },
    ]);
  });

  it("knows that the answer to an Inform comes from the manager", () => {
    const talked = talk(162)
      .client(message(1, "public", pdu(0xa6, 0)))
      .server(message(1, "public", pdu(0xa2, 0, ["2b06010201010500", octets("not-the-agent")])));
    expect(talked.facts.map(({ about }) => about)).toEqual(["client", "client"]);
  });
});

describe("SNMP version 3", () => {
  it("reads engine, user and security level, and that the agent let the user in", () => {
    const talked = talk().client(DISCOVERY).server(DISCOVERED).client(GET_NEXT_V3).server(NAME_V3);
    expect(talked.facts).toEqual([
      {
        about: "server",
        "snmp.version": "3",
        "snmp.pdu": "get",
      },
      {
        about: "server",
        "snmp.version": "3",
        "snmp.pdu": "report",
      },
      {
        about: "server",
        "snmp.engine_id": "800000090300aabbcc000100",
        "snmp.enterprise": 9,
      },
      { about: "server", "snmp.engine_mac": "aa:bb:cc:00:01:00" },
      {
        about: "server",
        "snmp.version": "3",
        "snmp.pdu": "get-next",
        "snmp.security_level": "noAuthNoPriv",
        "snmp.user": "NOAUTHNOPRIV",
      },
      {
        about: "server",
        "snmp.version": "3",
        "snmp.pdu": "response",
        "snmp.security_level": "noAuthNoPriv",
        "snmp.user": "NOAUTHNOPRIV",
      },
      { about: "server", "host.name": "R1.lab.local" },
      {
        about: "server",
        "login.user": "NOAUTHNOPRIV",
        "login.mechanism": "usm",
        "login.outcome": "success",
        "login.password_seen": 0,
      },
    ]);
  });

  it("follows a user whose messages are encrypted", () => {
    const talked = talk().client(ENCRYPTED_GET).server(ENCRYPTED_RESPONSE);
    expect(talked.all("snmp.security_level")).toEqual(["authPriv"]);
    expect(talked.all("snmp.pdu")).toEqual(["encrypted"]);
    expect(talked.all("login.user")).toEqual(["SHA1AES128"]);
    expect(talked.all("login.outcome")).toEqual(["success"]);
  });

  it("calls a request that nobody answers an attempt", () => {
    expect(talk().client(ENCRYPTED_GET).close().all("login.outcome")).toEqual(["attempt"]);
  });

  it("reads the user though the lengths inside contradict each other", () => {
    // Arkime's snmpv3_synthetic.pcap, frame 1: UsmSecurityParameters claims 41 octets of 35.
    const wrong = hex(
      "305b02010330100204000000010202100004010402010304253029040b80001f8880123456789abc020100020100040a61646d696e5f7573657204000400301d04000400a017020101020100020100300d06092b060102010101000500",
    );
    const talked = talk().client(wrong).close();
    expect(talked.all("snmp.user")).toEqual(["admin_user"]);
    expect(talked.all("login.outcome")).toEqual(["attempt"]);
  });

  it("sees a user refused, with the counter that says why", () => {
    // The Report of the discovery, with usmStatsUnknownUserNames (3) instead of usmStatsUnknownEngineIDs (4).
    const refused = DISCOVERED.slice();
    refused[refused.length - 5] = 3;
    const talked = talk().client(GET_NEXT_V3).server(refused).close();
    expect(talked.all("login.outcome")).toEqual(["failure"]);
    expect(talked.all("error.code")).toEqual(["usmStatsUnknownUserNames"]);
  });
});

describe("recognising SNMP", () => {
  it("accepts every message on any port", () => {
    for (const each of MESSAGES) expect(probeDatagram(analyzer, each, 5000)).toBe(Verdict.Yes);
  });

  it("leaves what has a community but no PDU to the port, and then tells the community", () => {
    // Arkime's snmpv3_synthetic.pcap, frame 11: an INTEGER where the PDU should be.
    const odd = hex("301102010004067075626c696302040000002a");
    expect(probeDatagram(analyzer, odd)).toBe(Verdict.Maybe);
    expect(talk().client(odd).facts).toEqual([
      { about: "server", "snmp.version": "1", "snmp.community": "public" },
    ]);
  });

  it("leaves LDAP, Kerberos and text alone", () => {
    // CLDAP searchRequest (RFC 4511 §4.5.1) and an AS-REQ (RFC 4120 §5.4.1) begin much the same.
    expect(probeDatagram(analyzer, hex("300c020101630704000a01000a0100"))).toBe(Verdict.No);
    expect(probeDatagram(analyzer, hex("6a0930070201050201 0a3000"))).toBe(Verdict.No);
    expect(probeDatagram(analyzer, "0123 hello")).toBe(Verdict.No);
  });

  it("leaves a message that is cut, or followed by more, to the port", () => {
    expect(probeDatagram(analyzer, GET_V1.subarray(0, 30))).toBe(Verdict.Maybe);
    expect(probeDatagram(analyzer, Uint8Array.from([...GET_V1, 0]))).toBe(Verdict.Maybe);
  });

  it("reads messages over TCP that arrive in pieces", () => {
    expect(probeStream(analyzer, GET_V1, "", 1161)).toBe(Verdict.Yes);
    const talked = new Conversation(analyzer, "tcp");
    const both = Uint8Array.from([...GET_V1, ...ENCRYPTED_GET]);
    for (const each of both) talked.client(Uint8Array.of(each));
    talked.close();
    expect(talked.all("snmp.version")).toEqual(["1", "3"]);
    expect(talked.all("login.user")).toEqual(["SHA1AES128"]);
  });
});

describe("hostile SNMP", () => {
  it("says less, and never more, of a message cut at any length", () => {
    for (const each of MESSAGES) {
      const whole = talk().server(each).all("host.name");
      for (let length = 0; length < each.length; length++) {
        const cut = talk().server(each.subarray(0, length)).all("host.name");
        expect(whole).toEqual(expect.arrayContaining(cut));
      }
    }
  });

  it("survives damaged messages and never tells a community that is not well known", () => {
    const secret = "Zq7-secret";
    const original = message(1, secret, pdu(0xa2, 0, ["2b06010201010100", octets("x")]));
    fc.assert(
      fc.property(
        fc.constantFrom(original, ...MESSAGES),
        fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 4 }),
        (each, changes) => {
          const damaged = each.slice();
          for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
          const talked = talk().client(damaged).server(damaged).close();
          expect(JSON.stringify(talked.facts)).not.toContain(secret);
        },
      ),
    );
  });
});
