/**
 * The negotiation of one DICOM association: A-ASSOCIATE-RQ, -AC and -RJ. Normative: PS3.8 §9.3.2 to §9.3.4;
 * PS3.7 annex D.3.3 (implementation, roles, user identity). See `dicom.ts` for the fields.
 */
import { other, type Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import { u16 } from "../packet/bytes.ts";
import { addTo, behind, NO_CONTEXTS, pack, placesOf, sameSyntax } from "./dicom-contexts.ts";
import {
  find,
  Item,
  itemEnd,
  itemText,
  MAX_ITEMS,
  sameItem,
  software,
  TITLE,
  title,
} from "./dicom-items.ts";
import { contextRefusal } from "./dicom-names.ts";
import { TextBuilder } from "./text-builder.ts";

/** User-Identity-Type. */
const Identity = { User: 1, UserAndPassword: 2, Kerberos: 3, Saml: 4, Jwt: 5 } as const;

/** Offsets behind the PDU header. */
const CALLED = 4;
const CALLING = 20;
const ITEMS = 68;
/** Octets of a user name that are reported. */
const MAX_USER = 128;
/** Results of a context: accepted, and the last of those that are not. */
const ACCEPTED = 0;
const LAST_RESULT = 4;

/** Reused for every PDU; `places`: where a context identifier stands in what was proposed, or −1. */
const list = new TextBuilder(256);
const places = new Int32Array(256);

export class Association {
  readonly #observe: Observer;
  /** Contexts that were proposed, packed. */
  #proposed: Uint8Array = NO_CONTEXTS;
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
    this.#proposed = pack(bytes, start + ITEMS, end);
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
    placesOf(this.#proposed, places);
    const results = this.#transferSyntaxes(side, bytes, start + ITEMS, end);
    for (let result = ACCEPTED; result <= LAST_RESULT; result++) {
      if ((results & (1 << result)) !== 0) this.#results(side, bytes, start + ITEMS, end, result);
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

  /** The proposed syntaxes into `list`, as many as fit; how many there are. */
  #listSyntaxes(): number {
    const from = this.#proposed;
    let number = 0;
    let fits = true;
    list.clear();
    for (let at = 0; at < from.length; at = behind(from, at)) {
      if (fits && !addTo(list, from, at)) fits = false;
      number++;
    }
    return number;
  }

  /** One after another; many propose each once per transfer syntax, and it is said once. */
  #eachProposed(): void {
    const from = this.#proposed;
    let last = -1;
    for (let at = 0; at < from.length; at = behind(from, at)) {
      const again = last >= 0 && sameSyntax(from, at, last);
      last = at;
      if (again) continue;
      this.#observe
        .about(this.#requestor)
        .text("abstract_syntax", from, at + 2, behind(from, at))
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
        const proposed = places[bytes[at + 4] as number] as number;
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

  /** Says which transfer syntaxes were chosen. Which results there are, as bits. */
  #transferSyntaxes(side: Side, bytes: Uint8Array, start: number, end: number): number {
    let results = 0;
    let last = -1;
    let at = start;
    for (let count = 0; count < MAX_ITEMS && at < end; count++) {
      const after = itemEnd(bytes, at, end);
      if (bytes[at] === Item.ContextResult && at + 8 <= after) {
        const result = bytes[at + 6] as number;
        if (result <= LAST_RESULT) results |= 1 << result;
        if (result === ACCEPTED) last = this.#transferSyntax(side, bytes, at + 8, after, last);
      }
      at = after;
    }
    return results;
  }

  /** Says the transfer syntax of one context; as a rule it is the one before it. Where it is. */
  #transferSyntax(side: Side, bytes: Uint8Array, start: number, end: number, last: number): number {
    const item = find(bytes, start, end, Item.TransferSyntax);
    if (item < 0 || (last >= 0 && sameItem(bytes, item, last))) return last;
    const about = this.#observe.about(side);
    itemText(about, "transfer_syntax", bytes, item);
    about.emit();
    return item;
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
