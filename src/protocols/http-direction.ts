/**
 * One direction of an HTTP/1 connection: finds heads, passes over bodies, and finds the next head after a
 * loss. What heads and bodies mean is the listener's business. Normative: RFC 9112 §6, §7.
 */
import type { Context } from "../analysis/analyzer.ts";
import type { Side } from "../flow/flow.ts";
import type { Reader } from "../packet/reader.ts";
import { HttpHead, headEnd } from "./http-head.ts";
import { isResponse, isStart, Start } from "./http-start.ts";

/** What follows a head. */
export const Body = {
  None: 0,
  /** `length` bytes. */
  Length: 1,
  Chunked: 2,
  /** Until the connection ends. */
  Close: 3,
  /** `length` bytes that the listener wants to see at once. */
  Whole: 4,
  /** Unknown until the other direction has answered: nothing is taken. */
  Held: 5,
  /** No sense can be made of the lengths: the next head has to be found. */
  Unclear: 6,
} as const;
export type Body = (typeof Body)[keyof typeof Body];

/** What a direction tells. */
export interface HttpListener {
  /** A head was read, and stands in `head`; says what follows it. Sets `direction.length` where needed. */
  head(side: Side, head: HttpHead, direction: HttpDirection): Body;
  /** A body that was asked for whole. */
  whole(side: Side, bytes: Uint8Array, start: number, end: number): void;
  /** Bytes of a body, while `wantsBody` is true for this side. */
  body(side: Side, bytes: Uint8Array, start: number, end: number): void;
  wantsBody(side: Side): boolean;
  /** The end of a body. */
  bodyEnd(side: Side): void;
}

const State = {
  Head: 0,
  Lost: 1,
  Length: 2,
  Close: 3,
  Whole: 4,
  Held: 5,
  ChunkSize: 6,
  Chunk: 7,
  ChunkEnd: 8,
  Trailer: 9,
} as const;

/** Digits of a chunk size, and bytes of its line with extensions. */
const MAX_CHUNK_DIGITS = 12;
const MAX_CHUNK_LINE = 4096;
const LF = 0x0a;
const CR = 0x0d;

/** Reused for every head. */
const head = new HttpHead();

export class HttpDirection {
  /** Bytes of the body, for `Body.Length` and `Body.Whole`. */
  length = 0;
  readonly #side: Side;
  readonly #context: Context;
  readonly #listener: HttpListener;
  #state: number = State.Head;
  /** Nothing of the body was taken yet. */
  #fresh = false;
  /** Bytes of an unfinished head that hold no end: they are not looked at again. */
  #scanned = 0;

  constructor(side: Side, context: Context, listener: HttpListener) {
    this.#side = side;
    this.#context = context;
    this.#listener = listener;
  }

  data(message: Reader): void {
    while (message.position < message.end && this.#step(message));
  }

  /** `bytes` are missing, and what was held back with them. */
  gap(bytes: number): void {
    this.#scanned = 0;
    this.#listener.bodyEnd(this.#side);
    if (this.#state === State.Close) return;
    const inside = this.#state === State.Length || this.#state === State.Chunk;
    if (inside && bytes < this.length) this.length -= bytes;
    else this.#state = State.Lost;
  }

  /** The answer that `Body.Held` waited for says that HTTP goes on. */
  release(): void {
    if (this.#state === State.Held) this.#state = State.Head;
  }

  #step(message: Reader): boolean {
    switch (this.#state) {
      case State.Lost:
        return this.#search(message);
      case State.Length:
      case State.Chunk:
      case State.Close:
        return this.#body(message);
      case State.Whole:
        return this.#whole(message);
      case State.Held:
        return false;
      case State.ChunkSize:
        return this.#chunkSize(message);
      case State.ChunkEnd:
        return this.#chunkEnd(message);
      case State.Trailer:
        return this.#trailer(message);
      default:
        return this.#head(message);
    }
  }

  #head(message: Reader): boolean {
    const { bytes, position, end } = message;
    // Empty lines before a message are tolerated (RFC 9112 §2.2).
    if (this.#scanned === 0 && (bytes[position] === CR || bytes[position] === LF)) {
      message.position++;
      return true;
    }
    if (isStart(bytes, position, end) === Start.No) {
      this.#state = State.Lost;
      this.#scanned = 0;
      return true;
    }
    // What is known to hold no end is not read again: only the rest is searched for it.
    const waited = this.#scanned > 0 && headEnd(bytes, this.#resume(position), end) < 0;
    const stop = waited ? -1 : head.read(bytes, position, end);
    if (stop < 0) {
      this.#scanned = end - position;
      return false;
    }
    this.#scanned = 0;
    message.position = stop;
    if (head.valid) this.#follow(this.#listener.head(this.#side, head, this));
    else this.#state = State.Lost;
    return true;
  }

  #resume(position: number): number {
    return Math.max(position, position + this.#scanned - 2);
  }

  #follow(body: Body): void {
    this.#fresh = true;
    switch (body) {
      case Body.Length:
        this.#state = this.length > 0 ? State.Length : State.Head;
        break;
      case Body.Whole:
        this.#state = State.Whole;
        break;
      case Body.Chunked:
        this.#state = State.ChunkSize;
        break;
      case Body.Close:
        this.#state = State.Close;
        break;
      case Body.Held:
        this.#state = State.Held;
        break;
      case Body.Unclear:
        this.#state = State.Lost;
        break;
      default:
        this.#state = State.Head;
    }
  }

  /** Bytes of a body: shown to a listener who wants them, else dropped unread. */
  #body(message: Reader): boolean {
    const endless = this.#state === State.Close;
    if (this.#fresh && this.#headInstead(message)) return true;
    this.#fresh = false;
    if (this.#listener.wantsBody(this.#side)) {
      const { bytes, position, remaining } = message;
      const taken = endless ? remaining : Math.min(this.length, remaining);
      message.position += taken;
      this.#listener.body(this.#side, bytes, position, position + taken);
      if (endless) return true;
      this.length -= taken;
      if (this.length === 0) this.#bodyDone();
      return true;
    }
    this.#context.skip(this.#side, endless ? Number.POSITIVE_INFINITY : this.length);
    if (!endless) this.#bodyDone();
    return false;
  }

  /** The answer to a HEAD that was not seen: another head where its length promised a body. */
  #headInstead(message: Reader): boolean {
    if (isResponse(message.bytes, message.position, message.end) !== Start.Yes) return false;
    this.#listener.bodyEnd(this.#side);
    this.#state = State.Head;
    return true;
  }

  #bodyDone(): void {
    this.length = 0;
    if (this.#state === State.Chunk) this.#state = State.ChunkEnd;
    else {
      this.#state = State.Head;
      this.#listener.bodyEnd(this.#side);
    }
  }

  #whole(message: Reader): boolean {
    const { bytes, position } = message;
    if (message.remaining < this.length) return false;
    message.position += this.length;
    this.#state = State.Head;
    this.#listener.whole(this.#side, bytes, position, position + this.length);
    return true;
  }

  /** `size [; extension] CRLF`, size in hexadecimal (§7.1). */
  #chunkSize(message: Reader): boolean {
    const before = message.position;
    if (!message.line()) {
      if (message.remaining > MAX_CHUNK_LINE) this.#state = State.Lost;
      return this.#state === State.Lost;
    }
    let size = 0;
    let at = before;
    for (; at < message.lineEnd && at - before < MAX_CHUNK_DIGITS; at++) {
      const digit = hexDigit(message.bytes[at] as number);
      if (digit < 0) break;
      size = size * 16 + digit;
    }
    if (at === before) this.#state = State.Lost;
    else if (size === 0) this.#state = State.Trailer;
    else {
      this.length = size;
      this.#state = State.Chunk;
    }
    return true;
  }

  #chunkEnd(message: Reader): boolean {
    const { bytes, position, remaining } = message;
    const crlf = bytes[position] === CR;
    if (crlf && remaining < 2) return false;
    if (bytes[position + (crlf ? 1 : 0)] !== LF) this.#state = State.Lost;
    else {
      message.position += crlf ? 2 : 1;
      this.#state = State.ChunkSize;
    }
    return true;
  }

  #trailer(message: Reader): boolean {
    if (!message.line()) {
      if (message.remaining > MAX_CHUNK_LINE) this.#state = State.Lost;
      return this.#state === State.Lost;
    }
    if (message.lineStart === message.lineEnd) this.#bodyDone();
    return true;
  }

  /** To the next status line anywhere, or the next request line at the beginning of a line. */
  #search(message: Reader): boolean {
    const { bytes, position, end } = message;
    let fresh = true;
    for (let at = position; at < end; at++) {
      const byte = bytes[at] as number;
      let start: Start = Start.No;
      if (fresh) start = isStart(bytes, at, end);
      else if (byte === UPPER_H) start = isResponse(bytes, at, end);
      fresh = byte === LF;
      if (start === Start.No) continue;
      message.position = at;
      if (start === Start.Yes) this.#state = State.Head;
      return start === Start.Yes;
    }
    message.position = end;
    return false;
  }
}

const UPPER_H = 0x48;

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
