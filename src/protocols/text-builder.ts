/**
 * A short text put together from pieces of a message, in memory that is reused: what `Observer.text` takes
 * where the wire does not have the text in one piece. What does not fit is left out and `cut` is set.
 */
export class TextBuilder {
  readonly bytes: Uint8Array;
  length = 0;
  /** Something did not fit. */
  cut = false;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  clear(): this {
    this.length = 0;
    this.cut = false;
    return this;
  }

  byte(value: number): this {
    if (this.length < this.bytes.length) this.bytes[this.length++] = value;
    else this.cut = true;
    return this;
  }

  /** The bytes from `start` to `end`, all of them or none. */
  range(from: Uint8Array, start: number, end: number): this {
    if (this.length + end - start > this.bytes.length) {
      this.cut = true;
      return this;
    }
    for (let at = start; at < end; at++) this.bytes[this.length++] = from[at] as number;
    return this;
  }

  /** A non-negative integer below 2^32 in decimal digits. */
  decimal(value: number): this {
    let divisor = 1;
    while (divisor * 10 <= value) divisor *= 10;
    for (let rest = value; divisor >= 1; divisor /= 10) {
      const digit = Math.floor(rest / divisor);
      this.byte(ZERO + digit);
      rest -= digit * divisor;
    }
    return this;
  }

  /** The low `digits` hexadecimal digits of `value`, upper case. */
  hex(value: number, digits: number): this {
    for (let shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
      const digit = (value >>> shift) & 0x0f;
      this.byte(digit < 10 ? ZERO + digit : UPPER_A + digit - 10);
    }
    return this;
  }

  /** Four bytes as a dotted IPv4 address. */
  ipv4(from: Uint8Array, at: number): this {
    for (let index = 0; index < 4; index++) {
      if (index > 0) this.byte(DOT);
      this.decimal(from[at + index] as number);
    }
    return this;
  }
}

const ZERO = 0x30;
const UPPER_A = 0x41;
const DOT = 0x2e;
