/**
 * SNMP engine identifiers. Normative: RFC 3411 §5, SnmpEngineID: with the first bit set, four octets of
 * enterprise number, one of format, then an address or a text.
 */

/** Most octets of an engine identifier. */
export const ENGINE_LIMIT = 32;

/** The IANA enterprise number, or 0 where there is none. */
export function enterpriseNumber(bytes: Uint8Array, start: number, stop: number): number {
  if (stop - start < 5) return 0;
  return (
    ((((bytes[start] as number) & 0x7f) << 24) |
      ((bytes[start + 1] as number) << 16) |
      ((bytes[start + 2] as number) << 8) |
      (bytes[start + 3] as number)) >>>
    0
  );
}

/** Where the MAC address in a format 3 identifier lies, or −1. Cisco (9) puts one octet before it. */
export function engineMac(bytes: Uint8Array, start: number, stop: number): number {
  if ((bytes[start] as number) < 0x80 || bytes[start + 4] !== 3) return -1;
  if (stop - start === 11) return start + 5;
  return stop - start === 12 && enterpriseNumber(bytes, start, stop) === 9 ? start + 6 : -1;
}

/** Writes octets in lower-case hexadecimal, with `separator` between them unless 0; returns the length. */
export function hexText(
  bytes: Uint8Array,
  start: number,
  stop: number,
  into: Uint8Array,
  separator: number,
): number {
  let length = 0;
  for (let at = start; at < stop; at++) {
    if (separator !== 0 && at > start) into[length++] = separator;
    const octet = bytes[at] as number;
    into[length++] = HEX.charCodeAt(octet >> 4);
    into[length++] = HEX.charCodeAt(octet & 15);
  }
  return length;
}

const HEX = "0123456789abcdef";
