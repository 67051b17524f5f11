/**
 * Account names in HTTP requests, and how the login ended. Normative: RFC 7617 (Basic), RFC 7616 (Digest),
 * RFC 4559 (Negotiate), RFC 6750 (Bearer); forms: WHATWG URL §5.1.
 *
 * Only the name is ever copied. Of Basic the bytes behind the colon are not decoded; of a form the value of a
 * password field is looked at for one thing: whether it is empty.
 */
import { other, type Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import { startsWith } from "../packet/reader.ts";
import { indexOf } from "./http-head.ts";

/** Bytes of an account name that are kept. */
const MAX_USER = 128;
const COLON = 0x3a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** One login that has no answer yet. */
export class PendingLogin {
  /** Sequence number of its request; −1: none. */
  request = -1;
  mechanism = "";
  readonly user = new Uint8Array(MAX_USER);
  length = 0;
  passwordSeen = 0;
  /** Who sent it. */
  side: Side = 0;

  begin(request: number, side: Side, mechanism: string, passwordSeen: number): void {
    this.request = request;
    this.side = side;
    this.mechanism = mechanism;
    this.passwordSeen = passwordSeen;
    this.length = 0;
  }

  byte(value: number): boolean {
    if (this.length >= MAX_USER) return false;
    this.user[this.length++] = value;
    return true;
  }

  /** Observes it about the server and forgets it. */
  emit(observe: Observer, outcome: string): void {
    if (this.request < 0) return;
    this.request = -1;
    observe
      .about(other(this.side))
      .text("login.user", this.user, 0, this.length)
      .string("login.outcome", outcome)
      .string("login.mechanism", this.mechanism)
      .number("login.password_seen", this.passwordSeen)
      .emit();
  }

  /** What a response of this status says about it; `elsewhere`: it redirects to what looks like an error. */
  outcome(status: number, elsewhere: boolean): string {
    if (status === 401 || status === 403 || status === 407) {
      // Kerberos and SPNEGO may take several rounds, each answered by 401.
      return this.mechanism === "negotiate" ? "attempt" : "failure";
    }
    if (this.mechanism === "form") {
      // A form that was refused is shown again with status 200 more often than not.
      return status >= 300 && status < 400 && !elsewhere ? "success" : "attempt";
    }
    return status >= 200 && status < 400 ? "success" : "attempt";
  }
}

/** Reads the value of an Authorization field into `login`. False: nothing that is a login. */
export function readCredentials(
  login: PendingLogin,
  request: number,
  side: Side,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (startsWith(bytes, start, end, "basic ")) {
    login.begin(request, side, "basic", 1);
    let token = start + "basic ".length;
    while (token < end && bytes[token] === 0x20) token++;
    decodeUser(login, bytes, token, end);
    return true;
  }
  if (startsWith(bytes, start, end, "digest ")) {
    login.begin(request, side, "digest", 0);
    if (indexOf(bytes, start, end, "userhash=true") < 0) digestUser(login, bytes, start, end);
    return true;
  }
  if (startsWith(bytes, start, end, "bearer ")) {
    login.begin(request, side, "bearer", 0);
    return true;
  }
  // NTLMSSP begins with its message type: only AUTHENTICATE, the third, is a login.
  const negotiate = startsWith(bytes, start, end, "negotiate ");
  if (!negotiate && !startsWith(bytes, start, end, "ntlm ")) return false;
  const ntlm = indexOf(bytes, start, end, "TlRMTVNTUAA") >= 0;
  if (ntlm && indexOf(bytes, start, end, "TlRMTVNTUAAD") < 0) return false;
  login.begin(request, side, ntlm ? "ntlm" : "negotiate", 0);
  return true;
}

/** Base64 up to the colon: the name. The bits of a quantum behind it are dropped undecoded. */
function decodeUser(login: PendingLogin, bytes: Uint8Array, start: number, end: number): void {
  let bits = 0;
  let held = 0;
  for (let at = start; at < end; at++) {
    const value = base64(bytes[at] as number);
    if (value < 0) break;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    const byte = (held >> bits) & 0xff;
    if (byte === COLON) return;
    if (!login.byte(byte)) break;
  }
  // Without a colon nobody knows what was the name and what was not.
  login.length = 0;
}

function base64(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code - 0x41;
  if (code >= 0x61 && code <= 0x7a) return code - 0x61 + 26;
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 52;
  if (code === 0x2b || code === 0x2d) return 62;
  return code === 0x2f || code === 0x5f ? 63 : -1;
}

/** `username="…"`, with backslash escapes. */
function digestUser(login: PendingLogin, bytes: Uint8Array, start: number, end: number): void {
  const name = indexOf(bytes, start, end, "username=");
  if (name < 0) return;
  let at = name + "username=".length;
  if (bytes[at] !== QUOTE) return;
  for (at++; at < end && bytes[at] !== QUOTE; at++) {
    if (bytes[at] === BACKSLASH && at + 1 < end) at++;
    if (!login.byte(bytes[at] as number)) return;
  }
}
