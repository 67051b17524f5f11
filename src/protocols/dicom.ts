/**
 * DICOM upper layer: who associates with whom, with which software, for which services. Normative: DICOM
 * PS3.8 §9.3 (PDUs), annex D (user information); PS3.7 §9.3, §10.3, annex C to E (command set, status) and
 * annex D.3.3 (negotiation of roles and user identity).
 *
 * Of P-DATA only command sets are read (group 0000), never a data set; those are passed over by length.
 *
 * Fields about both ends: `ae_title`, `implementation_class` (UID), `implementation_version`, `max_pdu`.
 * The requestor gives `calling_ae` and `called_ae` (also about the acceptor of an association, who did not
 * refuse the title), `application_context`. A list can be longer than one text holds, so every syntax that
 * the requestor proposes is one observation with `abstract_syntax`; `abstract_syntaxes` has as many of them
 * as fit, comma-separated, and `abstract_syntax_count` says how many there were. About the acceptor:
 * `accepted_syntaxes`, in several observations where it needs them, every `transfer_syntax` that it chose, and
 * `refused_syntaxes` with `refusal`.
 * `role` (`scu`, `scp`, `scu scp`) with `abstract_syntax` where roles were negotiated.
 * `command` (`C-STORE`) with `sop_class` about who asks; `move_destination`. A failure is `error.code` about
 * who answers: four hexadecimal digits with `command`, `A-ASSOCIATE-RJ` with `reject_reason`, `A-ABORT` with
 * `abort_source` and `abort_reason`.
 */
import type { Analyzer, Beginning, Context, Session } from "../analysis/analyzer.ts";
import { Verdict } from "../analysis/analyzer.ts";
import type { Side } from "../flow/flow.ts";
import { u32 } from "../packet/bytes.ts";
import type { Reader } from "../packet/reader.ts";
import { Association } from "./dicom-association.ts";
import { observeCommand } from "./dicom-command.ts";
import { abortReason, abortSource, rejectReason } from "./dicom-names.ts";

const Pdu = {
  AssociateRequest: 1,
  AssociateAccept: 2,
  AssociateReject: 3,
  Data: 4,
  ReleaseRequest: 5,
  ReleaseResponse: 6,
  Abort: 7,
} as const;

const PDU_HEADER = 6;
/** Protocol version to the last reserved byte, before the variable items. */
const ASSOCIATE_FIXED = 68;
/** 128 contexts with a dozen transfer syntaxes each are some 100 KB. */
const ASSOCIATE_LIMIT = 128 << 10;
/** Length of a presentation data value, its context and its control header. */
const PDV_HEADER = 6;
/** A command set has a few hundred bytes. */
const COMMAND_LIMIT = 4096;
/** Bits of the message control header (PS3.8 annex E). */
const Control = { Command: 1, Last: 2 } as const;

export const analyzer: Analyzer = {
  protocol: "dicom",
  fields: {
    ae_title: "identifier",
    calling_ae: "identifier",
    called_ae: "identifier",
    implementation_class: "open",
    implementation_version: "open",
    max_pdu: "open",
    application_context: "open",
    abstract_syntax: "open",
    abstract_syntaxes: "open",
    abstract_syntax_count: "open",
    accepted_syntaxes: "open",
    transfer_syntax: "open",
    refused_syntaxes: "open",
    refusal: "open",
    role: "open",
    command: "open",
    sop_class: "open",
    move_destination: "identifier",
    reject_reason: "open",
    abort_source: "open",
    abort_reason: "open",
  },
  tcp: {
    ports: [104, 11112, 4242],
    leads: {
      originator: [Pdu.AssociateRequest, Pdu.Data],
      responder: [Pdu.AssociateAccept, Pdu.AssociateReject, Pdu.Data, Pdu.Abort],
    },
    limit: ASSOCIATE_LIMIT + PDU_HEADER,
    probe,
    open: (context) => new DicomSession(context),
  },
};

function probe({ originator, responder }: Beginning): Verdict {
  return begins(originator.remaining > 0 ? originator : responder);
}

function begins({ bytes, position, end }: Reader): Verdict {
  const there = end - position;
  if (there >= 2 && bytes[position + 1] !== 0) return Verdict.No;
  if (there < PDU_HEADER) return Verdict.Maybe;
  const type = bytes[position] as number;
  const length = u32(bytes, position + 2);
  if (type === Pdu.Data) return beginsData(bytes, position, end, length);
  if (type === Pdu.AssociateReject) return isReject(bytes, position, there, length);
  if (type !== Pdu.AssociateRequest && type !== Pdu.AssociateAccept) return Verdict.No;
  return beginsAssociate(bytes, position, end, length);
}

/** Protocol version 1, two titles, and the application context first (§9.3.2). */
function beginsAssociate(bytes: Uint8Array, at: number, end: number, length: number): Verdict {
  if (length < ASSOCIATE_FIXED || length > ASSOCIATE_LIMIT) return Verdict.No;
  const titles = at + PDU_HEADER + 4;
  if (end < titles + 32) return Verdict.Maybe;
  if ((bytes[at + 7] as number) % 2 === 0) return Verdict.No;
  for (let index = titles; index < titles + 32; index++) {
    if (!isTitle(bytes[index] as number)) return Verdict.No;
  }
  const items = at + PDU_HEADER + ASSOCIATE_FIXED;
  return items >= end || bytes[items] === 0x10 || bytes[items] === 0x20 ? Verdict.Yes : Verdict.No;
}

function isReject(bytes: Uint8Array, at: number, there: number, length: number): Verdict {
  if (length !== 4) return Verdict.No;
  if (there < 10) return Verdict.Maybe;
  const result = bytes[at + 7] as number;
  const source = bytes[at + 8] as number;
  if (result < 1 || result > 2 || source < 1 || source > 3 || there > 10) return Verdict.No;
  return Verdict.Yes;
}

/** Picked up in mid-stream: a data PDU that begins with a command set. */
function beginsData(bytes: Uint8Array, at: number, end: number, length: number): Verdict {
  if (end - at < PDU_HEADER + PDV_HEADER + 8) return Verdict.Maybe;
  const value = at + PDU_HEADER;
  const size = u32(bytes, value);
  if (size < 2 || size > length - 4 || (bytes[value + 4] as number) % 2 === 0) return Verdict.No;
  const control = bytes[value + 5] as number;
  if (control > 3) return Verdict.No;
  if ((control & Control.Command) === 0) return size === length - 4 ? Verdict.Maybe : Verdict.No;
  // (0000,0000) group length, 4 bytes, little-endian.
  return u32(bytes, value + 6) === 0 && u32(bytes, value + 10) === 0x04000000
    ? Verdict.Yes
    : Verdict.No;
}

/** ISO 646 basic set without control characters; zeros are wrong and common. */
function isTitle(byte: number): boolean {
  return byte === 0 || (byte >= 0x20 && byte < 0x7f);
}

class DicomSession implements Session {
  readonly #context: Context;
  readonly #association: Association;
  /** Bytes of the data PDU at hand that were not yet taken, per side. */
  readonly #rest: [number, number] = [0, 0];
  /** The command set at hand came whole so far. */
  readonly #whole: [boolean, boolean] = [true, true];
  /** Looking for a PDU after a loss. */
  readonly #lost: [boolean, boolean] = [false, false];

  constructor(context: Context) {
    this.#context = context;
    this.#association = new Association(context.observe);
  }

  data(side: Side, message: Reader): void {
    while (message.remaining > 0) {
      if (this.#lost[side] && !this.#resume(side, message)) return;
      const taken = this.#rest[side] > 0 ? this.#value(side, message) : this.#pdu(side, message);
      if (!taken) return;
    }
  }

  gap(side: Side): void {
    this.#lost[side] = true;
    this.#rest[side] = 0;
    this.#whole[side] = true;
  }

  close(): void {
    this.#association.close();
  }

  /** After a loss a PDU is taken where the bytes that arrive begin with one, as they do after a pause. */
  #resume(side: Side, message: Reader): boolean {
    const { bytes, position, end } = message;
    const type = bytes[position] as number;
    if (end - position >= PDU_HEADER && type >= 1 && type <= 7 && bytes[position + 1] === 0) {
      const length = u32(bytes, position + 2);
      const plausible =
        type === Pdu.Data
          ? beginsData(bytes, position, end, length) !== Verdict.No
          : length === 4 || (type <= 2 && begins(message) === Verdict.Yes);
      if (plausible) {
        this.#lost[side] = false;
        return true;
      }
    }
    message.position = end;
    return false;
  }

  /** Takes the PDU at the position, or only its header when it is data. False: wait for more. */
  #pdu(side: Side, message: Reader): boolean {
    const { bytes, position, remaining } = message;
    if (remaining < PDU_HEADER) return false;
    const type = bytes[position] as number;
    const length = u32(bytes, position + 2);
    if (type === Pdu.Data) {
      message.position = position + PDU_HEADER;
      this.#rest[side] = length;
      return true;
    }
    if (type < 1 || type > 7 || length > ASSOCIATE_LIMIT) {
      this.gap(side);
      return true;
    }
    if (remaining < PDU_HEADER + length) return false;
    const end = position + PDU_HEADER + length;
    message.position = end;
    this.#control(side, type, bytes, position + PDU_HEADER, end);
    return true;
  }

  #control(side: Side, type: number, bytes: Uint8Array, start: number, end: number): void {
    const association = this.#association;
    if (type === Pdu.AssociateRequest || type === Pdu.AssociateAccept) {
      if (end - start < ASSOCIATE_FIXED) return;
      if (type === Pdu.AssociateRequest) association.request(side, bytes, start, end);
      else association.accept(side, bytes, start, end);
    } else if (type === Pdu.AssociateReject && end - start >= 4) {
      association.reject(
        side,
        rejectReason(bytes[start + 2] as number, bytes[start + 3] as number),
      );
    } else if (type === Pdu.Abort && end - start >= 4) {
      const source = bytes[start + 2] as number;
      const about = this.#context.observe.about(side).string("error.code", "A-ABORT");
      about.string("abort_source", abortSource(source));
      about.string("abort_reason", abortReason(source, bytes[start + 3] as number)).emit();
    }
  }

  /** One presentation data value (§9.3.5.1): a command set is read, a data set passed over. */
  #value(side: Side, message: Reader): boolean {
    const rest = this.#rest[side];
    const { bytes, position, remaining } = message;
    if (rest < PDV_HEADER) {
      this.gap(side);
      return true;
    }
    if (remaining < PDV_HEADER) return false;
    const size = u32(bytes, position);
    const control = bytes[position + 5] as number;
    if (size < 2 || size > rest - 4 || control > 3) {
      this.gap(side);
      return true;
    }
    const command = (control & Control.Command) !== 0 && size <= COMMAND_LIMIT;
    if (!command) {
      this.#rest[side] = rest - 4 - size;
      message.position = position + PDV_HEADER;
      if (size === 2) return true;
      this.#context.skip(side, size - 2);
      return false;
    }
    if (remaining < 4 + size) return false;
    this.#rest[side] = rest - 4 - size;
    message.position = position + 4 + size;
    // A command set in several fragments may be cut inside an element: it is left alone.
    const last = (control & Control.Last) !== 0;
    if (last && this.#whole[side]) {
      observeCommand(
        this.#context.observe,
        side,
        bytes,
        position + PDV_HEADER,
        position + 4 + size,
      );
    }
    this.#whole[side] = last;
    return true;
  }
}
