/** The `<title>` of an HTML page, found while its bytes pass by. Nothing is held back but the title itself. */
const TAG = "<title";
/** Bytes of a page that are looked at, and of a title that are kept. */
const PAGE_LIMIT = 16 << 10;
const TITLE_LIMIT = 256;

const LESS = 0x3c;
const GREATER = 0x3e;

const Stage = { Tag: 0, Attributes: 1, Text: 2, Done: 3 } as const;

export class TitleFinder {
  /** Where the title is, once it is complete: bytes of the page, or of `#held` when it came in pieces. */
  bytes: Uint8Array = EMPTY;
  start = 0;
  end = 0;
  #held: Uint8Array = EMPTY;
  #length = 0;
  #stage: number = Stage.Done;
  /** Characters of the tag that matched so far. */
  #matched = 0;
  #seen = 0;

  /** A new page begins. */
  begin(): void {
    this.#length = 0;
    this.#stage = Stage.Tag;
    this.#matched = 0;
    this.#seen = 0;
  }

  stop(): void {
    this.#stage = Stage.Done;
  }

  get searching(): boolean {
    return this.#stage !== Stage.Done;
  }

  /** The next bytes of the page. True when the title is complete. */
  feed(bytes: Uint8Array, start: number, end: number): boolean {
    let at = start;
    if (this.#stage === Stage.Tag) at = this.#tag(bytes, at, end);
    if (this.#stage === Stage.Attributes) {
      while (at < end && bytes[at] !== GREATER) at++;
      if (at < end) this.#stage = Stage.Text;
      at++;
    }
    if (this.#stage === Stage.Text && this.#text(bytes, at, end)) return true;
    this.#seen += end - start;
    if (this.#seen >= PAGE_LIMIT) this.stop();
    return false;
  }

  /** Behind the tag's name, or `end`. */
  #tag(bytes: Uint8Array, start: number, end: number): number {
    let matched = this.#matched;
    let at = start;
    while (at < end && matched < TAG.length) {
      const byte = bytes[at++] as number;
      if (byte === LESS) matched = 1;
      else if (matched > 0) matched = (byte | 0x20) === TAG.charCodeAt(matched) ? matched + 1 : 0;
    }
    this.#matched = matched;
    if (matched === TAG.length) this.#stage = Stage.Attributes;
    return at;
  }

  /** Up to the next tag. False: it goes on in the bytes to come. */
  #text(bytes: Uint8Array, start: number, end: number): boolean {
    const limit = Math.min(end, start + TITLE_LIMIT - this.#length);
    let at = start;
    while (at < limit && bytes[at] !== LESS) at++;
    const complete = at < end || this.#length + at - start === TITLE_LIMIT;
    if (complete) this.#stage = Stage.Done;
    if (complete && this.#length === 0) {
      this.bytes = bytes;
      this.start = start;
      this.end = at;
      return at > start;
    }
    this.#hold(bytes, start, at);
    this.bytes = this.#held;
    this.start = 0;
    this.end = this.#length;
    return complete && this.#length > 0;
  }

  #hold(bytes: Uint8Array, start: number, end: number): void {
    if (start >= end) return;
    if (this.#held.length === 0) this.#held = new Uint8Array(TITLE_LIMIT);
    for (let at = start; at < end; at++) this.#held[this.#length++] = bytes[at] as number;
  }
}

const EMPTY = new Uint8Array(0);
