/** Addresses in DNS: those of private networks, and the names of the reverse trees (RFC 1035 §3.5, RFC 3596 §2.5). */
import { u16 } from "../packet/bytes.ts";
import type { DnsName } from "./dns-message.ts";

/** RFC 1918, RFC 3927, RFC 6598; RFC 4193 and link-local for IPv6: an address of the site, not of the Internet. */
export function isPrivate(bytes: Uint8Array, at: number, ipVersion: number): boolean {
  const first = bytes[at] as number;
  const second = bytes[at + 1] as number;
  if (ipVersion === 6) return (first & 0xfe) === 0xfc || (u16(bytes, at) & 0xffc0) === 0xfe80;
  switch (first) {
    case 10:
      return true;
    case 100:
      return (second & 0xc0) === 64;
    case 169:
      return second === 254;
    case 172:
      return (second & 0xf0) === 16;
    case 192:
      return second === 168;
    default:
      return false;
  }
}

/** The address that a name below `in-addr.arpa` or `ip6.arpa` stands for. Reused. */
export class ReverseAddress {
  readonly bytes = new Uint8Array(16);

  /** 4 or 6, the address in `bytes`; 0 when the name stands for no whole address. */
  read(name: DnsName): 0 | 4 | 6 {
    if (name.labels === 6 && name.endsWith(".in-addr.arpa")) return this.#ipv4(name);
    if (name.labels === 34 && name.endsWith(".ip6.arpa")) return this.#ipv6(name);
    return 0;
  }

  #ipv4(name: DnsName): 0 | 4 {
    for (let label = 0; label < 4; label++) {
      const start = name.labelStart(label);
      const end = name.labelEnd(label);
      let value = 0;
      for (let at = start; at < end; at++) {
        const digit = (name.bytes[at] as number) - 0x30;
        if (digit < 0 || digit > 9) return 0;
        value = value * 10 + digit;
      }
      if (end - start > 3 || value > 255) return 0;
      this.bytes[3 - label] = value;
    }
    return 4;
  }

  #ipv6(name: DnsName): 0 | 6 {
    this.bytes.fill(0);
    for (let label = 0; label < 32; label++) {
      const start = name.labelStart(label);
      const value = hexDigit(name.bytes[start] as number);
      if (value < 0 || name.labelEnd(label) !== start + 1) return 0;
      const index = 15 - (label >> 1);
      const nibble = (label & 1) === 0 ? value : value << 4;
      this.bytes[index] = (this.bytes[index] as number) | nibble;
    }
    return 6;
  }
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
