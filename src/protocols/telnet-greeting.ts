/**
 * The first lines of a Telnet server, held back until it asks something: only then is it a greeting. What a
 * serial gateway passes on from the device behind it looks the same until then, and may be a patient's values.
 */
import { Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";

const LINES = 8;
const BYTES = 1024;

export class Greeting {
  /** Made when the first line comes. */
  #bytes: Uint8Array = EMPTY;
  readonly #ends: number[] = [];
  #lines = 0;
  #open: boolean;

  constructor(open: boolean) {
    this.#open = open;
  }

  add(line: Uint8Array, length: number): void {
    const start = this.#lines === 0 ? 0 : (this.#ends[this.#lines - 1] as number);
    if (!this.#open || this.#lines === LINES || start + length > BYTES) return;
    if (this.#bytes === EMPTY) this.#bytes = new Uint8Array(BYTES);
    for (let at = 0; at < length; at++) this.#bytes[start + at] = line[at] as number;
    this.#ends[this.#lines++] = start + length;
  }

  /** The server asks: tells the lines, one observation each. Nothing that follows is a greeting. */
  tell(observe: Observer): void {
    let start = 0;
    for (let index = 0; this.#open && index < this.#lines; index++) {
      const end = this.#ends[index] as number;
      observe.about(Side.Responder).text("banner", this.#bytes, start, end).emit();
      start = end;
    }
    this.drop();
  }

  /** It was no greeting, or the beginning was missed. */
  drop(): void {
    this.#open = false;
    this.#lines = 0;
    this.#bytes = EMPTY;
  }
}

const EMPTY = new Uint8Array(0);
