/**
 * HL7 v2 messages over TCP: which application speaks for which facility, and which equipment it names.
 * Normative: HL7 Version 2.9 chapter 2 (delimiters §2.5.4, MSH §2.14.9, MSA §2.14.8, FHS and BHS §2.14),
 * chapter 7 (PRT §7.3.4, OBX §7.3.2); MLLP, HL7 transport specification release 1: `0x0B … 0x1C 0x0D`.
 *
 * Only the fields named below are located, by counting separators. Every other segment (PID, NK1, PV1, NTE …)
 * and every other field is passed over by looking for the byte that ends it, and is never held back.
 *
 * Fields about the sender: `sending_application` (MSH-3, a product as a rule), `sending_facility` (MSH-4),
 * `receiving_application` and `receiving_facility` (MSH-5, 6), `message_type` (MSH-9, as `ADT^A01`),
 * `version` (MSH-12), `processing` (MSH-11: P production, T training, D debugging), `profile` (MSH-21, of
 * IHE only);
 * `batch` 1 when the names come from FHS or BHS; `acknowledgment` (MSA-1), and `error.code` where it refuses;
 * `framing` `none` for messages without MLLP.
 * Fields about equipment, also of the sender, who may speak for it: `equipment` with `equipment_source`
 * (`PRT-16` or `OBX-18`), `device_id` (PRT-10), `serial` (PRT-20), `device_type` (PRT-22).
 */
import type { Analyzer, Beginning, Context, Session } from "../analysis/analyzer.ts";
import { Verdict } from "../analysis/analyzer.ts";
import { Side } from "../flow/flow.ts";
import type { Reader } from "../packet/reader.ts";
import { Hl7Direction } from "./hl7-direction.ts";
import { headerLength, isHeaderName, MAY_BE_HEADER, START_BLOCK } from "./hl7-segment.ts";

export const analyzer: Analyzer = {
  protocol: "hl7",
  fields: {
    sending_application: "open",
    sending_facility: "identifier",
    receiving_application: "open",
    receiving_facility: "identifier",
    message_type: "open",
    version: "open",
    processing: "open",
    profile: "open",
    batch: "open",
    acknowledgment: "open",
    framing: "open",
    equipment: "identifier",
    equipment_source: "open",
    device_id: "identifier",
    serial: "identifier",
    device_type: "open",
  },
  tcp: {
    ports: [2575, 6661],
    // 0x0B, or the M, F or B of MSH, FHS and BHS.
    leads: { originator: [START_BLOCK, 0x4d, 0x46, 0x42], responder: [START_BLOCK, 0x4d] },
    probe,
    open: (context) => new Hl7Session(context),
  },
};

function probe({ originator, responder }: Beginning): Verdict {
  return begins(originator.remaining > 0 ? originator : responder);
}

function begins(reader: Reader): Verdict {
  const framed = reader.peek() === START_BLOCK;
  const at = reader.position + (framed ? 1 : 0);
  if (!isHeaderName(reader.bytes, at, reader.end)) return Verdict.No;
  const length = headerLength(reader.bytes, at, reader.end);
  if (length === MAY_BE_HEADER) return Verdict.Maybe;
  return length > 0 ? Verdict.Yes : Verdict.No;
}

class Hl7Session implements Session {
  readonly #directions: readonly [Hl7Direction, Hl7Direction];

  constructor({ observe }: Context) {
    this.#directions = [
      new Hl7Direction(observe, Side.Originator),
      new Hl7Direction(observe, Side.Responder),
    ];
  }

  data(side: Side, message: Reader): void {
    this.#directions[side].data(message);
  }

  gap(side: Side): void {
    this.#directions[side].lost();
  }
}
