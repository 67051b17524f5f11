/**
 * One direction of a Telnet connection: what a person would see or type, freed from commands, negotiation and
 * terminal control. Byte by byte, so that nothing depends on how the stream was cut. Normative: RFC 854
 * (commands), RFC 855 (options), ECMA-48 §5.4 (control sequences).
 */

/** What `decode` returns instead of a byte. */
export const Nvt = {
  /** The byte was part of something else. */
  Nothing: -1,
  /** A subnegotiation is complete: see `option`, `content`, `length`. */
  Subnegotiation: -2,
} as const;

/** Control characters that `decode` lets through, with the printable ones. */
export const Key = {
  Backspace: 0x08,
  LineFeed: 0x0a,
  Return: 0x0d,
  /** ^U: erase the line. */
  EraseLine: 0x15,
  /** ^W: erase a word. */
  EraseWord: 0x17,
  Delete: 0x7f,
} as const;

/** Bytes of a subnegotiation that are kept. */
const CONTENT_LIMIT = 256;
/** A control string that does not end is given up after so many bytes. */
const STRING_LIMIT = 512;

const State = {
  Data: 0,
  Command: 1,
  Option: 2,
  Sub: 3,
  SubCommand: 4,
} as const;

const Escape = { None: 0, Started: 1, Sequence: 2, String: 3, StringEnd: 4, Skip: 5 } as const;

const IAC = 255;
const SB = 250;
const SE = 240;
const WILL = 251;
const ERASE_CHARACTER = 247;
const ERASE_LINE = 248;

export class NvtDecoder {
  /** Option of the last subnegotiation and what it said, without IAC doubling. */
  option = -1;
  content: Uint8Array = EMPTY;
  length = 0;

  #state: number = State.Data;
  #escape: number = Escape.None;
  #stringLength = 0;

  /** A hole in the stream: whatever was open is not closed any more. */
  reset(): void {
    this.#state = State.Data;
    this.#escape = Escape.None;
  }

  /** The next byte of the stream. Returns a printable byte, a `Key`, or a value of `Nvt`. */
  decode(byte: number): number {
    if (this.#state === State.Data) {
      if (byte !== IAC) return this.#plain(byte);
      this.#state = State.Command;
      return Nvt.Nothing;
    }
    return this.#telnet(byte);
  }

  #telnet(byte: number): number {
    if (this.#state === State.Command) return this.#command(byte);
    if (this.#state === State.Option) {
      this.#state = State.Data;
      return Nvt.Nothing;
    }
    return this.#sub(byte);
  }

  #command(byte: number): number {
    this.#state = State.Data;
    if (byte === IAC) return this.#plain(byte);
    if (byte === SB) {
      this.#state = State.Sub;
      this.option = -1;
      this.length = 0;
    } else if (byte >= WILL) this.#state = State.Option;
    else if (byte === ERASE_CHARACTER) return Key.Backspace;
    else if (byte === ERASE_LINE) return Key.EraseLine;
    return Nvt.Nothing;
  }

  #sub(byte: number): number {
    if (this.#state === State.Sub) {
      if (byte === IAC) this.#state = State.SubCommand;
      else this.#keep(byte);
      return Nvt.Nothing;
    }
    this.#state = State.Sub;
    if (byte === IAC) this.#keep(byte);
    else if (byte === SE) {
      this.#state = State.Data;
      return Nvt.Subnegotiation;
    } else {
      // A command inside a subnegotiation: it was never closed.
      return this.#command(byte);
    }
    return Nvt.Nothing;
  }

  #keep(byte: number): void {
    if (this.option < 0) this.option = byte;
    else if (this.length < CONTENT_LIMIT) {
      if (this.content === EMPTY) this.content = new Uint8Array(CONTENT_LIMIT);
      this.content[this.length++] = byte;
    }
  }

  #plain(byte: number): number {
    if (this.#escape !== Escape.None) return this.#escaped(byte);
    if (byte === ESC) {
      this.#escape = Escape.Started;
      return Nvt.Nothing;
    }
    if (byte >= 0x20) return byte;
    if (byte === TAB) return 0x20;
    const key =
      byte === Key.Backspace ||
      byte === Key.LineFeed ||
      byte === Key.Return ||
      byte === Key.EraseLine ||
      byte === Key.EraseWord;
    return key ? byte : Nvt.Nothing;
  }

  #escaped(byte: number): number {
    const open = this.#escape;
    this.#escape = Escape.None;
    if (open === Escape.Started) this.#introduce(byte);
    else if (open === Escape.Sequence) {
      // Parameter and intermediate bytes; a line end cannot be part of it.
      if (byte >= 0x20 && byte < 0x40) this.#escape = Escape.Sequence;
      else if (byte < 0x20) return this.#plain(byte);
    } else if (open === Escape.String) {
      if (byte === ESC) this.#escape = Escape.StringEnd;
      else if (byte !== BELL && ++this.#stringLength < STRING_LIMIT) this.#escape = Escape.String;
    }
    return Nvt.Nothing;
  }

  #introduce(byte: number): void {
    if (byte === 0x5b) this.#escape = Escape.Sequence;
    else if (byte === 0x5d || byte === 0x50 || byte === 0x5e || byte === 0x5f) {
      this.#escape = Escape.String;
      this.#stringLength = 0;
    } else if (byte >= 0x20 && byte < 0x30) this.#escape = Escape.Skip;
  }
}

const ESC = 0x1b;
const BELL = 0x07;
const TAB = 0x09;
const EMPTY = new Uint8Array(0);
