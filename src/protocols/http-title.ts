/** The `<title>` of an HTML page, found while its bytes pass by. Nothing is held back but the title itself. */
const TAG = "<title";
/** Bytes of a page that are looked at, and of a title that are kept. */
const PAGE_LIMIT = 64 << 10;
const TITLE_LIMIT = 256;

const LESS = 0x3c;
const GREATER = 0x3e;

const Stage = { Tag: 0, Attributes: 1, Text: 2, Done: 3 } as const;

export class TitleFinder {
  readonly bytes = new Uint8Array(TITLE_LIMIT);
  length = 0;
  #stage: number = Stage.Done;
  /** Characters of the tag that matched so far. */
  #matched = 0;
  #seen = 0;

  /** A new page begins. */
  begin(): void {
    this.length = 0;
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

  /** The next bytes of the page. True when the title is complete, in `bytes`. */
  feed(bytes: Uint8Array, start: number, end: number): boolean {
    for (let at = start; at < end && this.#stage !== Stage.Done; at++) {
      if (this.#byte(bytes[at] as number)) return true;
    }
    this.#seen += end - start;
    if (this.#seen >= PAGE_LIMIT) this.stop();
    return false;
  }

  #byte(byte: number): boolean {
    if (this.#stage === Stage.Tag) this.#tag(byte);
    else if (this.#stage === Stage.Attributes) {
      if (byte === GREATER) this.#stage = Stage.Text;
    } else if (byte === LESS || this.length === TITLE_LIMIT) {
      this.#stage = Stage.Done;
      return this.length > 0;
    } else this.bytes[this.length++] = byte;
    return false;
  }

  #tag(byte: number): void {
    const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
    if (lower === TAG.charCodeAt(this.#matched)) this.#matched++;
    else this.#matched = byte === LESS ? 1 : 0;
    if (this.#matched === TAG.length) this.#stage = Stage.Attributes;
  }
}
