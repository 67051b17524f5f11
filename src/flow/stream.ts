/**
 * One direction of a TCP connection in order (RFC 9293 §3.10). In-order segments are handed on straight from
 * the packet; others wait in the pool. What came first wins an overlap. A hole is given up when the other
 * end has acknowledged past it and it stays open, when too much waits behind it, or when the flow ends.
 */
import type { SegmentPool } from "./segments.ts";

export interface StreamListener {
  /** The next bytes of this direction, valid during the call. */
  bytes(side: number, bytes: Uint8Array, start: number, end: number): void;
  /** `count` bytes will never be seen. */
  hole(side: number, count: number): void;
  /** Bytes from here on that nobody will read: a hole in them need not be waited for. */
  unread(side: number): number;
}

/** Blocks that may wait in one direction. */
const WAITING_LIMIT = 128;
/** A hole that was acknowledged is given up after this much packet time, µs, or this many packets. */
const PATIENCE = 50_000;
const PATIENCE_PACKETS = 12;

export class Stream {
  /** Sequence number of the next byte wanted. */
  next = 0;
  started = false;
  /** Bytes behind us, holes included. */
  streamed = 0;

  readonly #pool: SegmentPool;
  readonly #listener: StreamListener;
  #side: number;
  #head = -1;
  #waiting = 0;
  /** Sequence number of the FIN, which counts as a byte but is none. */
  #fin = 0;
  #ended = false;
  #missedSince = 0;
  #missedPackets = 0;

  constructor(pool: SegmentPool, listener: StreamListener, side: number) {
    this.#pool = pool;
    this.#listener = listener;
    this.#side = side;
  }

  /** The first byte to come has this sequence number. */
  start(sequence: number): void {
    this.next = sequence;
    this.started = true;
  }

  /** The flow was turned round. */
  turn(): void {
    this.#side = 1 - this.#side;
  }

  /** A segment of `wire` bytes, of which `end - start` were captured. */
  segment(sequence: number, bytes: Uint8Array, start: number, end: number, wire: number): void {
    if (!this.started) this.start(sequence);
    const ahead = (sequence - this.next) | 0;
    if (ahead <= 0) {
      this.#inOrder(-ahead, bytes, start, end, wire);
      if (this.#head >= 0) this.#drain();
      return;
    }
    if (this.#listener.unread(this.#side) >= ahead) {
      this.#hole(ahead);
      this.#inOrder(0, bytes, start, end, wire);
      return;
    }
    this.#wait(sequence, bytes, start, end);
    if (this.#waiting > WAITING_LIMIT) this.#giveUp();
  }

  /** A FIN with this sequence number was seen. */
  end(sequence: number): void {
    this.#fin = sequence;
    this.#ended = true;
  }

  /** The other end has acknowledged everything before `acknowledgment`. */
  acknowledged(acknowledgment: number, timestamp: number): void {
    if (!this.started) return;
    const upTo =
      this.#ended && ((acknowledgment - 1) | 0) === this.#fin ? this.#fin : acknowledgment;
    const missing = (upTo - this.next) | 0;
    if (missing <= 0) {
      this.#missedPackets = 0;
      return;
    }
    if (this.#missedPackets++ === 0) this.#missedSince = timestamp;
    const patient =
      this.#missedPackets < PATIENCE_PACKETS && timestamp - this.#missedSince < PATIENCE;
    if (patient && this.#listener.unread(this.#side) < missing) return;
    this.#missedPackets = 0;
    if (this.#head >= 0) this.#giveUp();
    const still = (upTo - this.next) | 0;
    if (still > 0) this.#hole(still);
  }

  /** No more will come: hands on what waits, holes and all. */
  finish(): void {
    while (this.#head >= 0) this.#giveUp();
  }

  /** Forgets what waits. */
  release(): void {
    while (this.#head >= 0) this.#drop();
  }

  #inOrder(seen: number, bytes: Uint8Array, start: number, end: number, wire: number): void {
    if (seen >= wire) return;
    const from = start + seen;
    const fresh = wire - seen;
    this.next = (this.next + fresh) | 0;
    this.streamed += fresh;
    if (from < end) this.#listener.bytes(this.#side, bytes, from, end);
    // The tail that the capture cut off.
    const cut = fresh - Math.max(0, end - from);
    if (cut > 0) this.#listener.hole(this.#side, cut);
  }

  #hole(count: number): void {
    this.next = (this.next + count) | 0;
    this.streamed += count;
    this.#listener.hole(this.#side, count);
  }

  /** Hands on all that is no longer behind a hole. */
  #drain(): void {
    const pool = this.#pool;
    while (this.#head >= 0) {
      const block = this.#head;
      const ahead = (pool.sequence(block) - this.next) | 0;
      if (ahead > 0) return;
      const at = pool.start(block);
      const length = pool.length(block);
      this.#inOrder(-ahead, pool.bytes(block), at, at + length, length);
      this.#drop();
    }
  }

  /** Accepts the first hole as lost. */
  #giveUp(): void {
    const ahead = (this.#pool.sequence(this.#head) - this.next) | 0;
    if (ahead > 0) this.#hole(ahead);
    this.#drain();
  }

  #drop(): void {
    const block = this.#head;
    this.#head = this.#pool.next(block);
    this.#waiting--;
    this.#pool.release(block);
  }

  #wait(sequence: number, bytes: Uint8Array, start: number, end: number): void {
    const size = this.#pool.blockSize;
    for (let at = start; at < end; at += size) {
      const stop = Math.min(at + size, end);
      const block = this.#pool.take((sequence + at - start) | 0, bytes, at, stop);
      if (block < 0) return;
      this.#insert(block);
      this.#waiting++;
    }
  }

  /** By sequence number, behind those that came earlier with the same. */
  #insert(block: number): void {
    const pool = this.#pool;
    const sequence = pool.sequence(block);
    let before = -1;
    let each = this.#head;
    while (each >= 0 && ((pool.sequence(each) - sequence) | 0) <= 0) {
      before = each;
      each = pool.next(each);
    }
    pool.link(block, each);
    if (before < 0) this.#head = block;
    else pool.link(before, block);
  }
}
