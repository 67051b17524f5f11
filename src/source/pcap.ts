/**
 * The classic capture file: a header of 24 bytes, then one record a frame.
 * Normative: draft-ietf-opsawg-pcap; https://www.tcpdump.org/manpages/pcap-savefile.5.html.
 */
import { u16, u16le, u32, u32le } from "../packet/bytes.ts";
import { type LeftOut, MAX_FRAME, type Report, type ReusedFrame, Step } from "./capture-reader.ts";
import { isSupportedLinkType } from "./link-type.ts";
import type { Window } from "./window.ts";

const FILE_HEADER = 24;
const VERSION = 4;
const LINK_TYPE = 20;
/** The bits above say whether frames end with a checksum, and how long it is. */
const LINK_TYPE_MASK = 0x03ff_ffff;

const RECORD_HEADER = 16;
/** The one of Alexey Kuznetzov's patched libpcap, with interface, protocol and packet type behind. */
const PATCHED_RECORD_HEADER = 24;
const FRACTION = 4;
const CAPTURED = 8;
const ON_WIRE = 12;

const MAGIC = { Micro: 0xa1b2c3d4, Nano: 0xa1b23c4d, Patched: 0xa1b2cd34 } as const;

/** Whether these four bytes, read as a big-endian number, begin a pcap file of either byte order. */
export function isPcap(magic: number): boolean {
  const swapped = u32le(bigEndian(magic), 0);
  return Object.values(MAGIC).some((known) => known === magic || known === swapped);
}

function bigEndian(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

export class PcapReader {
  readonly #window: Window;
  readonly #frame: ReusedFrame;
  readonly #report: Report;
  /** 0 until the file's header was read. */
  #recordHeader = 0;
  #little = false;
  #nanoseconds = false;
  /** Until version 2.3 some writers put the two lengths the other way round. */
  #lengthsMaySwap = false;
  #number = 0;
  /** Where frames are counted when we do not read their link type. */
  #leftOut: LeftOut | null = null;

  constructor(window: Window, frame: ReusedFrame, report: Report) {
    this.#window = window;
    this.#frame = frame;
    this.#report = report;
  }

  next(): Step {
    if (this.#recordHeader === 0) {
      const step = this.#readFileHeader();
      if (step !== Step.Frame) return step;
    }
    const window = this.#window;
    for (;;) {
      const at = window.start;
      const available = window.end - at;
      if (available < this.#recordHeader) return this.#wait(this.#recordHeader);
      const length = this.#capturedLength(window.bytes, at);
      if (length > MAX_FRAME) return this.#corrupt(length);
      const size = this.#recordHeader + length;
      if (available < size) return this.#wait(size);
      window.start = at + size;
      this.#number += 1;
      if (this.#leftOut === null) {
        this.#fillFrame(window.bytes, at, length);
        return Step.Frame;
      }
      this.#leftOut.frames += 1;
    }
  }

  #fillFrame(bytes: Uint8Array, at: number, length: number): void {
    const frame = this.#frame;
    const seconds = this.#u32(bytes, at);
    // Signed in the structure that writers dump here, and some do write a little less than 0.
    const fraction = this.#u32(bytes, at + FRACTION) | 0;
    const onWire = this.#u32(bytes, at + ON_WIRE);
    frame.bytes = bytes;
    frame.start = at + this.#recordHeader;
    frame.length = length;
    frame.wireLength = this.#lengthsMaySwap
      ? Math.max(onWire, this.#u32(bytes, at + CAPTURED))
      : onWire;
    frame.timestamp =
      seconds * 1_000_000 + (this.#nanoseconds ? Math.floor(fraction / 1_000) : fraction);
    frame.number = this.#number;
  }

  #capturedLength(bytes: Uint8Array, at: number): number {
    const captured = this.#u32(bytes, at + CAPTURED);
    return this.#lengthsMaySwap ? Math.min(captured, this.#u32(bytes, at + ON_WIRE)) : captured;
  }

  #u32(bytes: Uint8Array, at: number): number {
    return this.#little ? u32le(bytes, at) : u32(bytes, at);
  }

  #readFileHeader(): Step {
    const window = this.#window;
    if (window.available < FILE_HEADER) return this.#wait(FILE_HEADER);
    const { bytes, start } = window;
    const magic = u32(bytes, start);
    this.#little = magic !== MAGIC.Micro && magic !== MAGIC.Nano && magic !== MAGIC.Patched;
    const native = this.#u32(bytes, start);
    const load16 = this.#little ? u16le : u16;
    const major = load16(bytes, start + VERSION);
    const minor = load16(bytes, start + VERSION + 2);
    if (major !== 2 && !(major === 543 && minor === 0)) {
      const message = `pcap version ${major}.${minor} is not one we can read`;
      this.#report.damage("corrupt", window.offset + VERSION, message);
      return Step.End;
    }
    this.#nanoseconds = native === MAGIC.Nano;
    this.#lengthsMaySwap = major === 543 || minor <= 3;
    this.#recordHeader = native === MAGIC.Patched ? PATCHED_RECORD_HEADER : RECORD_HEADER;
    const linkType = this.#u32(bytes, start + LINK_TYPE) & LINK_TYPE_MASK;
    this.#frame.linkType = linkType;
    if (!isSupportedLinkType(linkType)) {
      this.#leftOut = this.#report.leftOut(linkType, window.offset + LINK_TYPE);
    }
    window.start = start + FILE_HEADER;
    return Step.Frame;
  }

  /** `size` bytes have to come; when the file ends before, it was cut, unless it ends just here. */
  #wait(size: number): Step {
    const window = this.#window;
    window.wanted = size;
    if (!window.ended) return Step.More;
    if (window.available > 0) {
      const what = this.#recordHeader === 0 ? "its header" : `frame ${this.#number + 1}`;
      const message = `the file ends inside ${what}: ${window.available} of ${size} bytes are there`;
      this.#report.damage("cut", window.offset, message);
    }
    return Step.End;
  }

  #corrupt(length: number): Step {
    const message = `frame ${this.#number + 1} claims ${length} bytes, more than the ${MAX_FRAME} a frame can have`;
    this.#report.damage("corrupt", this.#window.offset, message);
    return Step.End;
  }
}
