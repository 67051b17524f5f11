/** What a reader of one capture format is: it is pulled, and never waits. */
import type { Damage, Frame } from "./source.ts";

/** What `next()` came to. */
export const Step = {
  /** `frame` holds the next frame. */
  Frame: 0,
  /** The window has to be filled until it holds `wanted` bytes, or has ended. */
  More: 1,
  /** Nothing more can be read; why was reported when it was not the proper end. */
  End: 2,
} as const;
export type Step = (typeof Step)[keyof typeof Step];

export interface CaptureReader {
  next(): Step;
}

/** The one frame of a file, overwritten by every `next()`. */
export class ReusedFrame implements Frame {
  bytes: Uint8Array = EMPTY;
  start = 0;
  length = 0;
  wireLength = 0;
  timestamp = 0;
  linkType = 0;
  number = 0;
  capture: number;

  constructor(capture: number) {
    this.capture = capture;
  }
}

/** How a reader tells what it could not read. */
export interface Report {
  damage(kind: Damage["kind"], offset: number, message: string): void;
  /** Where to count the frames of a link type that we do not read; `offset` is where it is declared. */
  leftOut(linkType: number, offset: number): LeftOut;
}

export interface LeftOut {
  frames: number;
}

/** A longer frame is taken for damage; libpcap and Wireshark draw the line at the same place. */
export const MAX_FRAME = 262_144;

const EMPTY = new Uint8Array(0);
