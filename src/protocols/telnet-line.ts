/** A line as a terminal shows it or a person types it: erased characters are gone. */
import { Key } from "./telnet-nvt.ts";

export class Line {
  /** Made when the first byte comes. */
  bytes: Uint8Array = EMPTY;
  length = 0;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  clear(): void {
    this.length = 0;
  }

  /** A printable byte or an erasing `Key`. What does not fit is left out. */
  put(byte: number): void {
    if (byte === Key.Backspace || byte === Key.Delete) this.length = Math.max(0, this.length - 1);
    else if (byte === Key.EraseLine) this.length = 0;
    else if (byte === Key.EraseWord) this.#eraseWord();
    else if (byte >= SPACE && this.length < this.#capacity) {
      if (this.bytes === EMPTY) this.bytes = new Uint8Array(this.#capacity);
      this.bytes[this.length++] = byte;
    }
  }

  /** Whether it has anything but spaces. */
  get blank(): boolean {
    for (let at = 0; at < this.length; at++) if (this.bytes[at] !== SPACE) return false;
    return true;
  }

  /** Whether the last bytes are those of `other`. */
  endsWith(other: Line): boolean {
    const offset = this.length - other.length;
    if (offset < 0) return false;
    for (let at = 0; at < other.length; at++) {
      if (this.bytes[offset + at] !== other.bytes[at]) return false;
    }
    return true;
  }

  /** Takes over the bytes of `from` between `start` and `end`. */
  copy(from: Uint8Array, start: number, end: number): void {
    this.length = 0;
    for (let at = start; at < end; at++) this.put(from[at] as number);
  }

  #eraseWord(): void {
    while (this.length > 0 && this.bytes[this.length - 1] === SPACE) this.length--;
    while (this.length > 0 && this.bytes[this.length - 1] !== SPACE) this.length--;
  }
}

const SPACE = 0x20;
const EMPTY = new Uint8Array(0);
