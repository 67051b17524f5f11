/**
 * Basic Encoding Rules, as far as SNMP, LDAP and Kerberos use them: definite lengths only (RFC 3417 §8,
 * RFC 4511 §5.1; Kerberos is DER). Normative: ITU-T X.690 (02/2021) §8.1.
 *
 * Sticky like `Reader`: after the first contradiction `fault` is set and `next()` says false for good. There
 * is no recursion: who steps into an element keeps the enclosing `end` in a local variable.
 *
 *     const outer = ber.end;
 *     if (!ber.take(BerTag.Sequence)) return;
 *     ber.enter();
 *     …
 *     ber.leave(outer);
 */
export class BerReader {
  bytes: Uint8Array = EMPTY;
  /** The next element begins here. */
  position = 0;
  /** Where the elements of this level end. */
  end = 0;
  /** Tag of the last element: its first byte, or that plus 256 × number for tag numbers above 30. */
  tag = 0;
  /** First byte of its content, and one past the last. */
  start = 0;
  stop = 0;
  fault: BerFault = BerFault.None;
  /** A constructed element was longer than what encloses it, or than what there is: it was clipped. */
  cut = false;

  /** Where all bytes end: what runs past it was cut, what runs past an enclosing element is a lie. */
  #limit = 0;

  reset(bytes: Uint8Array, position: number, end: number): this {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
    this.tag = 0;
    this.start = position;
    this.stop = position;
    this.fault = BerFault.None;
    this.cut = false;
    this.#limit = end;
    return this;
  }

  /** Whether this level has more elements. */
  get more(): boolean {
    return this.fault === BerFault.None && this.position < this.end;
  }

  /**
   * Takes one element. False, with `fault` set, when it is not there whole. Of a constructed element, what is
   * there is given (`cut`): captures are cut, and some senders count wrong.
   */
  next(): boolean {
    if (this.fault !== BerFault.None) return false;
    let at = this.#identifier();
    if (at < 0) return false;
    if (at >= this.end) return this.#short();
    const first = this.bytes[at++] as number;
    let length = first;
    if (first >= LONG) {
      const count = first - LONG;
      // 0: indefinite form. More than four octets: longer than any message.
      if (count === 0 || count > 4) return this.#fail(BerFault.Malformed);
      if (at + count > this.end) return this.#short();
      length = 0;
      for (let index = 0; index < count; index++) length = length * 256 + (this.bytes[at++] ?? 0);
    }
    return this.#content(at, length);
  }

  /** `next()`, and the tag must be this one. */
  take(tag: number): boolean {
    if (!this.next()) return false;
    return this.tag === tag || this.#fail(BerFault.Malformed);
  }

  /** Steps into the element just taken. */
  enter(): void {
    this.position = this.start;
    this.end = this.stop;
  }

  /** Steps out again, behind the element entered. `end` is what `this.end` was before `enter()`. */
  leave(end: number): void {
    this.position = this.end;
    this.end = end;
  }

  /** The element as a signed integer of at most six octets; 0 and a fault otherwise. */
  integer(): number {
    const length = this.stop - this.start;
    if (this.fault !== BerFault.None) return 0;
    if (length < 1 || length > 6) {
      this.#fail(BerFault.Malformed);
      return 0;
    }
    let value = ((this.bytes[this.start] as number) << 24) >> 24;
    for (let at = this.start + 1; at < this.stop; at++)
      value = value * 256 + (this.bytes[at] as number);
    return value;
  }

  /** Whether the content of the element is exactly these bytes. */
  equals(content: Uint8Array): boolean {
    return this.stop - this.start === content.length && this.startsWith(content);
  }

  /** Whether the content of the element begins with these bytes. */
  startsWith(content: Uint8Array): boolean {
    if (this.stop - this.start < content.length) return false;
    for (let index = 0; index < content.length; index++) {
      if (this.bytes[this.start + index] !== content[index]) return false;
    }
    return true;
  }

  /** Takes the identifier octets; the index behind them, or −1 with a fault. */
  #identifier(): number {
    let at = this.position;
    if (at >= this.end) {
      this.#short();
      return -1;
    }
    const first = this.bytes[at++] as number;
    this.tag = first;
    if ((first & NUMBER) !== NUMBER) return at;
    let number = 0;
    for (let octets = 0; octets < 3; octets++) {
      if (at >= this.end) {
        this.#short();
        return -1;
      }
      const octet = this.bytes[at++] as number;
      number = (number << 7) | (octet & 0x7f);
      if (octet < 0x80) {
        this.tag = first + number * 256;
        return at;
      }
    }
    this.#fail(BerFault.Malformed);
    return -1;
  }

  #content(at: number, length: number): boolean {
    this.start = at;
    if (length > this.end - at) {
      if ((this.tag & CONSTRUCTED) === 0) return this.#short();
      this.cut = true;
      this.stop = this.end;
    } else {
      this.stop = at + length;
    }
    this.position = this.stop;
    return true;
  }

  /** The level ended too early: because the bytes did, or because the enclosing length is wrong. */
  #short(): false {
    return this.#fail(this.end === this.#limit ? BerFault.Cut : BerFault.Malformed);
  }

  #fail(fault: BerFault): false {
    this.fault = fault;
    this.start = this.end;
    this.stop = this.end;
    this.position = this.end;
    return false;
  }
}

export const BerFault = {
  None: 0,
  /** The bytes end inside an element: more may come, or the capture cut them. */
  Cut: 1,
  Malformed: 2,
} as const;
export type BerFault = (typeof BerFault)[keyof typeof BerFault];

/** Universal tags; constructed where the type always is. */
export const BerTag = {
  Boolean: 0x01,
  Integer: 0x02,
  BitString: 0x03,
  OctetString: 0x04,
  Null: 0x05,
  ObjectIdentifier: 0x06,
  Enumerated: 0x0a,
  Utf8String: 0x0c,
  GeneralizedTime: 0x18,
  GeneralString: 0x1b,
  Sequence: 0x30,
  Set: 0x31,
} as const;

/** Longest text of an object identifier that `oidText` writes; a longer one is refused. */
export const OID_TEXT_LIMIT = 192;

/**
 * Writes an object identifier's content octets as ASCII, `1.3.6.1…`, into `into` (at least `OID_TEXT_LIMIT`
 * bytes) and returns the length; 0 when it is not one, or too long. X.690 §8.19.
 */
export function oidText(bytes: Uint8Array, start: number, stop: number, into: Uint8Array): number {
  let length = 0;
  let arc = 0;
  let octets = 0;
  for (let at = start; at < stop; at++) {
    const octet = bytes[at] as number;
    arc = arc * 128 + (octet & 0x7f);
    if (++octets > 5) return 0;
    if (octet >= 0x80) continue;
    if (length + 14 > OID_TEXT_LIMIT) return 0;
    if (length === 0) {
      // The first subidentifier holds two arcs: 40 × X + Y, X at most 2.
      const root = Math.min(2, Math.floor(arc / 40));
      length = writeDecimal(root, into, 0);
      arc -= root * 40;
    }
    into[length++] = DOT;
    length = writeDecimal(arc, into, length);
    arc = 0;
    octets = 0;
  }
  return octets === 0 ? length : 0;
}

/** Writes `value` in decimal at `at` and returns the index behind it. */
function writeDecimal(value: number, into: Uint8Array, at: number): number {
  let digits = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  let rest = value;
  for (let index = at + digits - 1; index >= at; index--) {
    into[index] = ZERO + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return at + digits;
}

const EMPTY = new Uint8Array(0);
const NUMBER = 0x1f;
const CONSTRUCTED = 0x20;
const LONG = 0x80;
const DOT = 0x2e;
const ZERO = 0x30;
