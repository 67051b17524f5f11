/** One direction of an HL7 v2 conversation, segment by segment, however the stream cuts it. See `hl7.ts`. */
import type { Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import { type Reader, startsWith } from "../packet/reader.ts";
import {
  END_BLOCK,
  headerLength,
  isDeleted,
  isEnd,
  isHeaderName,
  MAY_BE_HEADER,
  Name,
  nameAt,
  SegmentFields,
  START_BLOCK,
} from "./hl7-segment.ts";
import { TextBuilder } from "./text-builder.ts";

/** Bytes that a header, MSA or PRT segment may have before it is passed over unread. */
const SEGMENT_LIMIT = 8192;
/** Bytes of OBX-18. */
const EQUIPMENT_LIMIT = 1024;

const State = {
  /** Outside of a message: looking for the next. */
  Outside: 0,
  /** At the first byte of a segment. */
  Segment: 1,
  /** Inside a segment that nobody reads. */
  Pass: 2,
  /** Inside OBX, counting separators. */
  Obx: 3,
} as const;

/** OBX-11, result status: one letter (table 0085). OBX-18, equipment instance identifier. */
const RESULT_STATUS = 11;
const EQUIPMENT = 18;
const CARET = 0x5e;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;

/** Reused for every segment. */
const fields = new SegmentFields();
const messageType = new TextBuilder(128);

export class Hl7Direction {
  readonly #observe: Observer;
  readonly #side: Side;
  #state: number = State.Outside;
  #framed = false;
  #separator = 0;
  #component = 0;
  /** OBX: number of the field at hand, and the length of OBX-11. */
  #field = 0;
  #statusLength = 0;

  constructor(observe: Observer, side: Side) {
    this.#observe = observe;
    this.#side = side;
  }

  /** Bytes are missing: nothing is certain before the next message. */
  lost(): void {
    this.#state = State.Outside;
  }

  data(message: Reader): void {
    // Every step takes bytes, or goes on to a state that does, or waits for more.
    while (message.position < message.end && this.#step(message));
  }

  #step(message: Reader): boolean {
    switch (this.#state) {
      case State.Segment:
        return this.#segment(message);
      case State.Pass:
        return this.#pass(message);
      case State.Obx:
        return this.#obx(message);
      default:
        return this.#outside(message);
    }
  }

  /** To the next start block, or to a header that stands without one. */
  #outside(message: Reader): boolean {
    const { bytes, end } = message;
    for (let at = message.position; at < end; at++) {
      if (bytes[at] === START_BLOCK) return this.#begin(message, at + 1, true);
      if (!isHeaderName(bytes, at, end)) continue;
      const length = headerLength(bytes, at, end);
      if (length === 0) continue;
      if (length !== MAY_BE_HEADER) return this.#begin(message, at, false);
      message.position = at;
      return false;
    }
    message.position = end;
    return false;
  }

  #begin(message: Reader, position: number, framed: boolean): boolean {
    message.position = position;
    this.#framed = framed;
    this.#separator = 0;
    this.#state = State.Segment;
    return true;
  }

  /** At the first byte of a segment: decides by its name whether and how it is read. */
  #segment(message: Reader): boolean {
    const { bytes, position, end } = message;
    const first = bytes[position] as number;
    if (first === START_BLOCK) return this.#begin(message, position + 1, true);
    if (isEnd(first)) {
      message.position = position + 1;
      if (first === END_BLOCK) this.#state = State.Outside;
      return true;
    }
    if (end - position >= 4) return this.#named(message, nameAt(bytes, position));
    for (let at = position; at < end; at++) {
      if (isEnd(bytes[at] as number)) this.#state = State.Pass;
    }
    return this.#state === State.Pass;
  }

  #named(message: Reader, name: number): boolean {
    if (isHeader(name)) return this.#whole(message, name);
    if (this.#separator === 0) this.#state = State.Outside;
    else if (message.peek(3) !== this.#separator) this.#state = State.Pass;
    else if (name === Name.Msa || name === Name.Prt) return this.#whole(message, name);
    else if (name === Name.Obx) {
      message.position += 3;
      this.#field = 0;
      this.#statusLength = 0;
      this.#state = State.Obx;
    } else this.#state = State.Pass;
    return true;
  }

  /** To behind the byte that ends the segment. */
  #pass(message: Reader): boolean {
    const { bytes, end } = message;
    let at = message.position;
    while (at < end && !isEnd(bytes[at] as number)) at++;
    message.position = Math.min(at + 1, end);
    if (at === end) return false;
    this.#state = bytes[at] === END_BLOCK ? State.Outside : State.Segment;
    return true;
  }

  /** A segment that is read once it is there to its end. */
  #whole(message: Reader, name: number): boolean {
    const { bytes, position, end } = message;
    let stop = position;
    while (stop < end && !isEnd(bytes[stop] as number)) stop++;
    if (stop === end) {
      if (end - position <= SEGMENT_LIMIT) return false;
      this.#state = State.Pass;
      return true;
    }
    if (isHeader(name)) this.#header(bytes, position, stop, name);
    else {
      fields.split(bytes, position, stop, this.#separator);
      if (name === Name.Msa) this.#acknowledgment();
      else this.#participation();
    }
    message.position = stop;
    return true;
  }

  #header(bytes: Uint8Array, start: number, end: number, name: number): void {
    if (headerLength(bytes, start, end) <= 0) {
      this.#separator = 0;
      return;
    }
    this.#separator = bytes[start + 3] as number;
    this.#component = bytes[start + 4] as number;
    fields.split(bytes, start, end, this.#separator);
    const about = this.#observe.about(this.#side);
    // MSH-1 is the separator itself: MSH-n is the field behind separator n − 1.
    fields.add(about, "sending_application", 2);
    fields.add(about, "sending_facility", 3);
    fields.add(about, "receiving_application", 4);
    fields.add(about, "receiving_facility", 5);
    if (!this.#framed) about.string("framing", "none");
    if (name === Name.Msh) this.#messageFields(about);
    else about.number("batch", 1);
    about.emit();
  }

  #messageFields(about: Observer): void {
    const { bytes } = fields;
    const end = fields.end(8);
    messageType.clear();
    for (let at = fields.start(8), component = 0; at < end; at++) {
      if (bytes[at] === this.#component && ++component === 2) break;
      messageType.byte(bytes[at] === this.#component ? CARET : (bytes[at] as number));
    }
    about.text("message_type", messageType.bytes, 0, messageType.length);
    fields.add(about, "processing", 10);
    fields.add(about, "version", 11);
    // Where a sender forgot the end of the segment, a patient may stand here instead.
    if (startsWith(bytes, fields.start(20), fields.end(20), "IHE")) {
      fields.add(about, "profile", 20);
    }
  }

  /** MSA-1: AA, AE, AR, or CA, CE, CR in enhanced mode (table 0008). */
  #acknowledgment(): void {
    const { bytes } = fields;
    const start = fields.start(1);
    if (fields.end(1) - start !== 2) return;
    const mode = bytes[start] as number;
    const answer = bytes[start + 1] as number;
    if (mode !== 0x41 && mode !== 0x43) return;
    if (answer !== 0x41 && answer !== 0x45 && answer !== 0x52) return;
    const about = this.#observe.about(this.#side).text("acknowledgment", bytes, start, start + 2);
    if (answer !== 0x41) about.text("error.code", bytes, start, start + 2);
    about.emit();
  }

  /**
   * PRT names a device or a *person*. A sender that does not escape its separators could shift the fields
   * of a person to where a device stands: times must be where times belong.
   */
  #participation(): void {
    if (!fields.isTime(11) || !fields.isTime(12)) return;
    if (!fields.isTime(17) || !fields.isTime(18)) return;
    const about = this.#observe.about(this.#side);
    fields.add(about, "equipment", 16);
    if (fields.end(16) > fields.start(16)) about.string("equipment_source", "PRT-16");
    fields.add(about, "device_id", 10);
    fields.add(about, "serial", 20);
    fields.add(about, "device_type", 22);
    about.emit();
  }

  /** Counts separators; results (OBX-5) may be megabytes and are never held back. */
  #obx(message: Reader): boolean {
    const { bytes, end } = message;
    let at = message.position;
    while (at < end && this.#field < EQUIPMENT) {
      const byte = bytes[at] as number;
      if (isEnd(byte)) break;
      at++;
      if (byte !== this.#separator) this.#status(byte);
      else if (this.#field === RESULT_STATUS && this.#statusLength !== 1) this.#field = NEVER;
      else this.#field++;
    }
    message.position = at;
    if (at === end) return false;
    if (this.#field === EQUIPMENT) return this.#equipment(message);
    this.#state = State.Pass;
    return true;
  }

  /**
   * OBX-11 is required and one capital letter. Otherwise the sender does not escape its separators, and what
   * stands where OBX-18 should be may be OBX-16, a person.
   */
  #status(byte: number): void {
    if (this.#field !== RESULT_STATUS) return;
    this.#statusLength++;
    if (byte < UPPER_A || byte > UPPER_Z) this.#field = NEVER;
  }

  /** OBX-18, once it is there whole; the position is at its first byte. */
  #equipment(message: Reader): boolean {
    const { bytes, position, end } = message;
    let at = position;
    while (at < end && !isEnd(bytes[at] as number) && bytes[at] !== this.#separator) at++;
    if (at === end && at - position <= EQUIPMENT_LIMIT) return false;
    if (at < end && !isDeleted(bytes, position, at)) {
      this.#observe
        .about(this.#side)
        .text("equipment", bytes, position, at)
        .string("equipment_source", "OBX-18")
        .emit();
    }
    this.#state = State.Pass;
    return true;
  }
}

/** Beyond every field that is read. */
const NEVER = 1 << 20;

function isHeader(name: number): boolean {
  return name === Name.Msh || name === Name.Fhs || name === Name.Bhs;
}
