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

/** The same by length of the name: a line costs one look-up as a rule. */
const BY_LENGTH: readonly (readonly (readonly [name: string, index: number])[])[] = Array.from(
  { length: 20 },
  (_, length) => NAMES.filter(([name]) => name.length === length),
);

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = 0x3a;

/** Reused: `read` forgets the head before. Offsets are into the bytes that were read. */
export class HttpHead {
  bytes: Uint8Array = new Uint8Array(0);
  isRequest = false;
  /** Responses: 100 to 599. Requests: 0. */
  status = 0;
  /** Requests: where method and target lie. */
  method = 0;
  methodEnd = 0;
  target = 0;
  targetEnd = 0;
  challenges = 0;
  readonly #starts = new Int32Array(RANGES);
  readonly #ends = new Int32Array(RANGES);

  /** `end` is behind the empty line. False: this is no head. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.bytes = bytes;
    this.challenges = 0;
    this.#starts.fill(0);
    this.#ends.fill(0);
    const first = lineEnd(bytes, start, end);
    this.isRequest = !startsWith(bytes, start, first, "HTTP/1.");
    if (!(this.isRequest ? this.#request(start, first) : this.#response(start, first)))
      return false;
    let at = nextLine(bytes, start, end);
    let index = -1;
    while (at < end) {
      const stop = lineEnd(bytes, at, end);
      // A line that begins with a blank continues the one before (obs-fold, RFC 9112 §5.2).
      if (bytes[at] !== SPACE && bytes[at] !== TAB) index = this.#field(at, stop);
      else if (index >= 0) this.#ends[index] = stop;
      at = nextLine(bytes, at, end);
    }
    return true;
  }

  has(header: number): boolean {
    return this.#ends[header] !== 0;
  }

  /** Where the value lies, without blanks around it; `end` 0 without such a field. */
  start(header: number): number {
    return this.#starts[header] as number;
  }

  end(header: number): number {
    return this.#ends[header] as number;
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

  /** Keeps the field on this line when it is one that is read; its index, or −1. */
  #field(start: number, end: number): number {
    const { bytes } = this;
    let colon = start;
    while (colon < end && bytes[colon] !== COLON) colon++;
    const known = BY_LENGTH[colon - start];
    if (known === undefined || colon === end) return -1;
    for (const [name, base] of known) {
      if (!startsWith(bytes, start, colon, name)) continue;
      const index = this.#slot(base);
      if (index < 0) return -1;
      let from = colon + 1;
      let to = end;
      while (from < to && isBlank(bytes[from] as number)) from++;
      while (to > from && isBlank(bytes[to - 1] as number)) to--;
      this.#starts[index] = from;
      this.#ends[index] = to;
      return index;
    }
    return -1;
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

/** Offset of the CR LF or LF that ends the line, or `end`. */
function lineEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== LF) at++;
  return at > start && bytes[at - 1] === CR ? at - 1 : at;
}

function nextLine(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== LF) at++;
  return at + 1;
}
