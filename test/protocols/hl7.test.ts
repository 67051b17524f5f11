import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Verdict } from "../../src/analysis/analyzer.ts";
import { analyzer } from "../../src/protocols/hl7.ts";
import { CAPTURES } from "../support/captures.ts";
import { observationsOf } from "../support/replay.ts";
import { Conversation, probeStream } from "./conversation.ts";
import { CANARIES, conversationIn, hasTshark, mutations, repeat, tshark } from "./recorded.ts";

const HEADER = "MSH|^~\\&|PUMPSRV|ICU|ENGINE|WARD|20261121||ORU^R01^ORU_R01|7|P|2.6";
const PATIENT = "PID|1||4711^^^W^MR||SECRETSON^TESTILDA||18700101|F|||SECRET STREET 9";
const framed = (...segments: string[]) => `\x0b${segments.join("\r")}\r\x1c\r`;
const talk = () => new Conversation(analyzer, "tcp");
const obx = (equipment: string, result = "120", status = "F") =>
  `OBX|1|NM|MDC_X^^MDC||${result}|ml/h|||||${status}|||2026||||${equipment}`;

const HEADER_FACTS = {
  about: "client",
  "hl7.sending_application": "PUMPSRV",
  "hl7.sending_facility": "ICU",
  "hl7.receiving_application": "ENGINE",
  "hl7.receiving_facility": "WARD",
  "hl7.message_type": "ORU^R01",
  "hl7.processing": "P",
  "hl7.version": "2.6",
};

describe("HL7 headers", () => {
  it("tells who sends what to whom", () => {
    expect(talk().client(framed(HEADER, PATIENT)).facts).toEqual([HEADER_FACTS]);
  });

  it.each([
    ["CR", "\r"],
    ["LF", "\n"],
    ["CR LF", "\r\n"],
  ])("reads segments that end in %s", (_, end) => {
    const message = `\x0b${[HEADER, PATIENT, obx("Plum A+")].join(end)}${end}\x1c\r`;
    expect(talk().client(message).all("hl7.equipment")).toEqual(["Plum A+"]);
  });

  it("takes the separators that the message declares (v2.9 §2.5.4)", () => {
    const message = "MSH$%~\\&$GLUCO$POCT$LIS$LAB$2026$$ORU%R01$1$T$2.3.1\rPRT$1$AD$$$$$$$$DEV%1";
    const facts = talk().client(framed(message)).facts;
    expect(facts[0]).toMatchObject({
      "hl7.sending_application": "GLUCO",
      "hl7.message_type": "ORU^R01",
      "hl7.processing": "T",
      "hl7.version": "2.3.1",
    });
    expect(facts[1]).toMatchObject({ "hl7.device_id": "DEV%1" });
  });

  it("knows the truncation character of version 2.7", () => {
    const message = HEADER.replace("^~\\&", "^~\\&#");
    expect(probeStream(analyzer, `\x0b${message}`, "")).toBe(Verdict.Yes);
    expect(talk().client(framed(message)).facts).toEqual([HEADER_FACTS]);
  });

  it('takes "" for deleted, not for a name', () => {
    const facts = talk().client(framed(HEADER.replace("PUMPSRV", '""'))).facts;
    expect(facts[0]).not.toHaveProperty("hl7.sending_application");
  });

  it("reads the headers of batches", () => {
    const batch = framed(
      "FHS|^~\\&|LIS|LAB|EPIC|HQ",
      "BHS|^~\\&|LIS|LAB2",
      HEADER,
      "BTS|1",
      "FTS|1",
    );
    const facts = talk().client(batch).facts;
    expect(facts).toEqual([
      expect.objectContaining({ "hl7.batch": 1, "hl7.sending_facility": "LAB" }),
      expect.objectContaining({ "hl7.batch": 1, "hl7.sending_facility": "LAB2" }),
      HEADER_FACTS,
    ]);
  });

  it("reads messages without MLLP, and says so", () => {
    const facts = talk().client(`${HEADER}\r${PATIENT}\r${HEADER.replace("R01^", "R03^")}\r`).facts;
    expect(facts.map((fact) => fact["hl7.framing"])).toEqual(["none", "none"]);
  });

  it("names a profile of IHE, and nothing else that stands there", () => {
    const at21 = (value: string) => framed(`${HEADER}${"|".repeat(9)}${value}`);
    expect(talk().client(at21("IHE_PCD_001^IHE PCD")).all("hl7.profile")).toEqual([
      "IHE_PCD_001^IHE PCD",
    ]);
    // A sender that forgot the end of MSH: fields of a patient follow.
    expect(talk().client(at21("SECRETSON^TESTILDA")).all("hl7.profile")).toEqual([]);
  });
});

describe("HL7 acknowledgments", () => {
  it.each(["AA", "CA"])("tells %s, which is no error", (code) => {
    const facts = talk().server(framed(HEADER, `MSA|${code}|7`)).facts;
    expect(facts[1]).toEqual({ about: "server", "hl7.acknowledgment": code });
  });

  it.each(["AE", "AR", "CE", "CR"])("reports %s about who sends it", (code) => {
    const facts = talk().server(framed(HEADER, `MSA|${code}|7|SECRETSON refused`)).facts;
    expect(facts[1]).toEqual({ about: "server", "hl7.acknowledgment": code, "error.code": code });
  });

  it("ignores what is no acknowledgment code", () => {
    expect(talk().server(framed(HEADER, "MSA|OK|7", "MSA|XA|7")).facts).toHaveLength(1);
  });
});

describe("HL7 equipment", () => {
  it("finds the instance identifier of OBX-18", () => {
    const facts = talk().client(framed(HEADER, PATIENT, obx("MX800^^0009FB^EUI-64"))).facts;
    expect(facts[1]).toEqual({
      about: "client",
      "hl7.equipment": "MX800^^0009FB^EUI-64",
      "hl7.equipment_source": "OBX-18",
    });
  });

  it("finds the parts of a UDI in PRT", () => {
    const prt = "PRT|1|AD||EQUIP^^HL70912||||||(01)008877(21)SN-1||||||Plum A+|||L1|SN-1||PUMP^x";
    expect(talk().client(framed(HEADER, prt)).facts[1]).toEqual({
      about: "client",
      "hl7.equipment": "Plum A+",
      "hl7.equipment_source": "PRT-16",
      "hl7.device_id": "(01)008877(21)SN-1",
      "hl7.serial": "SN-1",
      "hl7.device_type": "PUMP^x",
    });
  });

  it("does not trust PRT when text stands where times belong: a person was shifted", () => {
    const prt = "PRT|1|AD||EQUIP|SECRETSON^T||||||x|SECRET STREET|SECRET CITY||||SECRETSON|||";
    expect(talk().client(framed(HEADER, prt)).facts).toHaveLength(1);
  });

  it("does not trust OBX-18 when the result status is no single letter", () => {
    const shifted = `OBX|1|TX|N||left | right | up||||||F|||||SECRETSON^DOCTOR||MX800`;
    for (const segment of [shifted, obx("SECRETSON", "1", "Done"), obx("SECRETSON", "1", "")]) {
      expect(talk().client(framed(HEADER, segment)).facts, segment).toHaveLength(1);
    }
  });

  it("finds OBX-18 behind a result of megabytes, and holds none of it", () => {
    const good = talk().client(`\x0b${HEADER}\rOBX|1|ED|PDF||`);
    for (let part = 0; part < 200; part++) good.client("QUJD".repeat(2500));
    good.client("||||||F|||||||MX800\r\x1c\r");
    expect(good.all("hl7.equipment")).toEqual(["MX800"]);
  });
});

describe("HL7 on the wire", () => {
  it.each([
    ["MLLP", `\x0b${HEADER}`, Verdict.Yes],
    ["no frame", HEADER, Verdict.Yes],
    ["a batch", "FHS|^~\\&|LIS", Verdict.Yes],
    ["other marks", "\x0bMSH#*~\\&#A", Verdict.Yes],
    ["a beginning", "\x0bMS", Verdict.Maybe],
    ["letters as separator", "MSHAbcdA", Verdict.No],
    ["marks that repeat", "MSH|^^\\&|", Verdict.No],
    ["too many marks", "MSH|^~\\&#%$|", Verdict.No],
    ["another start block", "\x0b<xml>", Verdict.No],
    ["SMTP", "MAIL FROM:<a@b>\r\n", Verdict.No],
  ])("judges %s", (_, bytes, verdict) => {
    expect(probeStream(analyzer, bytes, "", 9999)).toBe(verdict);
    expect(probeStream(analyzer, "", bytes, 9999)).toBe(verdict);
  });

  it("finds the next message after a hole", () => {
    const talked = talk().client(`\x0b${HEADER}\rOBX|1|NM|x||SECR`).gap(0, 5000);
    talked.client(`ETSON|||||||||||||SECRETSON\r\x1c\r${framed(HEADER.replace("2.6", "2.5"))}`);
    expect(talked.all("hl7.version")).toEqual(["2.6", "2.5"]);
    expect(talked.all("hl7.equipment")).toEqual([]);
  });

  it.each([
    "hl7/oru-pump-prt-port-6661.pcap",
    "hl7/three-messages-in-one-write.pcap",
    "hl7/oru-monitor-obx-18.pcap",
  ])("says the same of %s however it is cut", async (file) => {
    const said = await conversationIn(file);
    const whole = repeat(talk(), said).facts;
    expect(whole.length).toBeGreaterThan(1);
    for (const size of [1, 2, 3, 7, 64]) {
      expect(repeat(talk(), said, size).facts, `${size} bytes`).toEqual(whole);
    }
  });

  it("never shows a patient, whatever happens to the bytes between the ends of segments", async () => {
    const files = ["hl7/adt-a01-acknowledged.pcap", "hl7/oru-monitor-obx-18.pcap"];
    const said = (await Promise.all(files.map(conversationIn))).flat();
    const ends = (parts: readonly { readonly bytes: Uint8Array }[]) =>
      parts.flatMap(({ bytes }) => [...bytes]).filter((byte) => byte === 0x0d).length;
    const whole = ends(said);
    fc.assert(
      fc.property(mutations(said), (parts) => {
        fc.pre(ends(parts) >= whole);
        const shown = JSON.stringify(repeat(talk(), parts).observations);
        for (const secret of CANARIES) expect(shown).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });

  it
    .skipIf(!hasTshark)
    .each([
      "hl7/adt-a01-acknowledged.pcap",
      "hl7/adt-two-messages-one-connection.pcap",
      "hl7/three-messages-in-one-write.pcap",
      "hl7/oru-monitor-obx-18.pcap",
    ])("agrees with tshark about the types of messages in %s", async (file) => {
    const theirs = tshark(file, "hl7", "hl7.message.type", "hl7.event.type");
    const { observations } = await observationsOf(`${CAPTURES}/${file}`);
    const ours = observations.flatMap(({ fields }) => fields["hl7.message_type"] ?? []);
    const types = theirs.flatMap(([type = "", event = ""]) => {
      const events = event.split(",");
      return type.split(",").map((each, index) => [each, events[index]].filter(Boolean).join("^"));
    });
    for (const type of ours) expect(types).toContain(type);
    expect(new Set(ours).size).toBe(new Set(types).size);
  });
});
