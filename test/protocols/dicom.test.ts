import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Verdict } from "../../src/analysis/analyzer.ts";
import { analyzer } from "../../src/protocols/dicom.ts";
import { CAPTURES } from "../support/captures.ts";
import { observationsOf } from "../support/replay.ts";
import { Conversation, probeStream } from "./conversation.ts";
import { associate, command, element, IMPLICIT, identity, pdu, role, value } from "./dicom-pdu.ts";
import { CANARIES, conversationIn, hasTshark, mutations, repeat, tshark } from "./recorded.ts";

const CT = "1.2.840.10008.5.1.4.1.1.2";
const ECHO = "1.2.840.10008.1.1";
const SECRET = "SECRETSON^TESTILDA";
const talk = () => new Conversation(analyzer, "tcp");
const rejected = (...bytes: number[]) => pdu(3, Buffer.from([0, ...bytes]));
const aborted = (...bytes: number[]) => pdu(7, Buffer.from([0, 0, ...bytes]));

describe("DICOM associations", () => {
  it("tells both ends, their software and what is proposed", () => {
    const talked = talk()
      .client(
        associate(1, { implementation: "1.2.840.113619.6.55", version: "GE_1", syntaxes: [CT] }),
      )
      .server(
        associate(2, { implementation: "1.2.40.0.13.1.3", version: "dcm4che-5", results: [0] }),
      );
    expect(talked.facts).toEqual([
      {
        about: "client",
        "dicom.ae_title": "CT_GE_01",
        "dicom.calling_ae": "CT_GE_01",
        "dicom.called_ae": "PACS_MAIN",
        "dicom.implementation_class": "1.2.840.113619.6.55",
        "dicom.implementation_version": "GE_1",
        "dicom.max_pdu": 16384,
        "dicom.application_context": "1.2.840.10008.3.1.1.1",
        "dicom.abstract_syntax_count": 1,
        "dicom.abstract_syntaxes": CT,
      },
      { about: "client", "dicom.abstract_syntax": CT },
      {
        about: "server",
        "dicom.ae_title": "PACS_MAIN",
        "dicom.calling_ae": "CT_GE_01",
        "dicom.called_ae": "PACS_MAIN",
        "dicom.implementation_class": "1.2.40.0.13.1.3",
        "dicom.implementation_version": "dcm4che-5",
        "dicom.max_pdu": 16384,
      },
      { about: "server", "dicom.transfer_syntax": IMPLICIT },
      { about: "server", "dicom.accepted_syntaxes": CT },
    ]);
  });

  it("names the acceptor as it was called, even where its answer turns the titles round", () => {
    const talked = talk()
      .client(associate(1))
      .server(associate(2, { called: "CT_GE_01", calling: "PACS_MAIN" }));
    expect(talked.facts.at(-1)).toMatchObject({ about: "server", "dicom.ae_title": "PACS_MAIN" });
  });

  it("says every syntax of a long proposal, and how many there were", () => {
    const syntaxes = Array.from({ length: 128 }, (_, index) => `1.2.840.10008.5.1.4.1.1.${index}`);
    const results = syntaxes.map((_, index) => (index % 2 === 0 ? 0 : 3));
    const talked = talk().client(associate(1, { syntaxes })).server(associate(2, { results }));
    expect(talked.all("dicom.abstract_syntax")).toEqual(syntaxes);
    expect(talked.all("dicom.abstract_syntax_count")).toEqual([128]);
    const first = String(talked.all("dicom.abstract_syntaxes")[0]);
    expect(first.length).toBeLessThanOrEqual(256);
    expect(syntaxes).toEqual(expect.arrayContaining(first.split(",")));
    const lists = (field: string) => talked.all(field).flatMap((list) => String(list).split(","));
    expect(lists("dicom.accepted_syntaxes")).toEqual(
      syntaxes.filter((_, index) => index % 2 === 0),
    );
    expect(lists("dicom.refused_syntaxes")).toEqual(syntaxes.filter((_, index) => index % 2 === 1));
    expect(new Set(talked.all("dicom.refusal"))).toEqual(
      new Set(["abstract-syntax-not-supported"]),
    );
  });

  it("tells negotiated roles (PS3.7 D.3.3.4)", () => {
    const user = [role(CT, 0, 1), role(ECHO, 1, 1), role(ECHO, 0, 0)];
    const facts = talk()
      .client(associate(1, { user }))
      .facts.filter((fact) => "dicom.role" in fact);
    expect(facts).toEqual([
      { about: "client", "dicom.abstract_syntax": CT, "dicom.role": "scp" },
      { about: "client", "dicom.abstract_syntax": ECHO, "dicom.role": "scu scp" },
    ]);
  });

  it.each([
    [[1, 1, 7], "called-ae-title-not-recognized"],
    [[1, 1, 3], "calling-ae-title-not-recognized"],
    [[1, 2, 2], "protocol-version-not-supported"],
    [[2, 3, 1], "temporary-congestion"],
    [[2, 3, 2], "local-limit-exceeded"],
  ])("names a rejection %j (PS3.8 table 9-21)", (bytes, reason) => {
    expect(
      talk()
        .client(associate(1))
        .server(rejected(...bytes))
        .facts.at(-1),
    ).toEqual({
      about: "server",
      "error.code": "A-ASSOCIATE-RJ",
      "dicom.reject_reason": reason,
    });
  });

  it("tells who aborts, and why where it says so", () => {
    expect(talk().client(aborted(0, 0)).facts).toEqual([
      { about: "client", "error.code": "A-ABORT", "dicom.abort_source": "service-user" },
    ]);
    expect(talk().server(aborted(2, 2)).facts[0]).toMatchObject({
      "dicom.abort_source": "service-provider",
      "dicom.abort_reason": "unexpected-pdu",
    });
  });
});

describe("DICOM user identity", () => {
  const logins = (talked: Conversation) => talked.facts.filter((fact) => "login.outcome" in fact);
  const withUser = (...args: Parameters<typeof identity>) =>
    talk().client(associate(1, { user: [identity(...args)] }));

  it("tells a name with a password, never the password", () => {
    const talked = withUser(2, "radiology", SECRET).server(associate(2));
    expect(logins(talked)).toEqual([
      {
        about: "server",
        "login.user": "radiology",
        "login.outcome": "success",
        "login.mechanism": "plain",
        "login.password_seen": 1,
      },
    ]);
    expect(JSON.stringify(talked.observations)).not.toContain(SECRET);
  });

  it("tells failure, and an attempt that nobody answered", () => {
    expect(logins(withUser(1, "ct").server(rejected(1, 1, 1)))).toMatchObject([
      { "login.outcome": "failure", "login.mechanism": "username", "login.password_seen": 0 },
    ]);
    expect(logins(withUser(1, "ct").close())).toMatchObject([{ "login.outcome": "attempt" }]);
  });

  it("reads no token", () => {
    const talked = withUser(5, "SECRETTOKEN").server(associate(2));
    expect(logins(talked)[0]).not.toHaveProperty("login.user");
    expect(JSON.stringify(talked.observations)).not.toContain("SECRETTOKEN");
  });
});

describe("DICOM commands", () => {
  it.each([
    [0x0001, "C-STORE"],
    [0x0010, "C-GET"],
    [0x0020, "C-FIND"],
    [0x0021, "C-MOVE"],
    [0x0030, "C-ECHO"],
    [0x0130, "N-ACTION"],
  ])("names %i %s with its class, and no instance", (field, name) => {
    const set = command(field, element(0x0002, `${CT}\0`), element(0x1000, "1.2.3.SECRET"));
    expect(talk().client(set).facts).toEqual([
      { about: "client", "dicom.command": name, "dicom.sop_class": CT },
    ]);
  });

  it("tells where images are sent", () => {
    const set = command(0x0021, element(0x0600, "STRANGER "));
    expect(talk().client(set).facts[0]).toMatchObject({ "dicom.move_destination": "STRANGER" });
  });

  it.each([
    [0xa700, "A700"],
    [0xc001, "C001"],
    [0x0110, "0110"],
  ])("reports status %i", (status, code) => {
    expect(talk().server(command(0x8001, element(0x0900, status))).facts).toEqual([
      { about: "server", "dicom.command": "C-STORE", "error.code": code },
    ]);
  });

  it.each([0x0000, 0xff00, 0xff01, 0xfe00, 0xb000, 0x0107])(
    "calls status %i no error",
    (status) => {
      expect(talk().server(command(0x8020, element(0x0900, status))).facts).toEqual([]);
    },
  );

  it("passes over data sets, whole and in fragments, and goes on behind them", () => {
    const data = value(2, Buffer.from(SECRET.repeat(4000), "latin1"));
    const fragment = value(0, Buffer.from(SECRET, "latin1"));
    const talked = talk().client(associate(1));
    const stream = Buffer.concat([pdu(4, data), pdu(4, fragment, fragment), command(0x0030)]);
    for (let at = 0; at < stream.length; at += 1460) talked.client(stream.subarray(at, at + 1460));
    expect(talked.all("dicom.command")).toEqual(["C-ECHO"]);
    expect(JSON.stringify(talked.observations)).not.toContain("SECRETSON");
  });

  it("leaves a command set alone that comes in fragments", () => {
    const half = value(1, element(0x0100, 0x0001));
    expect(talk().client(pdu(4, half, value(3, element(0x0100, 0x0001)))).facts).toEqual([]);
    const next = talk().client(pdu(4, half, value(3, element(0x0100, 0x0001))));
    expect(next.client(command(0x0030)).all("dicom.command")).toEqual(["C-ECHO"]);
  });
});

describe("DICOM on the wire", () => {
  it.each([
    ["a request", associate(1), Verdict.Yes],
    ["an answer", associate(2), Verdict.Yes],
    ["a rejection", rejected(1, 1, 7), Verdict.Yes],
    ["a command in mid-stream", command(0x0030), Verdict.Yes],
    ["the beginning of a request", associate(1).slice(0, 20), Verdict.Maybe],
    ["a length beyond belief", associate(1).with(2, 0xff), Verdict.No],
    ["control characters for titles", associate(1).with(12, 1), Verdict.No],
    ["TLS", "\x16\x03\x01\x02\x00\x01\x00", Verdict.No],
    ["SMB", "\x00\x00\x00\x85\xffSMB", Verdict.No],
  ])("judges %s", (_, bytes, verdict) => {
    expect(probeStream(analyzer, bytes, "", 9999)).toBe(verdict);
  });

  it("says nothing of a request cut anywhere", () => {
    const whole = associate(1, { syntaxes: [CT] });
    for (let length = 0; length < whole.length; length++) {
      expect(talk().client(whole.slice(0, length)).facts, `${length} bytes`).toEqual([]);
    }
  });

  it("finds a PDU again after a hole", () => {
    const data = pdu(4, value(2, Buffer.from(SECRET.repeat(100), "latin1")));
    const talked = talk().client(associate(1)).client(data.slice(0, 4)).gap(0, 900);
    talked.client(SECRET).client(command(0x0030)).client(command(0x0020));
    expect(talked.all("dicom.command")).toEqual(["C-ECHO", "C-FIND"]);
  });

  it.each([
    "dicom/find-study-root.pcap",
    "dicom/store-accepted.pcap",
    "dicom/rejected-called-ae.pcap",
  ])("says the same of %s however it is cut", async (file) => {
    const said = await conversationIn(file);
    const whole = repeat(talk(), said).facts;
    expect(whole.length).toBeGreaterThan(1);
    for (const size of [1, 5, 100]) {
      expect(repeat(talk(), said, size).facts, `${size} bytes`).toEqual(whole);
    }
  });

  it("survives any change, and never shows a patient", async () => {
    const said = await conversationIn("dicom/find-study-root.pcap");
    fc.assert(
      fc.property(mutations(said), (parts) => {
        const shown = JSON.stringify(repeat(talk(), parts).observations);
        for (const secret of CANARIES) expect(shown).not.toContain(secret);
      }),
      { numRuns: 200 },
    );
  });

  it.skipIf(!hasTshark).each(["dicom/echo-accepted.pcap", "dicom/move-study.pcap"])(
    "agrees with tshark about %s",
    async (file) => {
      const { observations } = await observationsOf(`${CAPTURES}/${file}`);
      const requests = tshark(
        file,
        "dicom.pdu.type == 1",
        "ip.src",
        "dicom.assoc.ae.calling",
        "dicom.assoc.ae.called",
        "dicom.userinfo.uid",
      );
      expect(requests.length).toBeGreaterThan(0);
      const ours = observations
        .filter(({ fields }) => "dicom.abstract_syntaxes" in fields)
        .map(({ subject, fields }) => [
          subject.ip,
          fields["dicom.calling_ae"],
          fields["dicom.called_ae"],
          fields["dicom.implementation_class"],
        ]);
      const theirs = requests.map((columns) => columns.map((each) => each.trim()));
      expect(new Set(ours.map(String))).toEqual(new Set(theirs.map(String)));
    },
  );
});
