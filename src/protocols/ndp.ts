/**
 * Neighbor Discovery for IPv6: which MAC address has which IPv6 address, and who is a router. Normative:
 * RFC 4861 §4 and the checks of §6.1 and §7.1; RFC 8106 §5.1 (name servers in router advertisements).
 *
 * A solicitation from the unspecified address asks whether an address is free (RFC 4862 §5.4): no binding.
 * Fields: `router_advertisement` 1; `dns_server` 1 about an address that an advertisement names.
 */
import type { Analyzer } from "../analysis/analyzer.ts";
import type { Observer } from "../observation/observer.ts";
import { i32, u16 } from "../packet/bytes.ts";
import type { Packet } from "../packet/packet.ts";
import type { Reader } from "../packet/reader.ts";

const Type = {
  RouterSolicitation: 133,
  RouterAdvertisement: 134,
  NeighborSolicitation: 135,
  NeighborAdvertisement: 136,
} as const;

const Option = { SourceLinkLayer: 1, TargetLinkLayer: 2, NameServers: 25 } as const;

/** Length of the message before its options. */
const HEADER = { router: 16, solicitation: 8, neighbor: 24 } as const;
/** More options than any real message has. */
const MAX_OPTIONS = 32;
const MAX_NAME_SERVERS = 8;
const ROUTER_FLAG = 0x80;
const IP_PROTOCOL = 58;

export const analyzer: Analyzer = {
  protocol: "ndp",
  fields: { router_advertisement: "open", dns_server: "open" },
  ip: { protocols: [IP_PROTOCOL], packet },
};

function packet(message: Reader, frame: Packet, observe: Observer): void {
  const start = message.position;
  const type = message.u8();
  const code = message.u8();
  if (type < Type.RouterSolicitation || type > Type.NeighborAdvertisement || code !== 0) return;
  // Only a neighbor can send hop limit 255; and what was reassembled from fragments is refused (RFC 6980).
  if (frame.ttl !== 255 || frame.ipVersion !== 6 || message.bytes !== frame.bytes) return;
  const header = headerLength(type);
  message.skip(header - 2);
  if (message.overrun || !optionsAreWhole(message)) return;

  if (type === Type.RouterAdvertisement) advertisement(message, frame, start, observe);
  else if (type === Type.NeighborAdvertisement) neighbor(message, frame, start, observe);
  else solicitation(message, frame, observe);
}

function headerLength(type: number): number {
  if (type === Type.RouterSolicitation) return HEADER.solicitation;
  return type === Type.RouterAdvertisement ? HEADER.router : HEADER.neighbor;
}

/** Router or neighbor solicitation: the sender may say where it is. */
function solicitation(message: Reader, frame: Packet, observe: Observer): void {
  const mac = findOption(message, Option.SourceLinkLayer, 8) + 2;
  if (mac < 2 || !isUnicast(frame.bytes, frame.source) || !isStation(frame.bytes, mac)) return;
  observe.aboutAddress(frame.bytes, mac, frame.source, 6).string("host.binding", "ndp").emit();
}

function advertisement(message: Reader, frame: Packet, start: number, observe: Observer): void {
  const bytes = frame.bytes;
  if (!isLinkLocal(bytes, frame.source)) return;
  const option = findOption(message, Option.SourceLinkLayer, 8);
  const mac = option >= 0 && isStation(bytes, option + 2) ? option + 2 : -1;
  if (mac >= 0) {
    observe.aboutAddress(bytes, mac, frame.source, 6).string("host.binding", "ndp").emit();
  }
  // A lifetime of zero: it routes, but not as anyone's default (§4.2).
  const about = observe.aboutAddress(bytes, mac, frame.source, 6).number("router_advertisement", 1);
  if (u16(bytes, start + 6) > 0) about.number("host.router", 1);
  about.emit();

  const names = findOption(message, Option.NameServers, 24);
  if (names < 0) return;
  const end = names + (bytes[names + 1] as number) * 8;
  for (let at = names + 8, n = 0; at + 16 <= end && n < MAX_NAME_SERVERS; at += 16, n++) {
    if (isUnicast(bytes, at)) observe.aboutAddress(bytes, -1, at, 6).number("dns_server", 1).emit();
  }
}

/** Neighbor advertisement: the *target* has the address. */
function neighbor(message: Reader, frame: Packet, start: number, observe: Observer): void {
  const bytes = frame.bytes;
  const target = start + 8;
  if (!isUnicast(bytes, target)) return;
  const mac = targetMac(message, frame, target);
  if (mac >= 0) observe.aboutAddress(bytes, mac, target, 6).string("host.binding", "ndp").emit();
  if (((bytes[start + 4] as number) & ROUTER_FLAG) !== 0) {
    observe.aboutAddress(bytes, mac, target, 6).number("host.router", 1).emit();
  }
}

/** The option, or the frame's own MAC address when the target itself answers without one (§4.4). */
function targetMac(message: Reader, frame: Packet, target: number): number {
  const option = findOption(message, Option.TargetLinkLayer, 8);
  if (option >= 0) return isStation(frame.bytes, option + 2) ? option + 2 : -1;
  if (frame.depth > 0 || frame.sourceMac < 0) return -1;
  for (let index = 0; index < 16; index += 4) {
    if (i32(frame.bytes, target + index) !== i32(frame.bytes, frame.source + index)) return -1;
  }
  return isStation(frame.bytes, frame.sourceMac) ? frame.sourceMac : -1;
}

/** Whether every option has a length and fits: otherwise the whole message is invalid (§6.1, §7.1). */
function optionsAreWhole(message: Reader): boolean {
  let at = message.position;
  for (let count = 0; count < MAX_OPTIONS && at + 2 <= message.end; count++) {
    const length = (message.bytes[at + 1] as number) * 8;
    if (length === 0 || at + length > message.end) return false;
    at += length;
  }
  return true;
}

/** Offset of the first option of `type` with at least `size` bytes, or −1. The options are whole. */
function findOption(message: Reader, type: number, size: number): number {
  let at = message.position;
  for (let count = 0; count < MAX_OPTIONS && at + 2 <= message.end; count++) {
    const length = (message.bytes[at + 1] as number) * 8;
    if (message.bytes[at] === type && length >= size) return at;
    at += length;
  }
  return -1;
}

/** Neither unspecified, nor loopback, nor multicast. */
function isUnicast(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] === 0xff) return false;
  const high = i32(bytes, at) | i32(bytes, at + 4) | i32(bytes, at + 8);
  return high !== 0 || i32(bytes, at + 12) >>> 0 > 1;
}

function isLinkLocal(bytes: Uint8Array, at: number): boolean {
  return (u16(bytes, at) & 0xffc0) === 0xfe80;
}

function isStation(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at] as number) & 1) === 0 && (i32(bytes, at) !== 0 || u16(bytes, at + 4) !== 0);
}
