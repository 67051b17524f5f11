/** One capture: opened, recognised by its first bytes, read frame by frame. */
import { u32 } from "../packet/bytes.ts";
import type { ByteInput } from "./byte-input.ts";
import { type CaptureReader, ReusedFrame, Step } from "./capture-reader.ts";
import { describeForeign } from "./foreign.ts";
import { GzipInput, isGzip } from "./gzip-input.ts";
import { Ledger } from "./ledger.ts";
import { explain, openInput } from "./open-input.ts";
import { isPcap, PcapReader } from "./pcap.ts";
import { isPcapng, PcapngReader } from "./pcapng.ts";
import type { Damage } from "./source.ts";
import { Window } from "./window.ts";

const MAGIC = 4;

export class CaptureFile {
  /** Overwritten by every `next()`; its bytes are valid until the next `refill()`. */
  readonly frame: ReusedFrame;
  readonly #ledger: Ledger;
  readonly #standardInput: number;
  readonly #path: string;
  readonly #window: Window;
  #input: ByteInput | null = null;
  #reader: CaptureReader | null = null;

  /** `index` is what `Frame.capture` says; `chunk` how many bytes to read at a time. */
  constructor(path: string, index: number, chunk: number, standardInput: number) {
    this.#path = path;
    this.#standardInput = standardInput;
    this.#ledger = new Ledger(path);
    this.#window = new Window(chunk);
    this.frame = new ReusedFrame(index);
  }

  /** Opens the file. False, and reported, when it cannot be. */
  open(): boolean {
    try {
      this.#input = openInput(this.#path, this.#standardInput);
      return true;
    } catch (error) {
      this.#ledger.damage("unreadable", 0, `it ${explain(error).message}`);
      return false;
    }
  }

  next(): Step {
    return this.#reader === null ? this.#recognise() : this.#reader.next();
  }

  /** Reads once, after `Step.More`. A promise when that has to wait. Failures are reported, not thrown. */
  refill(): undefined | Promise<void> {
    const window = this.#window;
    const input = this.#input;
    window.makeRoom();
    if (input === null) {
      window.ended = true;
      return;
    }
    try {
      const got = input.read(window.bytes, window.end, window.bytes.length - window.end);
      if (typeof got === "number") return this.#arrived(got);
      return got.then(
        (late) => this.#arrived(late),
        (error) => this.#failed(error),
      );
    } catch (error) {
      return this.#failed(error);
    }
  }

  get damage(): Damage[] {
    return this.#ledger.list();
  }

  /** Bytes read so far, and in all when that is known; before unpacking. */
  get taken(): number {
    return this.#input?.taken ?? 0;
  }

  get size(): number | undefined {
    return this.#input === null ? 0 : this.#input.size;
  }

  close(): void {
    this.#input?.close();
  }

  #arrived(got: number): undefined {
    this.#window.end += got;
    this.#window.ended = got === 0;
  }

  #failed(error: unknown): undefined {
    const window = this.#window;
    const offset = window.offset + window.available;
    const code = String((error as NodeJS.ErrnoException).code);
    if (code === "Z_BUF_ERROR") {
      this.#ledger.damage("cut", offset, "the gzip data ends before its proper end");
    } else if (code.startsWith("Z_")) {
      this.#ledger.damage(
        "corrupt",
        offset,
        "the gzip data is damaged and cannot be unpacked further",
      );
    } else {
      this.#ledger.damage("unreadable", offset, `it ${explain(error).message}`);
    }
    window.ended = true;
  }

  /** Chooses the reader, once the first bytes are there. */
  #recognise(): Step {
    const window = this.#window;
    const { bytes, start } = window;
    window.wanted = MAGIC;
    if (window.available < MAGIC) return window.ended ? this.#tooShort() : Step.More;
    const magic = u32(bytes, start);
    if (isGzip(magic) && this.#input !== null && !(this.#input instanceof GzipInput)) {
      this.#input = new GzipInput(this.#input, window.takeRest());
      return Step.More;
    }
    if (isPcap(magic)) {
      this.#reader = new PcapReader(window, this.frame, this.#ledger);
    } else if (isPcapng(magic)) {
      this.#reader = new PcapngReader(window, this.frame, this.#ledger);
    } else {
      this.#ledger.damage("foreign", 0, `it is ${describeForeign(bytes, start, window.end)}`);
      return Step.End;
    }
    return this.#reader.next();
  }

  #tooShort(): Step {
    const { available } = this.#window;
    const message = available === 0 ? "it is empty" : `it ends after ${available} bytes`;
    this.#ledger.damage("cut", 0, message);
    return Step.End;
  }
}
