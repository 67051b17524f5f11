/** Items of DICOM association PDUs. Normative: PS3.8 §9.3.2, annex D; PS3.7 annex D.3.3. */
import type { Observer } from "../observation/observer.ts";
import { u16, u32 } from "../packet/bytes.ts";

export const Item = {
  ApplicationContext: 0x10,
  ContextRequest: 0x20,
  ContextResult: 0x21,
  AbstractSyntax: 0x30,
  TransferSyntax: 0x40,
  UserInformation: 0x50,
  MaximumLength: 0x51,
  ImplementationClass: 0x52,
  Role: 0x54,
  ImplementationVersion: 0x55,
  UserIdentity: 0x58,
} as const;

/** Octets of an application entity title. */
export const TITLE = 16;
/** Items of one PDU, and sub-items of one item, that are looked at. */
export const MAX_ITEMS = 512;

export function title(about: Observer, field: string, bytes: Uint8Array, at: number): void {
  about.text(field, bytes, at, at + TITLE);
}

/** Implementation and the longest PDU that the sender takes, from the user information. */
export function software(about: Observer, bytes: Uint8Array, start: number, end: number): void {
  const user = find(bytes, start, end, Item.UserInformation);
  if (user < 0) return;
  const stop = itemEnd(bytes, user, end);
  const implementation = find(bytes, user + 4, stop, Item.ImplementationClass);
  itemText(about, "implementation_class", bytes, implementation);
  const version = find(bytes, user + 4, stop, Item.ImplementationVersion);
  itemText(about, "implementation_version", bytes, version);
  const length = find(bytes, user + 4, stop, Item.MaximumLength);
  if (length >= 0 && u16(bytes, length + 2) === 4) about.number("max_pdu", u32(bytes, length + 4));
}

/** Offset of the first whole item of `type`, or −1. */
export function find(bytes: Uint8Array, start: number, end: number, type: number): number {
  let at = start;
  for (let count = 0; count < MAX_ITEMS && at + 4 <= end; count++) {
    if (bytes[at] === type && at + 4 + u16(bytes, at + 2) <= end) return at;
    at = itemEnd(bytes, at, end);
  }
  return -1;
}

/** Behind the item at `at`, `end` when it goes further. */
export function itemEnd(bytes: Uint8Array, at: number, end: number): number {
  return at + 4 > end ? end : Math.min(end, at + 4 + u16(bytes, at + 2));
}

export function itemText(about: Observer, field: string, bytes: Uint8Array, item: number): void {
  if (item >= 0) about.text(field, bytes, item + 4, item + 4 + u16(bytes, item + 2));
}

/** Whether two items have the same length and content. */
export function sameItem(bytes: Uint8Array, a: number, b: number): boolean {
  const length = u16(bytes, a + 2);
  for (let index = 2; index < 4 + length; index++) {
    if (bytes[a + index] !== bytes[b + index]) return false;
  }
  return true;
}
