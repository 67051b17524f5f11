import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Verdict } from "../../src/analysis/analyzer.ts";
import { analyzer } from "../../src/protocols/dns.ts";
import { CAPTURES } from "../support/captures.ts";
import { observationsOf } from "../support/replay.ts";
import { Conversation, hex, probeDatagram, probeStream } from "./conversation.ts";
import { conversationIn, datagramsIn, hasTshark, mutations, repeat, tshark } from "./recorded.ts";

const text = (value: string) => Buffer.from(value, "latin1").toString("hex");
const label = (value: string) => Buffer.from([value.length]).toString("hex") + text(value);
const name = (value: string) => `${value.split(".").map(label).join("")}00`;
const u16 = (value: number) => value.toString(16).padStart(4, "0");

interface Message {
  readonly flags: string;
  readonly questions?: readonly string[];
  readonly answers?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
}

function messageOf({
  flags,
  questions = [],
  answers = [],
  authority = [],
  additional = [],
}: Message) {
  const counts = [questions, answers, authority, additional].map((part) => u16(part.length));
  return hex(
    `1234 ${flags} ${counts.join("")} ${[questions, answers, authority, additional].flat().join("")}`,
  );
}

const question = (of: string, type: number, kind = 1) => name(of) + u16(type) + u16(kind);
const record = (of: string, type: number, data: string, kind = 1) => {
  const bytes = data.replaceAll(" ", "");
  return `${name(of)}${u16(type)}${u16(kind)}00000e10${u16(bytes.length / 2)}${bytes}`;
};

const QUERY = "0100";
const ANSWER = "8180";
const A = 1;
const PTR = 12;
const TXT = 16;
const AAAA = 28;
const CHAOS = 3;
const AXFR = 252;

/** What is said of an answer, beyond that somebody answered. */
function answered(message: Message) {
  const { observations } = new Conversation(analyzer, "udp").server(messageOf(message));
  return observations
    .filter(({ fields }) => !("dns.server" in fields))
    .map(({ subject, fields }) => ({ ip: subject.ip, ...fields }));
}

describe("DNS servers", () => {
  it("knows a server by its answer only", () => {
    const asked = new Conversation(analyzer, "udp");
    asked.client(messageOf({ flags: QUERY, questions: [question("ward.example", A)] }));
    expect(asked.facts).toEqual([]);
    asked.server(messageOf({ flags: ANSWER, questions: [question("ward.example", A)] }));
    expect(asked.facts).toEqual([{ about: "server", "dns.server": 1, "dns.recursion": 1 }]);
  });

  it("tells version and name from class CH (RFC 4892)", () => {
    const version = record("version.bind", TXT, label("9.18.1-Ubuntu"), CHAOS);
    const host = record("hostname.bind", TXT, label("ns1"), CHAOS);
    expect(answered({ flags: ANSWER, answers: [version, host] })).toEqual([
      { ip: "10.0.0.2", "dns.version": "9.18.1-Ubuntu" },
      { ip: "10.0.0.2", "dns.hostname": "ns1" },
    ]);
  });

  it("tells who asks for the version", () => {
    const asked = new Conversation(analyzer, "udp");
    asked.client(messageOf({ flags: QUERY, questions: [question("VERSION.BIND", TXT, CHAOS)] }));
    expect(asked.facts).toEqual([{ about: "client", "dns.chaos_query": "VERSION.BIND" }]);
  });

  it("tells the name server identifier (RFC 5001)", () => {
    const opt = `00 0029 1000 00000000 ${u16(4 + 5)} 0003 0005 ${text("ns-a1")}`;
    expect(answered({ flags: ANSWER, additional: [opt] })).toEqual([
      { ip: "10.0.0.2", "dns.nsid": "ns-a1" },
    ]);
  });

  it.each([
    [1, "FORMERR"],
    [2, "SERVFAIL"],
    [3, "NXDOMAIN"],
    [5, "REFUSED"],
  ])("names response code %i %s", (code, expected) => {
    expect(answered({ flags: `818${code}` })).toEqual([{ ip: "10.0.0.2", "error.code": expected }]);
  });

  it("tells a zone transfer and how it ended", () => {
    const asked = { questions: [question("ward.example", AXFR)] };
    const soa = record("ward.example", 6, `${name("ns")}${name("root")}${"00".repeat(20)}`);
    const framed = (message: Message) => {
      const bytes = messageOf(message);
      return new Uint8Array([bytes.length >> 8, bytes.length & 255, ...bytes]);
    };
    const talked = () =>
      new Conversation(analyzer, "tcp").client(framed({ flags: QUERY, ...asked }));
    expect(
      talked()
        .server(framed({ flags: ANSWER, ...asked, answers: [soa] }))
        .all("dns.transfer_outcome"),
    ).toEqual(["attempt", "success"]);
    expect(
      talked()
        .server(framed({ flags: "8185", ...asked }))
        .all("dns.transfer_outcome"),
    ).toEqual(["attempt", "failure"]);
  });

  it("tells that updates are taken, and the name that a host gives itself (RFC 2136)", () => {
    const update = {
      questions: [question("ward.example", 6)],
      authority: [record("pump-7.ward.example", A, "0a000007")],
    };
    const talked = new Conversation(analyzer, "udp").client(
      messageOf({ flags: "2800", ...update }),
    );
    expect(talked.observations[0]).toMatchObject({
      subject: { ip: "10.0.0.7" },
      fields: { "host.name": "pump-7.ward.example" },
    });
    expect(answered({ flags: "a800", questions: update.questions })).toEqual([
      { ip: "10.0.0.2", "dns.update": 1 },
    ]);
  });

  it("tells a broken name: an attack on the parser", () => {
    const talked = new Conversation(analyzer, "udp").server(
      hex(`1234 8180 0001 0000 0000 0000 c00c 0001 0001`),
    );
    expect(talked.all("dns.malformed")).toEqual(["compression"]);
  });
});

describe("names of hosts in DNS", () => {
  it("tells the names of private addresses", () => {
    const answers = [
      record("pacs.ward.example", A, "c0a80105"),
      record("pacs.ward.example", AAAA, `fd00${"00".repeat(13)}05`),
      record("5.1.168.192.in-addr.arpa", PTR, name("pacs1.ward.example")),
      record(
        `${"5.0.0.0.".repeat(1)}${"0.".repeat(26)}d.f.ip6.arpa`,
        PTR,
        name("pacs6.ward.example"),
      ),
    ];
    expect(answered({ flags: ANSWER, answers })).toEqual([
      { ip: "192.168.1.5", "dns.name": "pacs.ward.example" },
      { ip: "fd00::5", "dns.name": "pacs.ward.example" },
      { ip: "192.168.1.5", "dns.ptr_name": "pacs1.ward.example" },
      { ip: "fd00::5", "dns.ptr_name": "pacs6.ward.example" },
    ]);
  });

  it("keeps what was asked of the Internet to itself: it tells what people read", () => {
    const answers = [
      record("clinic-for-something.example", A, "5db8d822"),
      record("clinic-for-something.example", AAAA, `2606${"00".repeat(14)}`),
      record("34.216.184.93.in-addr.arpa", PTR, name("clinic-for-something.example")),
    ];
    const questions = [question("clinic-for-something.example", A)];
    expect(answered({ flags: ANSWER, questions, answers })).toEqual([]);
  });

  it.each(["256.1.168.192.in-addr.arpa", "1.168.192.in-addr.arpa", "a.1.168.192.in-addr.arpa"])(
    "takes %s for no address",
    (of) => {
      expect(answered({ flags: ANSWER, answers: [record(of, PTR, name("x.example"))] })).toEqual(
        [],
      );
    },
  );
});

describe("DNS on the wire", () => {
  const query = messageOf({ flags: QUERY, questions: [question("ward.example", A)] });
  const framed = new Uint8Array([0, query.length, ...query]);

  it("is known on any port when it is DNS to the last byte", () => {
    expect(probeDatagram(analyzer, query, 9999)).toBe(Verdict.Yes);
    expect(probeDatagram(analyzer, new Uint8Array([...query, 0]), 9999)).toBe(Verdict.No);
    expect(probeDatagram(analyzer, query.slice(0, -1), 9999)).toBe(Verdict.No);
  });

  it("leaves mDNS, LLMNR and NetBIOS names to others", () => {
    for (const port of [5353, 5355, 137]) {
      expect(probeDatagram(analyzer, query, port)).toBe(Verdict.No);
    }
  });

  it("waits for the first message of a stream", () => {
    expect(probeStream(analyzer, framed, "", 9999)).toBe(Verdict.Yes);
    expect(probeStream(analyzer, framed.slice(0, 5), "", 53)).toBe(Verdict.Maybe);
    expect(probeStream(analyzer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "", 9999)).toBe(Verdict.No);
  });

  it("reads the first part of a long message and passes over the rest", () => {
    const host = record("pacs.ward.example", A, "c0a80105");
    const answers = Array.from({ length: 900 }, () => host);
    const long = messageOf({ flags: ANSWER, answers });
    const stream = new Uint8Array([long.length >> 8, long.length & 255, ...long, ...framed]);
    const talked = new Conversation(analyzer, "tcp");
    for (let at = 0; at < stream.length; at += 1400) talked.server(stream.slice(at, at + 1400));
    talked.server(messageOf({ flags: ANSWER }));
    expect(talked.all("dns.name")).toEqual(["pacs.ward.example"]);
  });

  it("gives up on a stream with a hole", () => {
    const talked = new Conversation(analyzer, "tcp").client(framed).gap(0, 10);
    expect(talked.finished).toBe(true);
  });

  it("says the same of a stream however it is cut", async () => {
    const said = await conversationIn("dns/tcp-pipelined.pcap");
    const whole = repeat(new Conversation(analyzer, "tcp"), said);
    expect(whole.facts.length).toBeGreaterThan(0);
    expect(repeat(new Conversation(analyzer, "tcp"), said, 1).facts).toEqual(whole.facts);
  });

  it("survives any change of real messages", async () => {
    const datagrams = await datagramsIn("dns/a-aaaa-cname-ptr.pcap");
    const said = datagrams.map((bytes, index) => ({ side: (index % 2) as 0 | 1, bytes }));
    fc.assert(
      fc.property(mutations(said), (parts) => {
        const shown = repeat(new Conversation(analyzer, "udp"), parts).observations;
        for (const { fields } of shown) expect(Object.keys(fields).length).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });

  it
    .skipIf(!hasTshark)
    .each([
      "dns/version-bind-chaos.pcap",
      "dns/a-aaaa-cname-ptr.pcap",
      "dns/nxdomain-and-refused.pcap",
    ])("agrees with tshark about the servers in %s", async (file) => {
    const servers = tshark(file, "dns.flags.response == 1", "ip.src").flat();
    const versions = tshark(file, "dns.flags.response == 1 && dns.txt", "dns.txt").flat();
    const { observations } = await observationsOf(`${CAPTURES}/${file}`);
    const of = (field: string) => observations.filter(({ fields }) => field in fields);
    expect(new Set(of("dns.server").map(({ subject }) => subject.ip))).toEqual(new Set(servers));
    expect(of("dns.version").map(({ fields }) => fields["dns.version"])).toEqual(versions);
  });
});
