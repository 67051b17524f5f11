/**
 * DNS messages read in place: header, names with compression, questions, resource records. Shared by the
 * protocols that use this format. Normative: RFC 1035 §4, RFC 6891 (OPT).
 */
import { u16, u32 } from "../packet/bytes.ts";

export const HEADER = 12;

/** Bits of the flags word. */
export const Flag = {
  Response: 0x8000,
  Authoritative: 0x0400,
  Truncated: 0x0200,
  RecursionAvailable: 0x0080,
  Reserved: 0x0040,
} as const;

export const Opcode = { Query: 0, Notify: 4, Update: 5 } as const;

/** By response code (RFC 1035 §4.1.1, RFC 2136 §2.2). */
export const RESPONSE_CODES: readonly string[] = [
  "",
  "FORMERR",
  "SERVFAIL",
  "NXDOMAIN",
  "NOTIMP",
  "REFUSED",
  "YXDOMAIN",
  "YXRRSET",
  "NXRRSET",
  "NOTAUTH",
  "NOTZONE",
];

export const Type = {
  A: 1,
  Ptr: 12,
  Hinfo: 13,
  Txt: 16,
  Aaaa: 28,
  Srv: 33,
  Opt: 41,
  Tsig: 250,
  Ixfr: 251,
  Axfr: 252,
} as const;

export const Class = { Internet: 1, Chaos: 3 } as const;

export const Section = { Answer: 1, Authority: 2, Additional: 3 } as const;

/** What is wrong with a name. `Cut`: its end is missing. */
export const NameFault = { None: 0, Cut: 1, Pointer: 2, Label: 3, Long: 4 } as const;
export type NameFault = (typeof NameFault)[keyof typeof NameFault];

/** Octets of a name (RFC 1035 §2.3.4), and pointers that one may follow. */
const MAX_NAME = 255;
const MAX_POINTERS = 32;
const MAX_LABELS = 128;
/** Records of one message that are read. */
const MAX_RECORDS = 256;

const DOT = 0x2e;
/** The two top bits of a pointer, and the offset behind them (§4.1.4). */
const POINTER = 0xc000;
const OFFSET = 0x3fff;

/** A name as text with dots, in memory that the next name overwrites. */
export class DnsName {
  readonly bytes = new Uint8Array(MAX_NAME + 1);
  length = 0;
  labels = 0;
  fault: NameFault = NameFault.None;
  readonly #ends = new Uint8Array(MAX_LABELS);

  /** Reads the name at `at` of the message that begins at `start`. The offset behind it, or −1. */
  read(bytes: Uint8Array, start: number, end: number, at: number): number {
    this.length = 0;
    this.labels = 0;
    this.fault = NameFault.None;
    let position = at;
    let after = -1;
    let lowest = at;
    // Every step adds a label or leads further back, so both limits together bound the loop.
    for (let pointers = 0; pointers <= MAX_POINTERS; ) {
      position = this.#labels(bytes, position, end);
      if (position < 0) return -1;
      if (bytes[position] === 0) return after < 0 ? position + 1 : after;
      if (position + 2 > end) return this.#fail(NameFault.Cut);
      if (after < 0) after = position + 2;
      position = start + (u16(bytes, position) & OFFSET);
      // To a *prior* occurrence (§4.1.4), so never forward and never twice to the same place.
      if (position >= lowest || position < start + HEADER) return this.#fail(NameFault.Pointer);
      lowest = position;
      pointers++;
    }
    return this.#fail(NameFault.Pointer);
  }

  /** Offset in `bytes` where label `index` begins. */
  labelStart(index: number): number {
    return index === 0 ? 0 : (this.#ends[index - 1] as number) + 1;
  }

  labelEnd(index: number): number {
    return this.#ends[index] as number;
  }

  /** Whether label `index` is `text` (lower case); letters compare without case. */
  labelIs(index: number, text: string): boolean {
    if (index < 0 || index >= this.labels) return false;
    return this.#matches(this.labelStart(index), this.labelEnd(index), text);
  }

  /** Whether the whole name is `text` (lower case). */
  is(text: string): boolean {
    return this.#matches(0, this.length, text);
  }

  /** Whether the name ends in `text` (lower case, beginning with a dot) and has something before it. */
  endsWith(text: string): boolean {
    return this.length > text.length && this.#matches(this.length - text.length, this.length, text);
  }

  #matches(start: number, end: number, text: string): boolean {
    if (end - start !== text.length) return false;
    for (let index = 0; index < text.length; index++) {
      const byte = this.bytes[start + index] as number;
      const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
      if (lower !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  /** Takes labels up to the zero or the pointer that ends them; its offset, or −1. */
  #labels(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const octet = bytes[at] as number;
      if (octet === 0 || octet >= 0xc0) return at;
      if (octet > 63) return this.#fail(NameFault.Label);
      if (at + 1 + octet > end) return this.#fail(NameFault.Cut);
      if (!this.#label(bytes, at + 1, octet)) return this.#fail(NameFault.Long);
      at += 1 + octet;
    }
    return this.#fail(NameFault.Cut);
  }

  #label(bytes: Uint8Array, start: number, length: number): boolean {
    if (this.labels >= MAX_LABELS || this.length + length + 1 > MAX_NAME) return false;
    if (this.labels > 0) this.bytes[this.length++] = DOT;
    for (let at = start; at < start + length; at++) {
      this.bytes[this.length++] = bytes[at] as number;
    }
    this.#ends[this.labels++] = this.length;
    return true;
  }

  #fail(fault: NameFault): number {
    this.fault = fault;
    return -1;
  }
}

/** Walks one message: `begin`, then every `question`, then every `record`. Reused. */
export class DnsMessage {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  flags = 0;
  questions = 0;
  answers = 0;
  authorities = 0;
  additionals = 0;

  /** Owner of the question or record read last, its type, and its class with the top bit (RFC 6762). */
  readonly name = new DnsName();
  type = 0;
  class = 0;
  ttl = 0;
  section = 0;
  /** Where its owner is, to read it once more. */
  owner = 0;
  /** Where its data lie. */
  data = 0;
  dataEnd = 0;

  #at = 0;
  /** Where the name read last is spelt; −1 before the first. */
  #spelt = -1;
  #questionsRead = 0;
  #recordsRead = 0;

  /** False when not even the header is there. */
  begin(bytes: Uint8Array, start: number, end: number): boolean {
    if (start + HEADER > end) return false;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.flags = u16(bytes, start + 2);
    this.questions = u16(bytes, start + 4);
    this.answers = u16(bytes, start + 6);
    this.authorities = u16(bytes, start + 8);
    this.additionals = u16(bytes, start + 10);
    this.name.fault = NameFault.None;
    this.#at = start + HEADER;
    this.#spelt = -1;
    this.#questionsRead = 0;
    this.#recordsRead = 0;
    return true;
  }

  get isResponse(): boolean {
    return (this.flags & Flag.Response) !== 0;
  }

  get opcode(): number {
    return (this.flags >> 11) & 0x0f;
  }

  get responseCode(): number {
    return this.flags & 0x0f;
  }

  /** Behind what was read last. */
  get position(): number {
    return this.#at;
  }

  /** Reads the next question; false when there is none or it is cut or broken. */
  question(): boolean {
    if (this.#questionsRead >= this.questions) return false;
    const after = this.#readName();
    if (after < 0 || after + 4 > this.end) return false;
    this.#questionsRead++;
    this.type = u16(this.bytes, after);
    this.class = u16(this.bytes, after + 2);
    this.#at = after + 4;
    return true;
  }

  /** Reads the next resource record after all questions; false at the end, or when it is cut or broken. */
  record(): boolean {
    while (this.#questionsRead < this.questions) if (!this.question()) return false;
    const read = this.#recordsRead;
    const total = this.answers + this.authorities + this.additionals;
    if (read >= total || read >= MAX_RECORDS) return false;
    const after = this.#readName();
    if (after < 0 || after + 10 > this.end) return false;
    this.type = u16(this.bytes, after);
    this.class = u16(this.bytes, after + 2);
    this.ttl = u32(this.bytes, after + 4);
    this.owner = this.#at;
    this.data = after + 10;
    this.dataEnd = this.data + u16(this.bytes, after + 8);
    if (this.dataEnd > this.end) return false;
    this.section = this.#sectionOf(read);
    this.#at = this.dataEnd;
    this.#recordsRead = read + 1;
    return true;
  }

  /** Reads the name at hand; most point to the one before, which need not be read again. */
  #readName(): number {
    const at = this.#at;
    const pointer = at + 2 <= this.end ? u16(this.bytes, at) : 0;
    const spelt = pointer >= POINTER ? this.start + (pointer & OFFSET) : at;
    if (spelt === this.#spelt) return at + 2;
    const after = this.name.read(this.bytes, this.start, this.end, at);
    this.#spelt = after < 0 ? -1 : spelt;
    return after;
  }

  #sectionOf(index: number): number {
    if (index < this.answers) return Section.Answer;
    return index < this.answers + this.authorities ? Section.Authority : Section.Additional;
  }
}

/** Offset behind the character-string at `at` (RFC 1035 §3.3), or −1 when it does not fit. */
export function characterString(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return -1;
  const after = at + 1 + (bytes[at] as number);
  return after <= end ? after : -1;
}
