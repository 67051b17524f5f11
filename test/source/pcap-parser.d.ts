/** The part of the package `pcap-parser` that serves as an oracle; it brings no types of its own. */
declare module "pcap-parser" {
  import type { EventEmitter } from "node:events";
  export interface PacketHeader {
    readonly timestampSeconds: number;
    readonly timestampMicroseconds: number;
    readonly capturedLength: number;
    readonly originalLength: number;
  }
  export interface ParsedPacket {
    readonly header: PacketHeader;
    readonly data: Buffer;
  }
  /** Emits `packet` with a `ParsedPacket`, then `end`; or `error`. */
  export function parse(path: string): EventEmitter;
}
