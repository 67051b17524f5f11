/**
 * A sticky cursor over bytes that nobody trusts. A read past the end yields 0 and sets `overrun`; nothing
 * throws. Read everything a structure needs, then ask once whether it was there.
 *
 * One reader is reused for every message: it and the bytes under it are valid during the call only.
 */
export class Reader {
  bytes: Uint8Array = EMPTY;
  /** First byte of the message, as an index into `bytes`. */
  start = 0;
  /** Next byte to read. */
  position = 0;
  /** One past the last byte. */
  end = 0;
  /** A read went past `end`. Stays set until `reset` or `rewind`. */
  overrun = false;
  /** First byte of the line that `line()` found. */
  lineStart = 0;
  /** One past the last byte of that line, without its CR LF or LF. */
  lineEnd = 0;

  reset(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.start = start;
    this.position = start;
    this.end = end;
    this.overrun = false;
    return this;
  }

  /** Back to `position`, forgetting an overrun: an incomplete message is left where it starts. */
  rewind(position: number): void {
    this.position = position;
    this.overrun = false;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  u8(): number {
    const at = this.position;
    if (at >= this.end) return this.#past();
    this.position = at + 1;
    return this.bytes[at] as number;
  }

  u16(): number {
    const at = this.position;
    if (at + 2 > this.end) return this.#past();
    this.position = at + 2;
    return ((this.bytes[at] as number) << 8) | (this.bytes[at + 1] as number);
  }

  u16le(): number {
    const at = this.position;
    if (at + 2 > this.end) return this.#past();
    this.position = at + 2;
    return ((this.bytes[at + 1] as number) << 8) | (this.bytes[at] as number);
  }

  u24(): number {
    const at = this.position;
    if (at + 3 > this.end) return this.#past();
    this.position = at + 3;
    return (
      ((this.bytes[at] as number) << 16) |
      ((this.bytes[at + 1] as number) << 8) |
      (this.bytes[at + 2] as number)
    );
  }

  /** Unsigned: 0 … 2^32 − 1. */
  u32(): number {
    const at = this.position;
    if (at + 4 > this.end) return this.#past();
    this.position = at + 4;
    return (
      (((this.bytes[at] as number) << 24) |
        ((this.bytes[at + 1] as number) << 16) |
        ((this.bytes[at + 2] as number) << 8) |
        (this.bytes[at + 3] as number)) >>>
      0
    );
  }

  /** Unsigned: 0 … 2^32 − 1. */
  u32le(): number {
    const at = this.position;
    if (at + 4 > this.end) return this.#past();
    this.position = at + 4;
    return (
      (((this.bytes[at + 3] as number) << 24) |
        ((this.bytes[at + 2] as number) << 16) |
        ((this.bytes[at + 1] as number) << 8) |
        (this.bytes[at] as number)) >>>
      0
    );
  }

  skip(count: number): void {
    if (count < 0 || this.position + count > this.end) this.#past();
    else this.position += count;
  }

  /** The byte `offset` after the position, which does not move; −1 past the end. No overrun. */
  peek(offset = 0): number {
    const at = this.position + offset;
    return at < this.end && at >= this.start ? (this.bytes[at] as number) : -1;
  }

  /** Index of the next `byte` at or after the position, or −1. */
  find(byte: number): number {
    for (let at = this.position; at < this.end; at++) if (this.bytes[at] === byte) return at;
    return -1;
  }

  /**
   * Takes one line, ended by LF or CR LF, and says where it lies in `lineStart` and `lineEnd`. False, and
   * nothing taken, when its end has not arrived.
   */
  line(): boolean {
    const at = this.find(LF);
    if (at < 0) return false;
    this.lineStart = this.position;
    this.lineEnd = at > this.position && this.bytes[at - 1] === CR ? at - 1 : at;
    this.position = at + 1;
    return true;
  }

  /** Whether `text` (ASCII) stands at the position; letters compare without case. */
  startsWith(text: string): boolean {
    return startsWith(this.bytes, this.position, this.end, text);
  }

  #past(): number {
    this.overrun = true;
    this.position = this.end;
    return 0;
  }
}

const EMPTY = new Uint8Array(0);
const LF = 0x0a;
const CR = 0x0d;

/** Whether `text` (ASCII) stands at `at`, before `end`; letters compare without case. */
export function startsWith(bytes: Uint8Array, at: number, end: number, text: string): boolean {
  const length = text.length;
  if (at + length > end) return false;
  for (let index = 0; index < length; index++) {
    if (fold(bytes[at + index] as number) !== fold(text.charCodeAt(index))) return false;
  }
  return true;
}

/** ASCII lower case. */
function fold(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}
