/**
 * ARP and RARP: which MAC address has which IPv4 address. Normative: RFC 826, RFC 903, RFC 5227.
 *
 * Fields: `announcement` 1: the host announced its own address unasked (RFC 5227 §3). `probe` 1: the host
 * asks whether an address is free before it takes it (§2.1.1): it does not have that address yet, so this is
 * no binding. `relayed` 1: the frame came from another MAC address than the one it declares (proxy ARP done
 * wrong, or spoofing). `rarp` `request` or `reply`.
 */
import type { Analyzer } from "../analysis/analyzer.ts";
import type { Observer } from "../observation/observer.ts";
import { i32, u16 } from "../packet/bytes.ts";
import type { Packet } from "../packet/packet.ts";
import type { Reader } from "../packet/reader.ts";

const Operation = { Request: 1, Reply: 2, RarpRequest: 3, RarpReply: 4 } as const;

const ETHERNET = 1;
const IEEE_802 = 6;
const IPV4 = 0x0800;

/** Offsets into a packet with 6-byte hardware and 4-byte protocol addresses. */
const SENDER_MAC = 8;
const SENDER_IP = 14;
const TARGET_MAC = 18;
const TARGET_IP = 24;
const LENGTH = 28;

export const analyzer: Analyzer = {
  protocol: "arp",
  fields: { announcement: "open", probe: "open", relayed: "open", rarp: "open" },
  link: { etherTypes: [0x0806, 0x8035], frame },
};

function frame(message: Reader, packet: Packet, observe: Observer): void {
  const start = message.position;
  const hardware = message.u16();
  const protocol = message.u16();
  const sizes = message.u16();
  const operation = message.u16();
  message.skip(LENGTH - 8);
  if (message.overrun) return;
  if (hardware !== ETHERNET && hardware !== IEEE_802) return;
  if (protocol !== IPV4 || sizes !== 0x0604) return;

  const bytes = message.bytes;
  if (operation === Operation.Request || operation === Operation.Reply) {
    arp(bytes, start, operation, packet, observe);
  } else if (operation === Operation.RarpRequest || operation === Operation.RarpReply) {
    rarp(bytes, start, operation, observe);
  }
}

function arp(
  bytes: Uint8Array,
  start: number,
  operation: number,
  packet: Packet,
  observe: Observer,
): void {
  const mac = start + SENDER_MAC;
  const ip = start + SENDER_IP;
  if (!isStation(bytes, mac)) return;
  if (i32(bytes, ip) === 0) {
    if (operation === Operation.Request && isHost(bytes, start + TARGET_IP)) {
      observe.aboutAddress(bytes, mac, -1, 4).number("probe", 1).emit();
    }
    return;
  }
  if (!isHost(bytes, ip)) return;
  observe.aboutAddress(bytes, mac, ip, 4).string("host.binding", "arp").emit();
  if (i32(bytes, ip) === i32(bytes, start + TARGET_IP)) {
    observe.aboutAddress(bytes, mac, ip, 4).number("announcement", 1).emit();
  }
  if (packet.sourceMac >= 0 && !sameMac(bytes, mac, packet.bytes, packet.sourceMac)) {
    observe.aboutAddress(bytes, mac, ip, 4).number("relayed", 1).emit();
  }
}

/** A RARP server tells a machine without configuration its own address: the *target* of the reply. */
function rarp(bytes: Uint8Array, start: number, operation: number, observe: Observer): void {
  if (!isStation(bytes, start + SENDER_MAC)) return;
  const reply = operation === Operation.RarpReply;
  const ip = reply && isHost(bytes, start + SENDER_IP) ? start + SENDER_IP : -1;
  observe
    .aboutAddress(bytes, start + SENDER_MAC, ip, 4)
    .string("rarp", reply ? "reply" : "request")
    .emit();
  if (!reply || !isStation(bytes, start + TARGET_MAC) || !isHost(bytes, start + TARGET_IP)) return;
  observe
    .aboutAddress(bytes, start + TARGET_MAC, start + TARGET_IP, 4)
    .string("host.binding", "arp")
    .emit();
}

/** A MAC address that one station can have: not a group, not zero. */
function isStation(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at] as number) & 1) === 0 && (i32(bytes, at) !== 0 || u16(bytes, at + 4) !== 0);
}

/** An IPv4 address that one host can have: not in 0/8, 127/8, multicast, reserved or broadcast. */
function isHost(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at] as number;
  return first !== 0 && first !== 127 && first < 224;
}

function sameMac(a: Uint8Array, atA: number, b: Uint8Array, atB: number): boolean {
  return i32(a, atA) === i32(b, atB) && u16(a, atA + 4) === u16(b, atB + 4);
}
