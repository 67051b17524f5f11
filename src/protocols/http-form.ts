/** Logins in `application/x-www-form-urlencoded` bodies. See `http-login.ts` for what is never read. */
import type { Side } from "../flow/flow.ts";
import type { PendingLogin } from "./http-login.ts";

/** What the last part of a field's name ends in; better ones first. */
const USER_KEYS = [
  "username",
  "userid",
  "user",
  "uname",
  "login",
  "email",
  "account",
  "uid",
  "log",
];
const PASSWORD_KEYS = ["password", "passwd", "pass", "pwd", "psw", "passphrase", "passcode"];

/** Fields of one form that are looked at, and bytes of a field's name. */
const MAX_FIELDS = 64;
const MAX_KEY = 64;

const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;

/** Name of the field at hand: decoded, lower case, without a closing bracket. */
const key = new Uint8Array(MAX_KEY);
let keyLength = 0;

/** Finds name and password fields from `start` to `end`. False: this form is no login. */
export function readForm(
  login: PendingLogin,
  request: number,
  side: Side,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  let password = false;
  let best = USER_KEYS.length;
  let user = 0;
  let userEnd = 0;
  let at = start;
  for (let count = 0; count < MAX_FIELDS && at < end; count++) {
    const equals = find(bytes, at, end, EQUALS, AMPERSAND);
    const next = find(bytes, equals, end, AMPERSAND, AMPERSAND);
    readKey(bytes, at, equals);
    const filled = next > equals + 1;
    if (filled && rank(PASSWORD_KEYS) < PASSWORD_KEYS.length) password = true;
    else if (filled) {
      const found = rank(USER_KEYS);
      if (found < best) {
        best = found;
        user = equals + 1;
        userEnd = next;
      }
    }
    at = next + 1;
  }
  if (!password) return false;
  login.begin(request, side, "form", 1);
  decodeInto(login, bytes, user, userEnd);
  return true;
}

function find(bytes: Uint8Array, start: number, end: number, one: number, two: number): number {
  let at = start;
  while (at < end && bytes[at] !== one && bytes[at] !== two) at++;
  return at;
}

function readKey(bytes: Uint8Array, start: number, end: number): void {
  keyLength = 0;
  for (let at = start; at < end && keyLength < MAX_KEY; at++) {
    let byte = bytes[at] as number;
    if (byte === PERCENT && at + 2 < end) {
      byte = hexByte(bytes, at + 1);
      at += 2;
    }
    key[keyLength++] = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
  }
  while (keyLength > 0 && isClosing(key[keyLength - 1] as number)) keyLength--;
}

/** `]`, or the quote in `["user"]`. */
function isClosing(byte: number): boolean {
  return byte === 0x5d || byte === 0x22 || byte === 0x27;
}

/** Index of the first of `endings` that the key ends in; `log` and other short ones must be all of it. */
function rank(endings: readonly string[]): number {
  for (let index = 0; index < endings.length; index++) {
    const ending = endings[index] as string;
    const from = keyLength - ending.length;
    if (from === 0 || (from > 0 && ending.length > 3)) {
      if (matches(from, ending)) return index;
    }
  }
  return endings.length;
}

function matches(from: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (key[from + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

function decodeInto(login: PendingLogin, bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    let byte = bytes[at] as number;
    if (byte === PLUS) byte = SPACE;
    else if (byte === PERCENT && at + 2 < end) {
      byte = hexByte(bytes, at + 1);
      at += 2;
    }
    if (!login.byte(byte)) return;
  }
}

function hexByte(bytes: Uint8Array, at: number): number {
  return ((hexDigit(bytes[at] as number) << 4) | hexDigit(bytes[at + 1] as number)) & 0xff;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : 0;
}
