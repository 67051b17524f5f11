/** What a packet or a message says about which MAC address an IP address lives on. */
import { type IpHolder, type MacHolder, Strength } from "./holder.ts";

/** TTLs and hop limits that hosts send: with these a packet may not have been forwarded. */
const INITIAL_TTLS: ReadonlySet<number> = new Set([32, 60, 64, 128, 200, 254, 255]);
/** Below this, traceroute and link-local protocols set it on purpose. */
const LOWEST_TELLING_TTL = 30;

const STRENGTHS: Readonly<Record<string, Strength>> = {
  arp: Strength.Declared,
  dhcp: Strength.Declared,
  ndp: Strength.Declared,
  local: Strength.Local,
  frame: Strength.Frame,
};

/** Of a `host.binding`; undefined when there is none, or one that nobody knows. */
export function strengthOf(kind: string | number | undefined): Strength | undefined {
  return kind === undefined ? undefined : STRENGTHS[String(kind)];
}

/** Whether the packet came from another network: its TTL was lowered, or a public address says nothing. */
export function isForwarded(ip: IpHolder, ttl: string | number | undefined): boolean {
  if (typeof ttl !== "number") return ip.remote;
  return ttl >= LOWEST_TELLING_TTL ? !INITIAL_TTLS.has(ttl) : ip.remote;
}

/** One interface has one IPv4 address, one link-local and one other IPv6 address, unless it declares more. */
export function isSameKind(left: IpHolder, right: IpHolder): boolean {
  return left.sort === right.sort;
}

/** Whether it has an address that was only suggested. */
export function hasWeak(mac: MacHolder): boolean {
  return mac.ips.some((ip) => !ip.isStrong);
}
