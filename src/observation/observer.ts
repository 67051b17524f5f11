/**
 * The hinge: turns what an analyzer found in reused bytes into an immutable `Observation`, and only when it
 * is news. A field is hashed from its bytes; when the same subject has already said the same, the
 * observation is counted and no string is ever made.
 *
 * Use: `observe.about(side).text("server", bytes, start, end).number("status", 200).emit()`.
 */
import type { Observation } from "./observation.ts";

export interface Observer {
  /** Begins an observation about the end `side` (0 originator, 1 responder) of the flow being analysed. */
  about(side: number): Observer;
  /** Begins an observation about the sender of the packet being analysed, with its MAC address. */
  aboutSender(): Observer;
  /** Begins an observation about an address that the message declares. Offsets into `bytes`; −1: unknown. */
  aboutAddress(bytes: Uint8Array, mac: number, ip: number, ipVersion: number): Observer;
  /**
   * A field from the wire. A name without a dot gets the analyzer's prefix. Decoded as UTF-8, or Latin-1
   * where that fails; control characters become spaces; ends are trimmed; cut at 256 characters. An empty
   * text is left out.
   */
  text(field: string, bytes: Uint8Array, start: number, end: number): Observer;
  /** A field whose text the code already has: a constant, or something built once per message. */
  string(field: string, value: string): Observer;
  number(field: string, value: number): Observer;
  /** Ends the observation: hands it on when it is new, counts it otherwise. Without fields: nothing. */
  emit(): void;
}

/** What the hinge gives to the right half. */
export interface ObservationSink {
  /** Something that this subject has not said before (as far as the bounded memory of the hinge goes). */
  observe(observation: Observation): void;
  /** The same again: `count` further times, last at `timestamp`. Called from time to time, and at the end. */
  repeat(observation: Observation, count: number, timestamp: number): void;
}
