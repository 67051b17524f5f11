/** A TFTP transfer as it is put together from the datagrams of one or two flows. Normative: see `tftp.ts`. */
import type { Context } from "../analysis/analyzer.ts";
import type { Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import type { Reader } from "../packet/reader.ts";
import { startsWith } from "../packet/reader.ts";

export const Opcode = {
  Read: 1,
  Write: 2,
  Data: 3,
  Acknowledgment: 4,
  Error: 5,
  OptionAck: 6,
} as const;

/** RFC 1350 §2: the size of a block unless negotiated. */
const BLOCK_SIZE = 512;
/** RFC 2348: the largest block. */
const LARGEST_BLOCK = 65_464;
export const NAME_LIMIT = 512;
const OPTION_LIMIT = 16;
/** RFC 1350 §5: the words of the error codes. */
const LARGEST_ERROR = 8;

/** One request and the transfer it leads to. Shared by the flow that asked and the flow that answers. */
export class Transfer {
  readonly write: boolean;
  readonly mode: string;
  readonly #name: Uint8Array;
  #blockSize = BLOCK_SIZE;
  /** What the client asked for; it counts when the server agrees, or when the blocks show it. */
  #proposedSize = BLOCK_SIZE;
  /** Number of the last block; bytes of all blocks. */
  #block = 0;
  #bytes = 0;
  #begun = false;
  #over = false;

  constructor(write: boolean, mode: string, name: Uint8Array) {
    this.write = write;
    this.mode = mode;
    this.#name = name;
  }

  isFor(write: boolean, name: Uint8Array): boolean {
    return !this.#over && this.write === write && Buffer.compare(this.#name, name) === 0;
  }

  /**
   * A datagram of the transfer. `server` is the end of this flow that serves. `length` is what the datagram
   * had on the wire: the capture may have kept less.
   */
  datagram(context: Context, server: Side, side: Side, message: Reader, length: number): void {
    if (this.#over) return;
    const opcode = message.u16();
    if (message.overrun) return;
    if (opcode === Opcode.Data && (side === server) !== this.write) {
      this.#data(context, server, message, length - 4);
    } else if (opcode === Opcode.OptionAck && side === server) {
      this.options(context, server, message, true);
    } else if (opcode === Opcode.Error) this.#error(context, server, side, message);
  }

  asked(context: Context, server: Side): void {
    this.#observe(context, server).string("mode", this.mode).emit();
  }

  /** Pairs of option and value: the client's request proposes, the server's answer decides. */
  options(context: Context, server: Side, message: Reader, agreed: boolean): void {
    for (let count = 0; count < OPTION_LIMIT && message.remaining > 0; count++) {
      const { bytes, position: option } = message;
      const optionEnd = takeText(message, 32);
      if (optionEnd < 0) return;
      const value = message.position;
      const number = decimal(bytes, value, takeText(message, 32));
      if (number <= 0) continue;
      const length = optionEnd - option;
      if (length === 7 && startsWith(bytes, option, optionEnd, "blksize")) {
        this.#propose(number, agreed);
      } else if (length === 5 && startsWith(bytes, option, optionEnd, "tsize")) {
        this.#observe(context, server).number("announced_size", number).emit();
      }
    }
  }

  /** The flow has ended: what has arrived of an unfinished transfer. */
  close(context: Context, server: Side): void {
    if (this.#begun && !this.#over) this.#complete(context, server);
  }

  #propose(size: number, agreed: boolean): void {
    if (size < 8 || size > LARGEST_BLOCK) return;
    this.#proposedSize = size;
    if (agreed) this.#blockSize = size;
  }

  /**
   * A block that is new counts; one seen before, a retransmission, does not. Blocks missing from the capture
   * were full. Numbers wrap: after 65535 comes 0, with some servers 1.
   */
  #data(context: Context, server: Side, message: Reader, length: number): void {
    const block = message.u16();
    if (message.overrun) return;
    if (length > this.#blockSize) {
      if (length > this.#proposedSize) return;
      this.#blockSize = this.#proposedSize;
    }
    let ahead = (block - this.#block) & 0xffff;
    if (ahead === 0 || ahead >= 0x8000) return;
    if (this.#block === 0xffff && block === 1) ahead = 1;
    this.#begun = true;
    this.#bytes += (ahead - 1) * this.#blockSize + length;
    this.#block = block;
    if (length < this.#blockSize) this.#complete(context, server);
  }

  #complete(context: Context, server: Side): void {
    this.#over = true;
    this.#observe(context, server)
      .number("file.size", this.#bytes)
      .string("file.direction", this.write ? "received" : "sent")
      .emit();
  }

  #error(context: Context, server: Side, side: Side, message: Reader): void {
    const code = message.u16();
    if (message.overrun || code > LARGEST_ERROR) return;
    const { bytes, position } = message;
    const end = takeText(message, NAME_LIMIT);
    this.#over = true;
    this.#observe(context, server).emit();
    context.observe
      .about(side)
      .number("error.code", code)
      .text("error", bytes, position, Math.max(position, end))
      .emit();
  }

  #observe(context: Context, server: Side): Observer {
    return context.observe
      .about(server)
      .string("operation", this.write ? "write" : "read")
      .text("file.name", this.#name, 0, this.#name.length);
  }
}

/** Decimal digits as a number below 2^53, or −1. */
function decimal(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > 15) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Takes a text that a zero byte ends: where it ends, or −1 when it does not or has control characters. */
export function takeText(message: Reader, limit: number): number {
  const end = Math.min(message.end, message.position + limit + 1);
  for (let at = message.position; at < end; at++) {
    const byte = message.bytes[at] as number;
    if (byte === 0) {
      message.position = at + 1;
      return at;
    }
    if (byte < 0x20 || byte === 0x7f) return -1;
  }
  return -1;
}
