/**
 * Unpacks another input while it is read, piece by piece, so that memory does not depend on what the
 * packed file claims. Several gzip members in a row are one stream. Normative: RFC 1952.
 */
import { createGunzip, type Gunzip } from "node:zlib";
import type { ByteInput } from "./byte-input.ts";

/** Whether these four bytes, read as a big-endian number, begin a gzip member. */
export function isGzip(magic: number): boolean {
  return magic >>> 8 === 0x1f8b08;
}

/** Packed bytes given to zlib at a time. */
const PACKED_PIECE = 16 * 1024;
const UNPACKED_PIECE = 128 * 1024;

export class GzipInput implements ByteInput {
  readonly #packed: ByteInput;
  readonly #piece = new Uint8Array(PACKED_PIECE);
  #engine: Gunzip;
  #writing = false;
  /** Everything there is was given to zlib. */
  #ending = false;
  #finished = false;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;
  /** Packed bytes that were taken before we came in. */
  #head: Uint8Array;
  /** Unpacked bytes that did not fit the last time. */
  #rest: Uint8Array = EMPTY;
  /** Unpacked bytes handed out. */
  #delivered = 0;
  /** Packed bytes that zlib has taken without complaint. */
  #accepted = 0;
  /** After damage, from this packed byte on zlib gets single bytes; see `#startOver`. */
  #carefulFrom = Number.POSITIVE_INFINITY;
  /** Unpacked bytes to drop, which were handed out before starting over. */
  #toDrop = 0;

  /** `packed` stands behind `head`, the bytes already taken from it. */
  constructor(packed: ByteInput, head: Uint8Array) {
    this.#packed = packed;
    this.#head = head;
    this.#engine = this.#createEngine();
  }

  get size(): number | undefined {
    return this.#packed.size;
  }

  get taken(): number {
    return this.#packed.taken;
  }

  async read(target: Uint8Array, at: number, length: number): Promise<number> {
    while (this.#rest.length === 0) {
      this.#rest = this.#dropKnown(this.#engine.read() ?? EMPTY);
      if (this.#rest.length > 0) break;
      if (this.#failure !== null && !this.#startOver()) throw this.#failure;
      if (this.#finished) return 0;
      if (this.#writing || this.#ending) await this.#change();
      else await this.#feed();
    }
    return this.#take(target, at, length);
  }

  rewind(): boolean {
    return false;
  }

  close(): void {
    this.#finished = true;
    this.#engine.destroy();
    this.#packed.close();
    this.#wake?.();
  }

  #take(target: Uint8Array, at: number, length: number): number {
    const got = Math.min(length, this.#rest.length);
    target.set(this.#rest.subarray(0, got), at);
    this.#rest = this.#rest.subarray(got);
    this.#delivered += got;
    return got;
  }

  #dropKnown(unpacked: Uint8Array): Uint8Array {
    const dropped = Math.min(this.#toDrop, unpacked.length);
    this.#toDrop -= dropped;
    return unpacked.subarray(dropped);
  }

  /** zlib has had everything that was read: read more, or tell it that this was all. */
  async #feed(): Promise<void> {
    const careful = this.#accepted >= this.#carefulFrom;
    const wanted = careful ? 1 : Math.min(PACKED_PIECE, this.#carefulFrom - this.#accepted);
    const got = this.#head.length > 0 ? this.#feedHead(wanted) : await this.#feedPacked(wanted);
    if (got > 0) return;
    this.#ending = true;
    this.#engine.end();
  }

  #feedHead(wanted: number): number {
    const piece = this.#head.subarray(0, wanted);
    this.#head = this.#head.subarray(wanted);
    this.#write(piece);
    return piece.length;
  }

  async #feedPacked(wanted: number): Promise<number> {
    const got = await this.#packed.read(this.#piece, 0, wanted);
    if (got > 0) this.#write(this.#piece.subarray(0, got));
    return got;
  }

  #write(piece: Uint8Array): void {
    this.#writing = true;
    const engine = this.#engine;
    engine.write(piece, (error) => {
      if (engine !== this.#engine) return;
      this.#writing = false;
      if (!error) this.#accepted += piece.length;
      this.#wake?.();
    });
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #createEngine(): Gunzip {
    const engine = createGunzip({ chunkSize: UNPACKED_PIECE });
    engine.on("readable", () => this.#wake?.());
    engine.on("end", () => {
      if (engine === this.#engine) this.#finished = true;
      this.#wake?.();
    });
    engine.on("error", (error) => {
      if (engine === this.#engine) this.#failure = error;
      this.#wake?.();
    });
    return engine;
  }

  /**
   * zlib drops what it unpacked from the piece in which it finds damage. So the file is unpacked once
   * more, and that piece is given to it byte by byte: everything before the damage comes out. A pipe
   * cannot be read again; there the last piece is lost. A file that only ends too early has lost nothing.
   */
  #startOver(): boolean {
    const again = this.#carefulFrom !== Number.POSITIVE_INFINITY;
    if (again || this.#ending || !this.#packed.rewind()) return false;
    this.#carefulFrom = this.#accepted;
    this.#toDrop = this.#delivered;
    this.#accepted = 0;
    this.#head = EMPTY;
    this.#failure = null;
    this.#writing = false;
    this.#engine = this.#createEngine();
    return true;
  }
}

const EMPTY = new Uint8Array(0);
