/**
 * The negotiation of one DICOM association: A-ASSOCIATE-RQ, -AC and -RJ. Normative: PS3.8 §9.3.2 to §9.3.4;
 * PS3.7 annex D.3.3 (implementation, roles, user identity). See `dicom.ts` for the fields.
 */
import { other, type Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import { u16 } from "../packet/bytes.ts";
import { find, Item, itemEnd, itemText, MAX_ITEMS, software, TITLE, title } from "./dicom-items.ts";
import { contextRefusal } from "./dicom-names.ts";
import { TextBuilder } from "./text-builder.ts";

/** User-Identity-Type. */
const Identity = { User: 1, UserAndPassword: 2, Kerberos: 3, Saml: 4, Jwt: 5 } as const;

/** Offsets behind the PDU header. */
const CALLED = 4;
const CALLING = 20;
const ITEMS = 68;
/** Octets of a UID (PS3.5 §9.1), and of a user name that is reported. */
const MAX_UID = 64;
const MAX_USER = 128;
const COMMA = 0x2c;
/** Results of a context: accepted, and the last of those that are not. */
const ACCEPTED = 0;
const LAST_RESULT = 4;

/** Reused for every PDU. */
const list = new TextBuilder(256);

export class Association {
  readonly #observe: Observer;
  /** Abstract syntaxes that were proposed: context identifier, length, UID; packed. */
  #proposed: Uint8Array = EMPTY;
  /** The title that was called; empty when the request was not seen. */
  #called: Uint8Array = EMPTY;
  #user: Uint8Array = EMPTY;
  #identity = 0;
  #requestor: Side = 0;

  constructor(observe: Observer) {
    this.#observe = observe;
  }

  /** `start` is behind the PDU header; the fixed part is there. */
  request(side: Side, bytes: Uint8Array, start: number, end: number): void {
    this.#settle("attempt");
    this.#requestor = side;
    this.#called = bytes.slice(start + CALLED, start + CALLED + TITLE);
    this.#remember(bytes, start + ITEMS, end);
    const about = this.#observe.about(side);
    title(about, "ae_title", bytes, start + CALLING);
    title(about, "calling_ae", bytes, start + CALLING);
    title(about, "called_ae", bytes, start + CALLED);
    software(about, bytes, start + ITEMS, end);
    const application = find(bytes, start + ITEMS, end, Item.ApplicationContext);
    itemText(about, "application_context", bytes, application);
    about.number("abstract_syntax_count", this.#listSyntaxes());
    about.text("abstract_syntaxes", list.bytes, 0, list.length).emit();
    this.#eachProposed();
    this.#negotiated(side, bytes, start + ITEMS, end);
  }

  accept(side: Side, bytes: Uint8Array, start: number, end: number): void {
    this.#requestor = other(side);
    const about = this.#observe.about(side);
    // The answer repeats both titles and nobody checks them (§9.3.3): some turn them round.
    if (this.#called.length > 0) title(about, "ae_title", this.#called, 0);
    else title(about, "ae_title", bytes, start + CALLED);
    title(about, "calling_ae", bytes, start + CALLING);
    title(about, "called_ae", bytes, start + CALLED);
    software(about, bytes, start + ITEMS, end);
    about.emit();
    for (let result = ACCEPTED; result <= LAST_RESULT; result++) {
      this.#results(side, bytes, start + ITEMS, end, result);
    }
    this.#settle("success");
  }

  reject(side: Side, reason: string): void {
    this.#observe
      .about(side)
      .string("error.code", "A-ASSOCIATE-RJ")
      .string("reject_reason", reason)
      .emit();
    this.#settle("failure");
  }

  close(): void {
    this.#settle("attempt");
  }

  /** What became of the user identity that was offered. */
  #settle(outcome: string): void {
    const identity = this.#identity;
    if (identity === 0) return;
    this.#identity = 0;
    this.#observe
      .about(other(this.#requestor))
      .text("login.user", this.#user, 0, this.#user.length)
      .string("login.outcome", outcome)
      .string("login.mechanism", MECHANISMS[identity] ?? "other")
      .number("login.password_seen", identity === Identity.UserAndPassword ? 1 : 0)
      .emit();
  }

  /** Keeps identifier and abstract syntax of every context: the answer gives identifiers only. */
  #remember(bytes: Uint8Array, start: number, end: number): void {
    let size = 0;
    for (let pass = 0; pass < 2; pass++) {
      if (pass === 1) this.#proposed = size === 0 ? EMPTY : new Uint8Array(size);
      size = 0;
      let at = start;
      for (let count = 0; count < MAX_ITEMS && at < end; count++) {
        const after = itemEnd(bytes, at, end);
        if (bytes[at] === Item.ContextRequest && at + 8 <= after) {
          size += this.#keep(pass, size, bytes, at, after);
        }
        at = after;
      }
    }
  }

  /** Packs one context at `to` in the second pass; its packed size in both. */
  #keep(pass: number, to: number, bytes: Uint8Array, at: number, end: number): number {
    const item = find(bytes, at + 8, end, Item.AbstractSyntax);
    const length = item < 0 ? 0 : u16(bytes, item + 2);
    if (length === 0 || length > MAX_UID) return 0;
    if (pass === 1) {
      this.#proposed[to] = bytes[at + 4] as number;
      this.#proposed[to + 1] = length;
      for (let index = 0; index < length; index++) {
        this.#proposed[to + 2 + index] = bytes[item + 4 + index] as number;
      }
    }
    return 2 + length;
  }

  /** The proposed syntaxes into `list`, as many as fit; how many there are. */
  #listSyntaxes(): number {
    const from = this.#proposed;
    let number = 0;
    let fits = true;
    list.clear();
    for (let at = 0; at < from.length; at += 2 + (from[at + 1] as number)) {
      if (fits && !addTo(list, from, at)) fits = false;
      number++;
    }
    return number;
  }

  #eachProposed(): void {
    const from = this.#proposed;
    for (let at = 0; at < from.length; at += 2 + (from[at + 1] as number)) {
      const end = at + 2 + (from[at + 1] as number);
      this.#observe
        .about(this.#requestor)
        .text("abstract_syntax", from, at + 2, end)
        .emit();
    }
  }

  /** Roles and user identity, sub-items of the user information. */
  #negotiated(side: Side, bytes: Uint8Array, start: number, end: number): void {
    const user = find(bytes, start, end, Item.UserInformation);
    if (user < 0) return;
    const stop = itemEnd(bytes, user, end);
    let at = user + 4;
    for (let count = 0; count < MAX_ITEMS && at < stop; count++) {
      const after = itemEnd(bytes, at, stop);
      if (bytes[at] === Item.Role) this.#role(side, bytes, at, after);
      else if (bytes[at] === Item.UserIdentity) this.#userIdentity(bytes, at, after);
      at = after;
    }
  }

  #role(side: Side, bytes: Uint8Array, at: number, end: number): void {
    if (at + 6 > end) return;
    const uidEnd = at + 6 + u16(bytes, at + 4);
    if (uidEnd + 2 > end) return;
    const scu = bytes[uidEnd] === 1;
    const scp = bytes[uidEnd + 1] === 1;
    if (!scu && !scp) return;
    const role = scu && scp ? "scu scp" : scu ? "scu" : "scp";
    this.#observe
      .about(side)
      .text("abstract_syntax", bytes, at + 6, uidEnd)
      .string("role", role)
      .emit();
  }

  /** The name is kept for types that have one; the second field, a password, is not even located. */
  #userIdentity(bytes: Uint8Array, at: number, end: number): void {
    if (at + 8 > end) return;
    const type = bytes[at + 4] as number;
    const from = at + 8;
    const to = from + Math.min(u16(bytes, at + 6), MAX_USER);
    if (to > end || type === 0) return;
    this.#identity = type;
    const named = type === Identity.User || type === Identity.UserAndPassword;
    this.#user = named ? bytes.slice(from, to) : EMPTY;
  }

  /** The contexts of the answer with one result (§9.3.3.2): what they stand for is in the request. */
  #results(side: Side, bytes: Uint8Array, start: number, end: number, result: number): void {
    const from = this.#proposed;
    list.clear();
    let last = -1;
    let at = start;
    for (let count = 0; count < MAX_ITEMS && at < end; count++) {
      const after = itemEnd(bytes, at, end);
      if (bytes[at] === Item.ContextResult && at + 8 <= after && bytes[at + 6] === result) {
        if (result === ACCEPTED) this.#transferSyntax(side, bytes, at + 8, after);
        const proposed = this.#proposedBy(bytes[at + 4] as number);
        // Many propose each syntax once per transfer syntax, one after the other.
        const again = proposed >= 0 && last >= 0 && sameSyntax(from, proposed, last);
        last = proposed;
        if (proposed >= 0 && !again && !addTo(list, from, proposed)) {
          this.#emitResults(side, result);
          list.clear();
          addTo(list, from, proposed);
        }
      }
      at = after;
    }
    this.#emitResults(side, result);
  }

  #emitResults(side: Side, result: number): void {
    const about = this.#observe.about(side);
    const field = result === ACCEPTED ? "accepted_syntaxes" : "refused_syntaxes";
    if (result !== ACCEPTED && list.length > 0) about.string("refusal", contextRefusal(result));
    about.text(field, list.bytes, 0, list.length).emit();
  }

  #transferSyntax(side: Side, bytes: Uint8Array, start: number, end: number): void {
    const about = this.#observe.about(side);
    itemText(about, "transfer_syntax", bytes, find(bytes, start, end, Item.TransferSyntax));
    about.emit();
  }

  #proposedBy(context: number): number {
    const from = this.#proposed;
    for (let at = 0; at < from.length; at += 2 + (from[at + 1] as number)) {
      if (from[at] === context) return at;
    }
    return -1;
  }
}

const EMPTY = new Uint8Array(0);

const MECHANISMS: readonly (string | undefined)[] = [
  undefined,
  "username",
  "plain",
  "kerberos",
  "saml",
  "jwt",
];

/** Adds the context packed at `at`, whole or not at all. */
function addTo(to: TextBuilder, from: Uint8Array, at: number): boolean {
  const start = at + 2;
  let end = start + (from[at + 1] as number);
  // A UID of odd length ends in a zero with some.
  if (from[end - 1] === 0) end--;
  if (to.length + 1 + end - start > to.bytes.length) return false;
  if (to.length > 0) to.byte(COMMA);
  to.range(from, start, end);
  return true;
}

function sameSyntax(from: Uint8Array, a: number, b: number): boolean {
  const length = from[a + 1] as number;
  // From the length on: the identifiers differ.
  for (let index = 1; index < 2 + length; index++) {
    if (from[a + index] !== from[b + index]) return false;
  }
  return true;
}
