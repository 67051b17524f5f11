/**
 * DHCP and BOOTP for IPv4: who a client says that it is, which address it was given, and which routers and
 * servers the network announces. Normative: RFC 2131, RFC 2132; RFC 3004 (user class), RFC 3046 (relay agent
 * information), RFC 3925 (vendor-identifying options), RFC 4361 (client identifier), RFC 4578 (PXE),
 * RFC 4702 (client FQDN).
 *
 * A client is known by the hardware address in the message (`chaddr`), which a relay leaves alone.
 *
 * Fields about the client: `message` (its type), `vendor_class` (option 60), `parameter_list` (55, as
 * `1,3,6`), `options` (all options in their order), `user_class` (77), `client_id` (61, where it is text),
 * `client_id_type`, `enterprise` and `vendor_text` (124), `architecture` (93), `requested_address` (50),
 * `fqdn` (81), `assigned_name` (12 in an acknowledgement), `circuit_id` and `remote_id` (82: the port of the
 * switch it hangs on; hexadecimal where they are not text). Its own name (12, or else 81) is `host.name`.
 *
 * Fields about addresses that an answer names, each 1: `server`, `relay`, `dns_server`, `boot_server`;
 * `domain` (15) and `offered_multicast` (1: it gave out a group address, which no server does) about the
 * server, `boot_file` about the boot server.
 */
import type { Analyzer, Context, Session } from "../analysis/analyzer.ts";
import { Verdict } from "../analysis/analyzer.ts";
import type { Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import { i32, u16, u32 } from "../packet/bytes.ts";
import type { Reader } from "../packet/reader.ts";
import { describeClient, optionText, readable } from "./dhcp-identity.ts";
import { Code, DhcpOptions, HEADER, MAGIC, MessageType } from "./dhcp-options.ts";
import { TextBuilder } from "./text-builder.ts";

const Op = { Request: 1, Reply: 2 } as const;

/** Offsets of the fixed fields (RFC 2131 §2). */
const At = { ciaddr: 12, yiaddr: 16, siaddr: 20, giaddr: 24, chaddr: 28, file: 108 } as const;

const ETHERNET = 1;
/** Addresses of one option that are reported. */
const MAX_ADDRESSES = 8;
/** Sub-options of option 82. */
const Relay = { Circuit: 1, Remote: 2 } as const;

/** By `MessageType`. */
const MESSAGES = [
  "bootp",
  "discover",
  "offer",
  "request",
  "decline",
  "ack",
  "nak",
  "release",
  "inform",
] as const;

export const analyzer: Analyzer = {
  protocol: "dhcp",
  fields: {
    message: "open",
    vendor_class: "open",
    parameter_list: "open",
    options: "open",
    user_class: "identifier",
    client_id: "identifier",
    client_id_type: "open",
    enterprise: "open",
    vendor_text: "open",
    architecture: "open",
    requested_address: "open",
    fqdn: "identifier",
    assigned_name: "identifier",
    circuit_id: "identifier",
    remote_id: "identifier",
    server: "open",
    relay: "open",
    dns_server: "open",
    boot_server: "open",
    boot_file: "open",
    domain: "identifier",
    offered_multicast: "open",
  },
  udp: { ports: [67, 4011], leads: [Op.Request, Op.Reply], probe, open },
};

function probe(datagram: Reader): Verdict {
  const { bytes, position: at } = datagram;
  if (datagram.remaining < HEADER + 4) return Verdict.No;
  const op = bytes[at];
  if (op !== Op.Request && op !== Op.Reply) return Verdict.No;
  return u32(bytes, at + HEADER) === MAGIC && (bytes[at + 2] as number) <= 16
    ? Verdict.Yes
    : Verdict.No;
}

function open(context: Context): Session {
  return new DhcpSession(context.observe);
}

/** Reused for every message. */
const options = new DhcpOptions();
const circuit = new TextBuilder(128);
const remote = new TextBuilder(128);

class DhcpSession implements Session {
  readonly #observe: Observer;

  constructor(observe: Observer) {
    this.#observe = observe;
  }

  data(_side: Side, message: Reader): void {
    const start = message.position;
    const { bytes, end } = message;
    message.position = end;
    if (end - start < HEADER + 4 || u32(bytes, start + HEADER) !== MAGIC) return;
    options.read(bytes, start, end);
    const mac = clientMac(bytes, start);
    if (bytes[start] === Op.Request) this.#request(bytes, start, mac);
    else if (bytes[start] === Op.Reply) this.#reply(bytes, start, mac);
  }

  #request(bytes: Uint8Array, start: number, mac: number): void {
    const type = options.messageType;
    const ip = isHost(bytes, start + At.ciaddr) ? start + At.ciaddr : -1;
    if (mac < 0 && ip < 0) return;
    const about = this.#observe.aboutAddress(bytes, mac, ip, 4);
    describeClient(about, bytes, options);
    about.string("message", MESSAGES[type] ?? "other").emit();

    // A client fills ciaddr only when it has that address and answers ARP for it (RFC 2131 §4.3.1).
    if (ip >= 0 && mac >= 0 && (type === MessageType.Request || type === MessageType.Inform)) {
      this.#observe.aboutAddress(bytes, mac, ip, 4).string("host.binding", "dhcp").emit();
    }
    // Somebody else uses the address that it was given.
    if (type === MessageType.Decline) {
      this.#observe.aboutAddress(bytes, mac, ip, 4).string("error.code", "DECLINE").emit();
    }
    this.#relayed(bytes, start, mac);
  }

  #reply(bytes: Uint8Array, start: number, mac: number): void {
    const type = options.messageType;
    this.#server(bytes, start, type);
    if (type === MessageType.Ack) this.#assigned(bytes, start, mac);
    if (type !== MessageType.Ack && type !== MessageType.Offer) return;
    this.#announced(bytes, Code.Router, "host.router");
    this.#announced(bytes, Code.NameServer, "dns_server");
    this.#bootServer(bytes, start);
    this.#relayed(bytes, start, mac);
  }

  /** The client now has this address. An answer to an inform leaves yiaddr empty (RFC 2131 §4.3.5). */
  #assigned(bytes: Uint8Array, start: number, mac: number): void {
    const own = start + At.yiaddr;
    const ip = i32(bytes, own) !== 0 ? own : start + At.ciaddr;
    if (mac < 0 || !isHost(bytes, ip)) return;
    this.#observe.aboutAddress(bytes, mac, ip, 4).string("host.binding", "dhcp").emit();
    const about = this.#observe.aboutAddress(bytes, mac, ip, 4);
    optionText(about, "assigned_name", bytes, options, Code.HostName);
    about.emit();
  }

  /** Named by option 54, because the sender may be a relay. */
  #server(bytes: Uint8Array, start: number, type: number): void {
    const id = options.at(Code.ServerIdentifier);
    const named = options.size(Code.ServerIdentifier) === 4 && isHost(bytes, id);
    const observe = this.#observe;
    const about = named ? observe.aboutAddress(bytes, -1, id, 4) : observe.aboutSender();
    about.number("server", 1);
    if (type === MessageType.Nak) about.string("error.code", "NAK");
    const first = bytes[start + At.yiaddr] as number;
    if (first >= 224 && first < 240) about.number("offered_multicast", 1);
    optionText(about, "domain", bytes, options, Code.DomainName);
    about.emit();
  }

  /** Many servers fill siaddr and boot nobody: it counts with the name of a file only. */
  #bootServer(bytes: Uint8Array, start: number): void {
    const server = start + At.siaddr;
    if (!isHost(bytes, server)) return;
    const field = start + At.file;
    const inField = !options.overloaded(1) && bytes[field] !== 0;
    if (options.size(Code.BootFile) === 0 && !inField) return;
    const about = this.#observe.aboutAddress(bytes, -1, server, 4).number("boot_server", 1);
    if (inField) about.text("boot_file", bytes, field, textEnd(bytes, field, field + 128));
    else optionText(about, "boot_file", bytes, options, Code.BootFile);
    about.emit();
  }

  #announced(bytes: Uint8Array, code: number, field: string): void {
    const at = options.at(code);
    const end = at + Math.min(options.size(code), MAX_ADDRESSES * 4);
    for (let ip = at; ip + 4 <= end; ip += 4) {
      if (isHost(bytes, ip)) this.#observe.aboutAddress(bytes, -1, ip, 4).number(field, 1).emit();
    }
  }

  /** What a relay added: its address, and at which port of which switch the client is (RFC 3046 §2). */
  #relayed(bytes: Uint8Array, start: number, mac: number): void {
    const relay = start + At.giaddr;
    if (isHost(bytes, relay)) {
      this.#observe.aboutAddress(bytes, -1, relay, 4).number("relay", 1).emit();
    }
    if (mac < 0) return;
    let at = options.at(Code.RelayAgent);
    const end = at + options.size(Code.RelayAgent);
    const about = this.#observe.aboutAddress(bytes, mac, -1, 4);
    while (at + 2 <= end) {
      const stop = at + 2 + (bytes[at + 1] as number);
      if (stop > end) break;
      if (bytes[at] === Relay.Circuit) readable(about, "circuit_id", circuit, bytes, at + 2, stop);
      if (bytes[at] === Relay.Remote) readable(about, "remote_id", remote, bytes, at + 2, stop);
      at = stop;
    }
    about.emit();
  }
}

/** Offset of the client's MAC address, or −1 when it has none that is a station's. */
function clientMac(bytes: Uint8Array, start: number): number {
  const at = start + At.chaddr;
  if (bytes[start + 1] !== ETHERNET || bytes[start + 2] !== 6) return -1;
  if (((bytes[at] as number) & 1) !== 0) return -1;
  return i32(bytes, at) !== 0 || u16(bytes, at + 4) !== 0 ? at : -1;
}

/** An address that one host can have. */
function isHost(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at] as number;
  return first !== 0 && first !== 127 && first < 224;
}

function textEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== 0) at++;
  return at;
}
