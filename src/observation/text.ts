/** Wire bytes as text that is safe to print, store and send. Only ever called for an observation that is news. */

/** Characters in one text field. */
export const TEXT_LIMIT = 256;
/** No character has more UTF-8 bytes than this allows for: what is read of an over-long text. */
export const TEXT_BYTES = TEXT_LIMIT * 4;

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** UTF-8, or Latin-1 where the bytes are not; then `cleanText`. */
export function wireText(bytes: Uint8Array, start: number, end: number): string {
  if (isPlain(bytes, start, end)) return latin1(bytes, start, end);
  const part = bytes.subarray(start, end);
  try {
    return cleanText(UTF8.decode(part));
  } catch {
    return cleanText(latin1(bytes, start, end));
  }
}

/** Most text is: printable ASCII that needs no trimming and no cutting. */
function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > TEXT_LIMIT || bytes[start] === SPACE || bytes[end - 1] === SPACE) return false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte < SPACE || byte > TILDE) return false;
  }
  return true;
}

const SPACE = 0x20;
const TILDE = 0x7e;

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
}

/** Nothing that moves a cursor, turns the writing direction or breaks a line gets out. */
export function cleanText(text: string): string {
  const printable = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").trim();
  if (printable.length <= TEXT_LIMIT) return printable;
  return printable
    .slice(0, TEXT_LIMIT)
    .replace(/[\ud800-\udbff]$/, "")
    .trimEnd();
}
