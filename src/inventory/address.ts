/**
 * What an address by itself tells: whether it can belong to one device, whether it is on the site, and how
 * it sorts. IPv4 special addresses: RFC 6890; private: RFC 1918, RFC 6598, RFC 3927. IPv6: RFC 4291,
 * RFC 4193; text: RFC 5952. MAC addresses: IEEE 802 §8.2 (group and local bit).
 */

/** `none`: never a device (group, unspecified, broadcast, malformed). */
export type Reach = "none" | "loopback" | "local" | "remote";

/** The one name under which all loopback addresses are kept: they are one host, the capturing one. */
export const LOCALHOST = "127.0.0.1";

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;
const LONGEST_TEXT = 45;

/** Bytes of an IPv4 or IPv6 address, or null when it is neither. */
export function ipBytes(text: string): readonly number[] | null {
  if (text.length > LONGEST_TEXT) return null;
  return text.includes(":") ? ipv6Bytes(text) : ipv4Bytes(text);
}

function ipv4Bytes(text: string): number[] | null {
  const match = IPV4.exec(text);
  if (match === null) return null;
  const bytes = [Number(match[1]), Number(match[2]), Number(match[3]), Number(match[4])];
  return Math.max(...bytes) <= 255 ? bytes : null;
}

function ipv6Bytes(text: string): number[] | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const front = groups(halves[0] ?? "");
  const back = halves.length === 2 ? groups(halves[1] ?? "") : [];
  if (front === null || back === null) return null;
  const missing = 16 - front.length - back.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return null;
  return [...front, ...new Array<number>(missing).fill(0), ...back];
}

function groups(text: string): number[] | null {
  if (text === "") return [];
  const bytes: number[] = [];
  for (const group of text.split(":")) {
    if (group.includes(".")) {
      const tail = ipv4Bytes(group);
      if (tail === null) return null;
      bytes.push(...tail);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return null;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes;
}

/** Where an IP address can live. */
export function ipReach(text: string): Reach {
  const bytes = ipBytes(text);
  if (bytes === null) return "none";
  return bytes.length === 4 ? ipv4Reach(bytes) : ipv6Reach(bytes);
}

function ipv4Reach(bytes: readonly number[]): Reach {
  const [a = 0, b = 0] = bytes;
  if (a === 0 || a >= 224) return "none";
  if (a === 127) return "loopback";
  const priv = a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168);
  const shared = a === 100 && b >= 64 && b <= 127;
  const linkLocal = a === 169 && b === 254;
  return priv || shared || linkLocal ? "local" : "remote";
}

function ipv6Reach(bytes: readonly number[]): Reach {
  const [a = 0, b = 0] = bytes;
  if (a === 0xff) return "none";
  if (bytes.slice(0, 15).every((byte) => byte === 0)) {
    if (bytes[15] === 0) return "none";
    if (bytes[15] === 1) return "loopback";
  }
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff)
    return ipv4Reach(bytes.slice(12));
  return (a & 0xfe) === 0xfc || isLinkLocal(a, b) ? "local" : "remote";
}

function isLinkLocal(a: number, b: number): boolean {
  return a === 0xfe && (b & 0xc0) === 0x80;
}

/** An IPv6 address that exists beside the routable ones of the same interface. */
export function isIpv6LinkLocal(text: string): boolean {
  const bytes = ipBytes(text);
  return bytes !== null && bytes.length === 16 && isLinkLocal(bytes[0] ?? 0, bytes[1] ?? 0);
}

/** A text that sorts like the number: IPv4 before IPv6, what is neither last. */
export function ipOrder(text: string): string {
  const bytes = ipBytes(text);
  if (bytes === null) return `9${text}`;
  const family = bytes.length === 4 ? "4" : "6";
  return family + Buffer.from(bytes).toString("hex");
}

/** Whether a MAC address can name one interface: not group, not zero, well formed. */
export function isInterface(mac: string): boolean {
  return MAC.test(mac) && mac !== "00:00:00:00:00:00" && (secondDigit(mac) & 1) === 0;
}

/** Locally administered (randomised, virtual): says nothing about who made the interface. */
export function isLocallyAdministered(mac: string): boolean {
  return (secondDigit(mac) & 2) !== 0;
}

function secondDigit(mac: string): number {
  return Number.parseInt(mac.charAt(1), 16);
}

/** By code unit: the same order in every locale. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
