/** HL7 v2 segments in place: headers and their delimiters, fields by number. Normative: HL7 v2.9 §2.5, §2.14. */
import type { Observer } from "../observation/observer.ts";

export const START_BLOCK = 0x0b;
export const END_BLOCK = 0x1c;
const CR = 0x0d;
const LF = 0x0a;
const QUOTE = 0x22;

/** The three letters of a segment, as one number. */
export const Name = {
  Msh: 0x4d5348,
  Fhs: 0x464853,
  Bhs: 0x424853,
  Msa: 0x4d5341,
  Prt: 0x505254,
  Obx: 0x4f4258,
} as const;

/** Fields of one segment that are told apart. OBX has 33, MSH 28. */
const MAX_FIELDS = 40;

/** `headerLength`: more bytes would tell. */
export const MAY_BE_HEADER = -1;

export function isEnd(byte: number): boolean {
  return byte === CR || byte === LF || byte === END_BLOCK;
}

export function nameAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number)
  );
}

/** Whether what is there is MSH, FHS or BHS, or the beginning of one of them. */
export function isHeaderName(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    isPrefix("MSH", bytes, at, end) ||
    isPrefix("FHS", bytes, at, end) ||
    isPrefix("BHS", bytes, at, end)
  );
}

/**
 * Length of a header's name, separator, encoding characters and the separator behind them. 0: no header.
 * The separator and MSH-2 are whatever the sender chose, but they are marks and all different (§2.5.4).
 */
export function headerLength(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) return MAY_BE_HEADER;
  const separator = bytes[at + 3] as number;
  if (!isMark(separator)) return 0;
  for (let index = at + 4; index < end && index <= at + 4 + 5; index++) {
    const byte = bytes[index] as number;
    if (byte === separator) return index - at >= 6 ? index + 1 - at : 0;
    if (!isMark(byte) || repeats(bytes, at + 4, index)) return 0;
  }
  return at + 10 > end ? MAY_BE_HEADER : 0;
}

function repeats(bytes: Uint8Array, start: number, at: number): boolean {
  for (let index = start; index < at; index++) if (bytes[index] === bytes[at]) return true;
  return false;
}

function isPrefix(name: string, bytes: Uint8Array, at: number, end: number): boolean {
  const length = Math.min(name.length, end - at);
  for (let index = 0; index < length; index++) {
    if (bytes[at + index] !== name.charCodeAt(index)) return false;
  }
  return length > 0;
}

/** Printable ASCII that is neither a letter, a digit nor a space. */
function isMark(byte: number): boolean {
  if (byte <= 0x20 || byte >= 0x7f) return false;
  const lower = byte | 0x20;
  return !(byte >= 0x30 && byte <= 0x39) && !(lower >= 0x61 && lower <= 0x7a);
}

/** `""` in place of a value. */
export function isDeleted(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 2 && bytes[start] === QUOTE && bytes[start + 1] === QUOTE;
}

/** Where the fields of one whole segment lie; overwritten by the next. */
export class SegmentFields {
  bytes: Uint8Array = new Uint8Array(0);
  /** How many there are beyond the name; for MSH, FHS and BHS without field 1, the separator itself. */
  count = 0;
  readonly #ends = new Int32Array(MAX_FIELDS + 1);

  /** `start` is at the name; `end` where the segment ends. */
  split(bytes: Uint8Array, start: number, end: number, separator: number): void {
    this.bytes = bytes;
    let count = 0;
    for (let at = start; at < end && count < MAX_FIELDS; at++) {
      if (bytes[at] === separator) this.#ends[count++] = at;
    }
    this.#ends[count] = end;
    this.count = count;
  }

  start(index: number): number {
    return index > 0 && index <= this.count ? (this.#ends[index - 1] as number) + 1 : 0;
  }

  end(index: number): number {
    return index > 0 && index <= this.count ? (this.#ends[index] as number) : 0;
  }

  /** A field as it is; `""` means deleted (§2.5.3) and is no value. */
  add(about: Observer, field: string, index: number): Observer {
    const start = this.start(index);
    const end = this.end(index);
    return isDeleted(this.bytes, start, end) ? about : about.text(field, this.bytes, start, end);
  }

  /** Nothing, one character, or what a time stamp is made of. */
  isTime(index: number): boolean {
    const start = this.start(index);
    const end = this.end(index);
    if (end - start <= 1) return true;
    for (let at = start; at < end; at++) {
      const byte = this.bytes[at] as number;
      // Digits, + - . and the component mark of old time stamps.
      if (
        !(byte >= 0x30 && byte <= 0x39) &&
        byte !== 0x2b &&
        byte !== 0x2d &&
        byte !== 0x2e &&
        byte !== 0x5e
      ) {
        return false;
      }
    }
    return true;
  }
}
