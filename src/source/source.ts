/** Where frames come from: a live interface, a capture file, a pipe. All drivers obey this contract. */

/** One frame, valid during the call only: the object and its bytes are reused. */
export interface Frame {
  bytes: Uint8Array;
  /** Offset of the frame's first byte. */
  start: number;
  /** Bytes captured. */
  length: number;
  /** Bytes on the wire. */
  wireLength: number;
  /** µs since 1970-01-01 UTC, whole. */
  timestamp: number;
  /** LINKTYPE_ value of the interface it came from (https://www.tcpdump.org/linktypes.html). */
  linkType: number;
  /** Number of the frame in its file, from 1, and index of that file in `Source.names`. */
  number: number;
  capture: number;
}

export interface SourceStatistics {
  /** Frames handed on, and the bytes captured of them. */
  readonly frames: number;
  readonly bytes: number;
  /** What could not be read; empty when everything was. */
  readonly damage: readonly Damage[];
}

/** One place where a capture could not be read any further, or a part of it was left out. */
export interface Damage {
  /** As the user named it. */
  readonly file: string;
  /** Byte offset in the (decompressed) file. */
  readonly offset: number;
  readonly kind: "cut" | "corrupt" | "foreign" | "unreadable" | "link-type";
  /** One sentence for a person. */
  readonly message: string;
}

export interface Source {
  /** Names of the captures, as the user gave them: what `Frame.capture` counts. */
  readonly names: readonly string[];
  /**
   * Hands on every frame in time order, synchronously, and resolves at the end of the input or when
   * `signal` aborts. Rejects only for a programming error: damage is in `statistics()`.
   */
  run(onFrame: (frame: Frame) => void, signal: AbortSignal): Promise<void>;
  statistics(): SourceStatistics;
}
