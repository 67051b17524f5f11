/** One interface of a pcapng section: its Interface Description Block and the options behind it. */
import { u8, u16, u16le, u32, u32le } from "../packet/bytes.ts";
import type { LeftOut, Report } from "./capture-reader.ts";
import { isSupportedLinkType } from "./link-type.ts";
import { TimeResolution } from "./time-resolution.ts";

const END_OF_OPTIONS = 0;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const OPTION_HEADER = 4;

const LINK_TYPE = 8;
const SNAP_LENGTH = 12;
const OPTIONS = 16;

export interface Interface {
  readonly linkType: number;
  /** 0 when it has no limit. */
  readonly snapLength: number;
  readonly resolution: TimeResolution;
  /** Where its frames are counted when we do not read its link type. */
  readonly leftOut: LeftOut | null;
}

/**
 * Reads the block of `length` bytes at `at`, at `offset` in the file; null when its options run over its
 * end.
 */
export function readInterface(
  bytes: Uint8Array,
  at: number,
  length: number,
  little: boolean,
  offset: number,
  report: Report,
): Interface | null {
  const end = at + length - 4;
  const load16 = little ? u16le : u16;
  let resolution: number | undefined;
  let offsetSeconds = 0;
  if (!optionsFit(bytes, at + OPTIONS, end, little)) return null;
  for (let option = at + OPTIONS; option < end; ) {
    const code = load16(bytes, option);
    const size = load16(bytes, option + 2);
    if (code === END_OF_OPTIONS) break;
    if (code === IF_TSRESOL && size === 1) resolution = u8(bytes, option + OPTION_HEADER);
    if (code === IF_TSOFFSET && size === 8) {
      offsetSeconds = signed64(bytes, option + OPTION_HEADER, little);
    }
    option += OPTION_HEADER + padded(size);
  }
  const linkType = load16(bytes, at + LINK_TYPE);
  return {
    linkType,
    snapLength: little ? u32le(bytes, at + SNAP_LENGTH) : u32(bytes, at + SNAP_LENGTH),
    resolution: new TimeResolution(resolution, offsetSeconds),
    leftOut: isSupportedLinkType(linkType) ? null : report.leftOut(linkType, offset + LINK_TYPE),
  };
}

/** Whether every option from `at` on lies before `end`. */
export function optionsFit(bytes: Uint8Array, at: number, end: number, little: boolean): boolean {
  const load16 = little ? u16le : u16;
  for (let option = at; option < end; ) {
    if (option + OPTION_HEADER > end) return false;
    if (load16(bytes, option) === END_OF_OPTIONS) return true;
    option += OPTION_HEADER + padded(load16(bytes, option + 2));
    if (option > end) return false;
  }
  return true;
}

/** Everything in a block begins at a multiple of four bytes. */
export function padded(length: number): number {
  return length + (-length & 3);
}

function signed64(bytes: Uint8Array, at: number, little: boolean): number {
  const high = little ? u32le(bytes, at + 4) : u32(bytes, at);
  const low = little ? u32le(bytes, at) : u32(bytes, at + 4);
  return (high | 0) * 2 ** 32 + low;
}
