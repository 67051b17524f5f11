/** The options of one DHCP message, found in place. Normative: RFC 2132, RFC 2131 §4.1 (overload). */

/** Bytes before the options; the magic cookie is the first of them. */
export const HEADER = 236;
export const MAGIC = 0x63825363;

export const Code = {
  Router: 3,
  NameServer: 6,
  HostName: 12,
  DomainName: 15,
  RequestedAddress: 50,
  Overload: 52,
  MessageType: 53,
  ServerIdentifier: 54,
  ParameterList: 55,
  VendorClass: 60,
  ClientIdentifier: 61,
  BootFile: 67,
  UserClass: 77,
  ClientFqdn: 81,
  RelayAgent: 82,
  Architecture: 93,
  VendorIdentifying: 124,
} as const;

export const MessageType = {
  Bootp: 0,
  Discover: 1,
  Offer: 2,
  Request: 3,
  Decline: 4,
  Ack: 5,
  Nak: 6,
  Release: 7,
  Inform: 8,
} as const;

/** Bits of option 52. */
const Overloaded = { File: 1, Sname: 2 } as const;

const PAD = 0;
const END = 255;
/** Offsets and sizes of the two fixed fields that can hold options too. */
const FILE = { at: 108, size: 128 } as const;
const SNAME = { at: 44, size: 64 } as const;
/** Options in the order that the message has them; more are counted by nobody. */
const MAX_ORDER = 64;

/** Reused: `read` forgets the message before. The first of several options with one code counts. */
export class DhcpOptions {
  /** Options in `codeAt`, without pad and end. */
  count = 0;
  readonly #starts = new Int32Array(256);
  readonly #sizes = new Int32Array(256);
  readonly #order = new Uint8Array(MAX_ORDER);
  #bytes: Uint8Array = new Uint8Array(0);

  /** `start` is the message's first byte; the header and the cookie are there. */
  read(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#starts.fill(0);
    this.#sizes.fill(0);
    this.count = 0;
    this.#area(start + HEADER + 4, end);
    if (this.overloaded(Overloaded.File)) this.#area(start + FILE.at, start + FILE.at + FILE.size);
    if (this.overloaded(Overloaded.Sname)) {
      this.#area(start + SNAME.at, start + SNAME.at + SNAME.size);
    }
  }

  /** Offset of an option's value; 0 without one (a value never starts at 0). */
  at(code: number): number {
    return this.#starts[code] as number;
  }

  /** Bytes of its value; 0 without one. */
  size(code: number): number {
    return this.#sizes[code] as number;
  }

  codeAt(index: number): number {
    return this.#order[index] as number;
  }

  /** Whether option 52 says that `file` (1) or `sname` (2) holds options. */
  overloaded(which: number): boolean {
    return this.size(Code.Overload) === 1 && (this.#byte(this.at(Code.Overload)) & which) !== 0;
  }

  /** Option 53; 0 for BOOTP. */
  get messageType(): number {
    return this.size(Code.MessageType) === 1 ? this.#byte(this.at(Code.MessageType)) : 0;
  }

  #area(start: number, end: number): void {
    let at = start;
    while (at < end) {
      const code = this.#byte(at);
      if (code === END) return;
      if (code === PAD) {
        at++;
        continue;
      }
      if (at + 2 > end) return;
      const size = this.#byte(at + 1);
      if (at + 2 + size > end) return;
      this.#add(code, at + 2, size);
      at += 2 + size;
    }
  }

  #add(code: number, start: number, size: number): void {
    if (this.count < MAX_ORDER) this.#order[this.count++] = code;
    if (this.#starts[code] !== 0) return;
    this.#starts[code] = start;
    this.#sizes[code] = size;
  }

  #byte(at: number): number {
    return this.#bytes[at] as number;
  }
}
