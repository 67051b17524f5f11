/**
 * The presentation contexts that a requestor proposes, packed one behind the other: identifier, length and UID
 * of the abstract syntax. The answer gives identifiers only. Normative: PS3.8 §9.3.2.2, §9.3.3.2.
 */
import { u16 } from "../packet/bytes.ts";
import { find, Item, itemEnd, MAX_ITEMS } from "./dicom-items.ts";
import type { TextBuilder } from "./text-builder.ts";

/** Octets of a UID (PS3.5 §9.1). */
const MAX_UID = 64;
const COMMA = 0x2c;

export const NO_CONTEXTS = new Uint8Array(0);

/** Reused: most are packed here first, so that what is kept is no larger than it must be. */
const scratch = new Uint8Array((2 + MAX_UID) * MAX_ITEMS);

/** Packs the contexts among the items from `start` to `end`. */
export function pack(bytes: Uint8Array, start: number, end: number): Uint8Array {
  let size = 0;
  let at = start;
  for (let count = 0; count < MAX_ITEMS && at < end; count++) {
    const after = itemEnd(bytes, at, end);
    if (bytes[at] === Item.ContextRequest && at + 8 <= after) {
      size = packOne(size, bytes, at, after);
    }
    at = after;
  }
  return size === 0 ? NO_CONTEXTS : scratch.slice(0, size);
}

/** Where the next one goes. */
function packOne(to: number, bytes: Uint8Array, at: number, end: number): number {
  const item = find(bytes, at + 8, end, Item.AbstractSyntax);
  const length = item < 0 ? 0 : u16(bytes, item + 2);
  if (length === 0 || length > MAX_UID) return to;
  scratch[to] = bytes[at + 4] as number;
  scratch[to + 1] = length;
  for (let index = 0; index < length; index++) {
    scratch[to + 2 + index] = bytes[item + 4 + index] as number;
  }
  return to + 2 + length;
}

/** Where the context after the one at `at` is. */
export function behind(packed: Uint8Array, at: number): number {
  return at + 2 + (packed[at + 1] as number);
}

/** Where each identifier stands, the first of two with the same; −1: nowhere. */
export function placesOf(packed: Uint8Array, places: Int32Array): void {
  places.fill(-1);
  for (let at = 0; at < packed.length; at = behind(packed, at)) {
    const identifier = packed[at] as number;
    if ((places[identifier] as number) < 0) places[identifier] = at;
  }
}

/** Adds the context packed at `at`, whole or not at all. */
export function addTo(to: TextBuilder, from: Uint8Array, at: number): boolean {
  const start = at + 2;
  let end = start + (from[at + 1] as number);
  // A UID of odd length ends in a zero with some.
  if (from[end - 1] === 0) end--;
  if (to.length + 1 + end - start > to.bytes.length) return false;
  if (to.length > 0) to.byte(COMMA);
  to.range(from, start, end);
  return true;
}

export function sameSyntax(from: Uint8Array, a: number, b: number): boolean {
  const length = from[a + 1] as number;
  // From the length on: the identifiers differ.
  for (let index = 1; index < 2 + length; index++) {
    if (from[a + index] !== from[b + index]) return false;
  }
  return true;
}
