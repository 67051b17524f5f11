/**
 * DICOM command sets: group 0000, implicit VR little-endian. Normative: PS3.7 §6.3, annex C (status), E.1.
 * Four elements are read; everything else, the identifiers of instances above all, is passed over.
 */
import type { Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import { u16le, u32le } from "../packet/bytes.ts";
import { commandName } from "./dicom-names.ts";
import { TextBuilder } from "./text-builder.ts";

/** Element numbers in group 0000. */
const Element = {
  AffectedSopClass: 0x0002,
  RequestedSopClass: 0x0003,
  CommandField: 0x0100,
  MoveDestination: 0x0600,
  Status: 0x0900,
} as const;

const ELEMENT_HEADER = 8;
const RESPONSE = 0x8000;
/** Elements of one command set; the largest has some fifteen. */
const MAX_ELEMENTS = 32;

/** Reused for every command set: codes, −1 when absent, and where two texts lie. */
const found = { field: -1, code: -1, sopClass: 0, sopClassEnd: 0, target: 0, targetEnd: 0 };
const status = new TextBuilder(4);

/** Reports the whole command set from `start` to `end`, sent by `side`. */
export function observeCommand(
  observe: Observer,
  side: Side,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (!read(bytes, start, end)) return;
  const name = found.field < 0 ? "" : commandName(found.field);
  if (name === "") return;
  const about = observe.about(side).string("command", name);
  if ((found.field & RESPONSE) === 0) {
    about.text("sop_class", bytes, found.sopClass, found.sopClassEnd);
    about.text("move_destination", bytes, found.target, found.targetEnd).emit();
  } else if (isFailure(found.code)) {
    status.clear().hex(found.code, 4);
    about.text("error.code", status.bytes, 0, status.length).emit();
  }
}

function read(bytes: Uint8Array, start: number, end: number): boolean {
  found.field = -1;
  found.code = -1;
  found.sopClass = found.sopClassEnd = 0;
  found.target = found.targetEnd = 0;
  let at = start;
  for (let count = 0; count < MAX_ELEMENTS && at + ELEMENT_HEADER <= end; count++) {
    const value = at + ELEMENT_HEADER;
    const size = u32le(bytes, at + 4);
    if (u16le(bytes, at) !== 0 || size > end - value) return false;
    take(bytes, u16le(bytes, at + 2), value, size);
    at = value + size;
  }
  return true;
}

function take(bytes: Uint8Array, element: number, value: number, size: number): void {
  switch (element) {
    case Element.CommandField:
      if (size === 2) found.field = u16le(bytes, value);
      break;
    case Element.Status:
      if (size === 2) found.code = u16le(bytes, value);
      break;
    case Element.MoveDestination:
      found.target = value;
      found.targetEnd = value + size;
      break;
    case Element.AffectedSopClass:
    case Element.RequestedSopClass:
      found.sopClass = value;
      found.sopClassEnd = value + size;
      break;
    default:
  }
}

/** PS3.7 annex C: not success, warning (0001, 0107, 0116, Bxxx), cancel (FE00) or pending (FF00, FF01). */
function isFailure(code: number): boolean {
  if (code <= 0x0001 || code === 0x0107 || code === 0x0116) return false;
  return code < 0xb000 || (code >= 0xc000 && code < 0xfe00);
}
