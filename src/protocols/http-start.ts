/** Whether bytes begin an HTTP/1 message. Normative: RFC 9112 §3, §4. Used to recognise and to find again. */
import { startsWith } from "../packet/reader.ts";

export const Start = { No: 0, Maybe: 1, Yes: 2 } as const;
export type Start = (typeof Start)[keyof typeof Start];

const VERSION = "HTTP/1.";
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const SLASH = 0x2f;

/** Longest method in use (UPDATEREDIRECTREF). */
const MAX_METHOD = 18;
/** A request line that has no end yet is trusted from here on when it begins like the most common ones. */
const LONG_LINE = 256;
const MAX_LINE = 16 << 10;

const COMMON_METHODS = ["GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"] as const;

/** A status line: `HTTP/1.x` and a three-digit code. */
export function isResponse(bytes: Uint8Array, at: number, end: number): Start {
  const there = Math.min(VERSION.length, end - at);
  for (let index = 0; index < there; index++) {
    if (bytes[at + index] !== VERSION.charCodeAt(index)) return Start.No;
  }
  if (end - at < VERSION.length + 5) return there > 0 ? Start.Maybe : Start.No;
  const code = at + VERSION.length + 2;
  if (bytes[code - 1] !== SPACE) return Start.No;
  for (let index = code; index < code + 3; index++) {
    const digit = (bytes[index] as number) - 0x30;
    if (digit < 0 || digit > 9) return Start.No;
  }
  return Start.Yes;
}

/** A request line: method, target, `HTTP/1.x`. */
export function isRequest(bytes: Uint8Array, at: number, end: number): Start {
  const limit = Math.min(end, at + MAX_METHOD + 1);
  let method = at;
  while (method < limit && isMethodByte(bytes[method] as number)) method++;
  if (method === limit) return limit === end ? Start.Maybe : Start.No;
  if (method - at < 3 || bytes[method] !== SPACE) return Start.No;
  return isRestOfRequest(bytes, at, method, end);
}

/** Either of them. */
export function isStart(bytes: Uint8Array, at: number, end: number): Start {
  const response = isResponse(bytes, at, end);
  return response === Start.No ? isRequest(bytes, at, end) : response;
}

function isRestOfRequest(bytes: Uint8Array, at: number, method: number, end: number): Start {
  for (let index = method + 1; index < end; index++) {
    const byte = bytes[index] as number;
    if (byte === LF) return endsInVersion(bytes, method, index) ? Start.Yes : Start.No;
    if (byte < SPACE && byte !== CR) return Start.No;
  }
  if (end - at > MAX_LINE) return Start.No;
  return end - at >= LONG_LINE && isCommon(bytes, at, method) ? Start.Yes : Start.Maybe;
}

function endsInVersion(bytes: Uint8Array, start: number, lf: number): boolean {
  const end = bytes[lf - 1] === CR ? lf - 1 : lf;
  const version = end - VERSION.length - 1;
  return (
    version - 1 > start && bytes[version - 1] === SPACE && startsWith(bytes, version, end, VERSION)
  );
}

function isCommon(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[end + 1] !== SLASH) return false;
  for (const method of COMMON_METHODS) {
    if (method.length === end - start && startsWith(bytes, start, end, method)) return true;
  }
  return false;
}

/** Upper case, and the marks of `M-SEARCH` and `RPC_IN_DATA`. */
function isMethodByte(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || byte === 0x2d || byte === 0x5f;
}
