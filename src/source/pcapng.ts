/**
 * pcapng: blocks, each with its length before and after it. A section brings its own byte order and its
 * own interfaces. Normative: draft-ietf-opsawg-pcapng.
 */
import { u16, u16le, u32, u32le } from "../packet/bytes.ts";
import { MAX_FRAME, type Report, type ReusedFrame, Step } from "./capture-reader.ts";
import { type Interface, optionsFit, padded, readInterface } from "./pcapng-interface.ts";
import { MAX_WINDOW, type Window } from "./window.ts";

const Block = {
  Interface: 1,
  /** Obsolete; has the 16-bit interface where the enhanced one has 32 bits. */
  Packet: 2,
  SimplePacket: 3,
  EnhancedPacket: 6,
  /** Reads the same in both byte orders. */
  Section: 0x0a0d0d0a,
} as const;

/**
 * Blocks without a frame that Wireshark numbers like frames: systemd journal entries and custom blocks. So
 * do we, so that our frame numbers are the ones it shows.
 */
const NUMBERED = new Set([9, 0x0000_0bad, 0x4000_0bad]);

const BLOCK_HEADER = 8;
const TRAILER = 4;
const SMALLEST = BLOCK_HEADER + TRAILER;

const SECTION_BODY = 24;
const INTERFACE_BODY = 16;
const PACKET_BODY = 28;
const SIMPLE_BODY = 12;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const VERSION = 12;
/** Positions in a packet block, enhanced or obsolete. */
const TIME = 12;
const CAPTURED = 20;
const ON_WIRE = 24;

/** A block is behind us that had nothing to hand on. */
const NEXT_BLOCK = 3;
type BlockStep = Step | typeof NEXT_BLOCK;

/** More in one section are damage, not interfaces. */
const MAX_INTERFACES = 65_536;

/** Whether these four bytes, read as a big-endian number, begin a pcapng file. */
export function isPcapng(magic: number): boolean {
  return magic === Block.Section;
}

export class PcapngReader {
  readonly #window: Window;
  readonly #frame: ReusedFrame;
  readonly #report: Report;
  readonly #interfaces: Interface[] = [];
  #little = false;
  #number = 0;
  /** Bytes still to pass of a block that we do not read, and the length its trailer has to repeat. */
  #toPass = 0;
  #passing = 0;

  constructor(window: Window, frame: ReusedFrame, report: Report) {
    this.#window = window;
    this.#frame = frame;
    this.#report = report;
  }

  next(): Step {
    for (;;) {
      const step = this.#passing === 0 ? this.#nextBlock() : this.#pass();
      if (step !== NEXT_BLOCK) return step;
    }
  }

  #nextBlock(): BlockStep {
    const window = this.#window;
    const { bytes, start } = window;
    if (window.end - start < SMALLEST) return this.#wait(SMALLEST);
    const type = this.#u32(bytes, start);
    if (type === Block.Section && !this.#readByteOrder(bytes, start)) return Step.End;
    const length = this.#u32(bytes, start + 4);
    const body = bodyOf(type);
    const least = Math.max(SMALLEST, body + TRAILER);
    const most = body === 0 ? Number.POSITIVE_INFINITY : MAX_WINDOW;
    if (length < least || length > most || (length & 3) !== 0) {
      return this.#corrupt(`a block of type ${type} claims a length of ${length} bytes`);
    }
    if (body === 0) return this.#passBlock(type, length);
    if (window.end - start < length) return this.#wait(length);
    if (this.#u32(bytes, start + length - TRAILER) !== length) return this.#lengthsDiffer();
    const step = this.#readBlock(type, bytes, start, length);
    if (step !== Step.End) window.start = start + length;
    return step;
  }

  #readBlock(type: number, bytes: Uint8Array, at: number, length: number): BlockStep {
    switch (type) {
      case Block.EnhancedPacket:
        return this.#readPacket(bytes, at, length, this.#u32(bytes, at + BLOCK_HEADER));
      case Block.Packet:
        return this.#readPacket(bytes, at, length, this.#u16(bytes, at + BLOCK_HEADER));
      case Block.SimplePacket:
        return this.#readSimplePacket(bytes, at, length);
      case Block.Interface:
        return this.#readInterface(bytes, at, length);
      default:
        return this.#readSection(bytes, at, length);
    }
  }

  #readPacket(bytes: Uint8Array, at: number, length: number, index: number): BlockStep {
    const from = this.#interfaces[index];
    if (from === undefined) return this.#unknownInterface(index);
    const captured = this.#u32(bytes, at + CAPTURED);
    if (captured > MAX_FRAME || PACKET_BODY + padded(captured) + TRAILER > length) {
      return this.#corrupt(
        `frame ${this.#number + 1} claims ${captured} bytes in a block of ${length}`,
      );
    }
    from.resolution.stamp(this.#frame, bytes, at + TIME, this.#little);
    this.#frame.wireLength = this.#u32(bytes, at + ON_WIRE);
    return this.#handOn(from, bytes, at + PACKET_BODY, captured);
  }

  /**
   * It belongs to the first interface, whose snap length tells how much was captured. It has no time: it
   * comes at the time of the frame before.
   */
  #readSimplePacket(bytes: Uint8Array, at: number, length: number): BlockStep {
    const from = this.#interfaces[0];
    if (from === undefined) return this.#unknownInterface(0);
    const onWire = this.#u32(bytes, at + BLOCK_HEADER);
    const captured = from.snapLength === 0 ? onWire : Math.min(onWire, from.snapLength);
    if (captured > MAX_FRAME || SIMPLE_BODY + padded(captured) + TRAILER > length) {
      return this.#corrupt(
        `frame ${this.#number + 1} claims ${captured} bytes in a block of ${length}`,
      );
    }
    this.#frame.wireLength = onWire;
    return this.#handOn(from, bytes, at + SIMPLE_BODY, captured);
  }

  #handOn(from: Interface, bytes: Uint8Array, start: number, captured: number): BlockStep {
    this.#number += 1;
    if (from.leftOut !== null) {
      from.leftOut.frames += 1;
      return NEXT_BLOCK;
    }
    const frame = this.#frame;
    frame.bytes = bytes;
    frame.start = start;
    frame.length = captured;
    frame.linkType = from.linkType;
    frame.number = this.#number;
    return Step.Frame;
  }

  #readInterface(bytes: Uint8Array, at: number, length: number): BlockStep {
    const { offset } = this.#window;
    const read = readInterface(bytes, at, length, this.#little, offset, this.#report);
    if (read === null) return this.#corrupt("an option runs over the end of its interface block");
    if (this.#interfaces.length === MAX_INTERFACES) {
      return this.#corrupt(`a section has more than ${MAX_INTERFACES} interfaces`);
    }
    this.#interfaces.push(read);
    return NEXT_BLOCK;
  }

  #readSection(bytes: Uint8Array, at: number, length: number): BlockStep {
    const major = this.#u16(bytes, at + VERSION);
    const minor = this.#u16(bytes, at + VERSION + 2);
    if (major !== 1)
      return this.#corrupt(`pcapng version ${major}.${minor} is not one we can read`);
    if (!optionsFit(bytes, at + SECTION_BODY, at + length - TRAILER, this.#little)) {
      return this.#corrupt("an option runs over the end of its section header");
    }
    this.#interfaces.length = 0;
    return NEXT_BLOCK;
  }

  #readByteOrder(bytes: Uint8Array, at: number): boolean {
    const big = u32(bytes, at + BLOCK_HEADER) === BYTE_ORDER_MAGIC;
    const little = u32le(bytes, at + BLOCK_HEADER) === BYTE_ORDER_MAGIC;
    if (!(big || little)) this.#corrupt("a section header does not tell its byte order");
    this.#little = little;
    return big || little;
  }

  #passBlock(type: number, length: number): BlockStep {
    if (NUMBERED.has(type)) this.#number += 1;
    this.#toPass = length - TRAILER;
    this.#passing = length;
    return NEXT_BLOCK;
  }

  /** Passes a block of any length without ever holding it. */
  #pass(): BlockStep {
    const window = this.#window;
    const passed = Math.min(this.#toPass, window.available);
    window.start += passed;
    this.#toPass -= passed;
    if (this.#toPass > 0 || window.available < TRAILER) {
      return this.#wait(this.#toPass > 0 ? 1 : TRAILER, this.#toPass + TRAILER);
    }
    if (this.#u32(window.bytes, window.start) !== this.#passing) return this.#lengthsDiffer();
    window.start += TRAILER;
    this.#passing = 0;
    return NEXT_BLOCK;
  }

  /** As in pcap: a file may end between two blocks only. `missing` of a block that was begun before. */
  #wait(size: number, missing = 0): Step {
    const window = this.#window;
    window.wanted = size;
    if (!window.ended) return Step.More;
    if (window.available > 0 || missing > 0) {
      const message =
        missing > 0
          ? `the file ends inside a block: ${missing - window.available} bytes are missing`
          : `the file ends inside a block: ${window.available} of at least ${size} bytes are there`;
      this.#report.damage("cut", window.offset, message);
    }
    return Step.End;
  }

  #lengthsDiffer(): Step {
    return this.#corrupt("the two lengths of a block differ");
  }

  #unknownInterface(index: number): Step {
    const message = `frame ${this.#number + 1} names interface ${index}, which its section does not have`;
    return this.#corrupt(message);
  }

  #corrupt(message: string): Step {
    this.#report.damage("corrupt", this.#window.offset, message);
    return Step.End;
  }

  #u16(bytes: Uint8Array, at: number): number {
    return this.#little ? u16le(bytes, at) : u16(bytes, at);
  }

  #u32(bytes: Uint8Array, at: number): number {
    return this.#little ? u32le(bytes, at) : u32(bytes, at);
  }
}

/** Bytes that a block we read has before its data or options, with its header; 0 for any other. */
function bodyOf(type: number): number {
  switch (type) {
    case Block.EnhancedPacket:
    case Block.Packet:
      return PACKET_BODY;
    case Block.SimplePacket:
      return SIMPLE_BODY;
    case Block.Interface:
      return INTERFACE_BODY;
    case Block.Section:
      return SECTION_BODY;
    default:
      return 0;
  }
}
