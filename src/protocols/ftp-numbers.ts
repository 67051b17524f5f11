/** Ports and sizes in FTP's texts. Normative: RFC 959 §5.3.2 (h1,…,p2), RFC 2428 §2 and §3. */

/** The port of the first `h1,h2,h3,h4,p1,p2` (PORT, and the reply to PASV), or 0. */
export function portOf(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && !isDigit(bytes[at] as number)) at++;
  let port = 0;
  for (let index = 0; index < 6; index++) {
    let value = 0;
    const first = at;
    while (at < end && at - first < 3 && isDigit(bytes[at] as number))
      value = value * 10 + (bytes[at++] as number) - ZERO;
    if (at === first || value > 255) return 0;
    if (index >= 4) port = port * 256 + value;
    if (index < 5 && bytes[at++] !== COMMA) return 0;
  }
  return port;
}

/** The port of `|1|192.0.2.1|6446|` or, in the reply to EPSV, `|||6446|`; any delimiter; or 0. */
export function delimitedPort(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return 0;
  const delimiter = bytes[start] as number;
  let at = start + 1;
  for (let field = 0; field < 2; field++) {
    while (at < end && bytes[at] !== delimiter) at++;
    at++;
  }
  const port = decimal(bytes, at, end);
  return port <= 0xffff ? port : 0;
}

/** Where a parenthesis opens, one past it; `end` when none does. */
export function parenthesis(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== OPEN) at++;
  return Math.min(at + 1, end);
}

/** The number before ` bytes` in `150 Opening BINARY mode data connection for x (1234 bytes).`, or −1. */
export function sizeIn(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start + 2; at + BYTES.length <= end; at++) {
    if (!isDigit(bytes[at - 1] as number) || !matches(bytes, at)) continue;
    let first = at - 1;
    while (first > start && isDigit(bytes[first - 1] as number)) first--;
    return at - first <= 15 ? decimal(bytes, first, at) : -1;
  }
  return -1;
}

function matches(bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < BYTES.length; index++) {
    if (bytes[at + index] !== BYTES.charCodeAt(index)) return false;
  }
  return true;
}

/** Digits from `start` on, at most fifteen, as a number; 0 without any. */
function decimal(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  const limit = Math.min(end, start + 15);
  for (let at = start; at < limit && isDigit(bytes[at] as number); at++)
    value = value * 10 + (bytes[at] as number) - ZERO;
  return value;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

const ZERO = 0x30;
const COMMA = 0x2c;
const OPEN = 0x28;
const BYTES = " bytes";
