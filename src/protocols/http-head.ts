/**
 * The head of one HTTP/1 message, found in place: start line and the header fields that somebody reads.
 * Normative: RFC 9112 §2 to §6, RFC 9110 §5.
 */
import { startsWith } from "../packet/reader.ts";

/** Header fields that are kept, by the index of their range. */
export const Header = {
  Server: 0,
  UserAgent: 1,
  PoweredBy: 2,
  Via: 3,
  Authorization: 4,
  ProxyAuthorization: 5,
  ContentLength: 6,
  TransferEncoding: 7,
  ContentType: 8,
  ContentEncoding: 9,
  Upgrade: 10,
  Host: 11,
  Cookie: 12,
  Location: 13,
  /** The first of several challenges; the others follow. */
  Challenge: 14,
} as const;

/** WWW-Authenticate and Proxy-Authenticate lines that are kept. */
const MAX_CHALLENGES = 4;
const RANGES = Header.Challenge + MAX_CHALLENGES;

const NAMES: readonly (readonly [name: string, index: number])[] = [
  ["server", Header.Server],
  ["user-agent", Header.UserAgent],
  ["x-powered-by", Header.PoweredBy],
  ["via", Header.Via],
  ["authorization", Header.Authorization],
  ["proxy-authorization", Header.ProxyAuthorization],
  ["content-length", Header.ContentLength],
  ["transfer-encoding", Header.TransferEncoding],
  ["content-type", Header.ContentType],
  ["content-encoding", Header.ContentEncoding],
  ["upgrade", Header.Upgrade],
  ["host", Header.Host],
  ["cookie", Header.Cookie],
  ["location", Header.Location],
  ["www-authenticate", Header.Challenge],
  ["proxy-authenticate", Header.Challenge],
];

interface Name {
  readonly text: string;
  readonly length: number;
  readonly index: number;
}

/** The same by the low five bits of the first letter: most lines are told by one look-up. */
const BY_LETTER: readonly (readonly Name[])[] = Array.from({ length: 32 }, (_, letter) =>
  NAMES.filter(([name]) => (name.charCodeAt(0) & 31) === letter).map(([text, index]) => ({
    text,
    length: text.length,
    index,
  })),
);

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = 0x3a;

/** Reused: `read` forgets the head before. Offsets are into the bytes that were read. */
export class HttpHead {
  bytes: Uint8Array = new Uint8Array(0);
  /** The start line was one. */
  valid = false;
  isRequest = false;
  /** Responses: 100 to 599. Requests: 0. */
  status = 0;
  /** Requests: where method and target lie. */
  method = 0;
  methodEnd = 0;
  target = 0;
  targetEnd = 0;
  challenges = 0;
  /** Bits of the header fields that are there: only their ranges mean something. */
  #there = 0;
  /** The field on the line before when it is kept, or −1. */
  #last = -1;
  readonly #starts = new Int32Array(RANGES);
  readonly #ends = new Int32Array(RANGES);

  /** Behind the empty line that ends the head; −1 when it has not arrived. */
  read(bytes: Uint8Array, start: number, end: number): number {
    this.bytes = bytes;
    this.challenges = 0;
    this.#there = 0;
    let lf = lineFeed(bytes, start, end);
    if (lf === end) return -1;
    this.#startLine(start, contentEnd(bytes, start, lf));
    this.#last = -1;
    while (lf < end) {
      const at = lf + 1;
      const stop = emptyLine(bytes, at, end);
      if (stop > 0) return stop;
      lf = isBlank(bytes[at] as number) ? this.#folded(at, end) : this.#field(at, end);
    }
    return -1;
  }

  has(header: number): boolean {
    return (this.#there & (1 << header)) !== 0;
  }

  /** Where the value lies, without blanks around it; both 0 without such a field. */
  start(header: number): number {
    return this.has(header) ? (this.#starts[header] as number) : 0;
  }

  end(header: number): number {
    return this.has(header) ? (this.#ends[header] as number) : 0;
  }

  /** Whether the value begins with `text`. */
  begins(header: number, text: string): boolean {
    return startsWith(this.bytes, this.start(header), this.end(header), text);
  }

  /** Whether `text` is somewhere in the value. */
  contains(header: number, text: string): boolean {
    return indexOf(this.bytes, this.start(header), this.end(header), text) >= 0;
  }

  /** The decimal value of Content-Length: −1 without one, −2 when it is no number. */
  contentLength(): number {
    if (!this.has(Header.ContentLength)) return -1;
    const end = this.end(Header.ContentLength);
    let value = 0;
    for (let at = this.start(Header.ContentLength); at < end; at++) {
      const digit = (this.bytes[at] as number) - 0x30;
      if (digit < 0 || digit > 9 || value > 2 ** 46) return -2;
      value = value * 10 + digit;
    }
    return value;
  }

  #startLine(start: number, end: number): void {
    this.isRequest = !startsWith(this.bytes, start, end, "HTTP/1.");
    this.valid = this.isRequest ? this.#request(start, end) : this.#response(start, end);
  }

  #request(start: number, end: number): boolean {
    const { bytes } = this;
    this.status = 0;
    this.method = start;
    let at = start;
    while (at < end && bytes[at] !== SPACE) at++;
    this.methodEnd = at;
    while (at < end && bytes[at] === SPACE) at++;
    this.target = at;
    let stop = end;
    while (stop > at && bytes[stop - 1] !== SPACE) stop--;
    this.targetEnd = Math.max(at, stop - 1);
    return startsWith(bytes, stop, end, "HTTP/1.") && this.targetEnd > at;
  }

  #response(start: number, end: number): boolean {
    const { bytes } = this;
    // "HTTP/1.x nnn": the reason is optional.
    if (start + 12 > end || bytes[start + 8] !== SPACE) return false;
    this.status = 0;
    for (let at = start + 9; at < start + 12; at++) {
      const digit = (bytes[at] as number) - 0x30;
      if (digit < 0 || digit > 9) return false;
      this.status = this.status * 10 + digit;
    }
    return this.status >= 100;
  }

  /** Keeps the field on this line when it is one that is read. Where the line ends. */
  #field(at: number, end: number): number {
    const { bytes } = this;
    const name = nameAt(bytes, at, end);
    this.#last = name === null ? -1 : this.#slot(name.index);
    if (name === null) return lineFeed(bytes, at, end);
    const colon = at + name.length;
    const lf = lineFeed(bytes, colon, end);
    if (this.#last >= 0) this.#keep(this.#last, colon + 1, lf);
    return lf;
  }

  /** A line that begins with a blank continues the one before (obs-fold, RFC 9112 §5.2). */
  #folded(at: number, end: number): number {
    const lf = lineFeed(this.bytes, at, end);
    if (this.#last >= 0) this.#ends[this.#last] = contentEnd(this.bytes, at, lf);
    return lf;
  }

  /** The value between `start` and the line feed, without blanks around it. */
  #keep(index: number, start: number, lf: number): void {
    const { bytes } = this;
    let from = start;
    let to = contentEnd(bytes, start, lf);
    while (from < to && isBlank(bytes[from] as number)) from++;
    while (to > from && isBlank(bytes[to - 1] as number)) to--;
    this.#starts[index] = from;
    this.#ends[index] = to;
    this.#there |= 1 << index;
  }

  /** The first of several lines of one name counts, but every challenge has its own place. */
  #slot(base: number): number {
    if (base === Header.Challenge) {
      return this.challenges < MAX_CHALLENGES ? base + this.challenges++ : -1;
    }
    return this.has(base) ? -1 : base;
  }
}

/** Behind the empty line that ends a head, looking from `from` on; −1 when it has not arrived. */
export function headEnd(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    if (bytes[at] !== LF) continue;
    if (at + 1 < end && bytes[at + 1] === LF) return at + 2;
    if (at + 2 < end && bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

/** Offset of `text` (ASCII, letters without case) between `start` and `end`, or −1. */
export function indexOf(bytes: Uint8Array, start: number, end: number, text: string): number {
  for (let at = start; at + text.length <= end; at++)
    if (startsWith(bytes, at, end, text)) return at;
  return -1;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** The name that stands before the colon at the beginning of a line, when it is one that is read. */
function nameAt(bytes: Uint8Array, at: number, end: number): Name | null {
  const names = BY_LETTER[(bytes[at] as number) & 31] as readonly Name[];
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as Name;
    const colon = at + name.length;
    if (colon < end && bytes[colon] === COLON && startsWith(bytes, at, colon, name.text))
      return name;
  }
  return null;
}

/** Behind the line at `at` when it is empty, or 0. */
function emptyLine(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return 0;
  if (bytes[at] === LF) return at + 1;
  return bytes[at] === CR && at + 1 < end && bytes[at + 1] === LF ? at + 2 : 0;
}

/** Offset of the next LF, or `end`. */
function lineFeed(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== LF) at++;
  return at;
}

/** Where the line that `lf` ends has its last byte: before CR LF or LF. */
function contentEnd(bytes: Uint8Array, start: number, lf: number): number {
  return lf > start && bytes[lf - 1] === CR ? lf - 1 : lf;
}
