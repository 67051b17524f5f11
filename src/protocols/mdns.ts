/**
 * Multicast DNS and DNS-based service discovery: what a host on the segment calls itself and announces.
 * Normative: RFC 6762, RFC 6763; keys of TXT records as Bonjour printing, AirPlay, Google Cast and HomeKit
 * publish them.
 *
 * Only answers are read: a question lists what *others* said (known answers, RFC 6762 §7.1), and the records
 * of a probe (§8.1) belong to nobody yet.
 *
 * A service is observed about the address that the same message gives for its host, because gateways repeat
 * the announcements of other segments; without an address, about the sender.
 *
 * Fields: `service` (`_ipp._tcp`), `instance` (the name people see), `port`, `model`, `vendor`, `product`,
 * `firmware`, `os`, `hardware` from TXT and HINFO. A host's name without `.local` is `host.name`.
 */
import type { Analyzer, Context, Session } from "../analysis/analyzer.ts";
import { Verdict } from "../analysis/analyzer.ts";
import { type Flow, FlowState, type Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import { u16 } from "../packet/bytes.ts";
import { type Reader, startsWith } from "../packet/reader.ts";
import { characterString, DnsMessage, DnsName, HEADER, Section, Type } from "./dns-message.ts";

const PORT = 5353;
/** Without the top bit, which says that a cache may forget older records (§10.2). */
const CLASS_MASK = 0x7fff;
const INTERNET = 1;
const LOCAL = ".local";
const UNDERSCORE = 0x5f;
/** Records of one message for whose host an address is looked up, and strings of one TXT record. */
const MAX_SERVICES = 16;
const MAX_STRINGS = 64;

/** A flow has one sender: it is enough to say now and then where it is. */
const BINDING_INTERVAL = 16;

export const analyzer: Analyzer = {
  protocol: "mdns",
  fields: {
    service: "open",
    instance: "identifier",
    port: "open",
    model: "open",
    vendor: "open",
    product: "open",
    firmware: "open",
    os: "open",
    hardware: "open",
  },
  udp: { ports: [PORT], probe, open: (context) => new MulticastDns(context) },
};

/** Keys of TXT records (lower case, with `=`) and the field that each fills; the first that is there wins. */
const KEYS: readonly (readonly [field: string, ...keys: string[]])[] = [
  ["model", "model=", "md=", "am=", "usb_mdl=", "modelid=", "modelname=", "mdl="],
  ["vendor", "manufacturer=", "usb_mfg=", "mfg=", "vendor="],
  ["product", "ty=", "product="],
  ["firmware", "fv=", "fw=", "firmware=", "fwversion=", "swversion=", "srcvers="],
  ["os", "osxvers=", "osvers="],
];

interface Key {
  readonly text: string;
  /** Index in `KEYS`, and how many better keys its field has. */
  readonly field: number;
  readonly rank: number;
}

/** The same by the low five bits of the first letter. */
const BY_LETTER: readonly (readonly Key[])[] = Array.from({ length: 32 }, (_, letter) =>
  KEYS.flatMap(([, ...keys], field) => keys.map((text, rank) => ({ text, field, rank }))).filter(
    ({ text }) => (text.charCodeAt(0) & 31) === letter,
  ),
);

/** The best key of each field in the TXT record at hand, −1 for none, and where its value lies. */
const ranks = new Int8Array(KEYS.length);
const starts = new Int32Array(KEYS.length);
const ends = new Int32Array(KEYS.length);

/** Reused for every message; `others` walks it again while `message` stands at a record. */
const message = new DnsMessage();
const others = new DnsMessage();
const host = new DnsName();

function probe(datagram: Reader, flow: Flow): Verdict {
  if (flow.responderPort !== PORT && flow.originatorPort !== PORT) return Verdict.No;
  if (datagram.remaining < HEADER) return Verdict.No;
  // Opcode and response code are zero in every message (§18.3, §18.11).
  return (u16(datagram.bytes, datagram.position + 2) & 0x780f) === 0 ? Verdict.Yes : Verdict.No;
}

class MulticastDns implements Session {
  readonly #context: Context;
  #datagrams = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  data(_side: Side, datagram: Reader): void {
    const { bytes, position, end } = datagram;
    datagram.position = end;
    if (!message.begin(bytes, position, end)) return;
    this.#binding();
    if (message.isResponse) answers(this.#context.observe);
  }

  #binding(): void {
    const { flow, observe } = this.#context;
    // A router forwards neither these groups nor, for long, what is sent to them (§3, §11).
    if (this.#datagrams++ % BINDING_INTERVAL === 0 && flow.has(FlowState.Group)) {
      observe.aboutSender().string("host.binding", "local").emit();
    }
  }
}

function answers(observe: Observer): void {
  let services = 0;
  while (message.record()) {
    if (message.section === Section.Authority || message.ttl === 0) continue;
    if ((message.class & CLASS_MASK) !== INTERNET) continue;
    if (message.type === Type.A || message.type === Type.Aaaa) hostName(observe);
    else if (services < MAX_SERVICES && describes(observe)) services++;
  }
}

/** Whether the record was one that describes a host or a service. */
function describes(observe: Observer): boolean {
  switch (message.type) {
    case Type.Srv:
      service(observe);
      return true;
    case Type.Txt:
      description(observe);
      return true;
    case Type.Hinfo:
      hostInformation(observe);
      return true;
    default:
      return false;
  }
}

function hostName(observe: Observer): void {
  const { name, data } = message;
  const size = message.dataEnd - data;
  if (size !== (message.type === Type.A ? 4 : 16) || !name.endsWith(LOCAL)) return;
  observe
    .aboutAddress(message.bytes, -1, data, size === 4 ? 4 : 6)
    .text("host.name", name.bytes, 0, name.length - LOCAL.length)
    .emit();
}

/** `instance._service._protocol.local SRV priority weight port host` (RFC 2782, RFC 6763 §4.1). */
function service(observe: Observer): void {
  const { bytes, data, name } = message;
  const label = serviceLabel(name);
  if (label < 1 || message.dataEnd - data < 7) return;
  if (host.read(bytes, message.start, message.end, data + 6) < 0) return;
  const about = aboutHost(observe).number("port", u16(bytes, data + 4));
  withService(about, label).emit();
}

/** TXT: `key=value` strings (RFC 6763 §6.3). */
function description(observe: Observer): void {
  const label = serviceLabel(message.name);
  if (label < 1 || !findKeys()) return;
  const about = findHost() ? aboutHost(observe) : observe.aboutSender();
  for (let field = 0; field < KEYS.length; field++) {
    if ((ranks[field] as number) < 0) continue;
    const name = (KEYS[field] as readonly string[])[0] as string;
    about.text(name, message.bytes, starts[field] as number, ends[field] as number);
  }
  withService(about, label).emit();
}

/** HINFO: processor and operating system of the owner (RFC 1035 §3.3.2). */
function hostInformation(observe: Observer): void {
  const { bytes, data, dataEnd, name } = message;
  const middle = characterString(bytes, data, dataEnd);
  const end = middle < 0 ? -1 : characterString(bytes, middle, dataEnd);
  if (end < 0 || !name.endsWith(LOCAL)) return;
  host.read(bytes, message.start, message.end, message.owner);
  aboutHost(observe)
    .text("hardware", bytes, data + 1, middle)
    .text("os", bytes, middle + 1, end)
    .emit();
}

/** Begins an observation about the address that this message gives for `host`. */
function aboutHost(observe: Observer): Observer {
  others.begin(message.bytes, message.start, message.end);
  while (others.record()) {
    const size = others.dataEnd - others.data;
    const isAddress =
      others.type === Type.A ? size === 4 : others.type === Type.Aaaa && size === 16;
    if (isAddress && sameName(others.name, host)) {
      return observe.aboutAddress(others.bytes, -1, others.data, size === 4 ? 4 : 6);
    }
  }
  return observe.aboutSender();
}

/** Looks for the SRV record with the owner of the record at hand, and reads its host. */
function findHost(): boolean {
  others.begin(message.bytes, message.start, message.end);
  while (others.record()) {
    if (others.type !== Type.Srv || others.dataEnd - others.data < 7) continue;
    if (!sameName(others.name, message.name)) continue;
    return host.read(others.bytes, others.start, others.end, others.data + 6) >= 0;
  }
  return false;
}

function withService(about: Observer, label: number): Observer {
  const { name } = message;
  return about
    .text("service", name.bytes, name.labelStart(label), name.labelEnd(label + 1))
    .text("instance", name.bytes, 0, name.labelEnd(label - 1));
}

/** Index of the `_service` label before `_tcp` or `_udp` and `local`, or −1. */
function serviceLabel(name: DnsName): number {
  const label = name.labels - 3;
  if (label < 0 || !name.labelIs(name.labels - 1, "local")) return -1;
  if (!name.labelIs(label + 1, "_tcp") && !name.labelIs(label + 1, "_udp")) return -1;
  return name.bytes[name.labelStart(label)] === UNDERSCORE ? label : -1;
}

function sameName(a: DnsName, b: DnsName): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < b.length; at++) {
    if (lower(a.bytes[at] as number) !== lower(b.bytes[at] as number)) return false;
  }
  return true;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** Looks through the strings of the TXT record at hand; false when none has a key that is known. */
function findKeys(): boolean {
  const { bytes, dataEnd } = message;
  ranks.fill(-1);
  let found = false;
  let at = message.data;
  for (let count = 0; count < MAX_STRINGS; count++) {
    const end = characterString(bytes, at, dataEnd);
    if (end < 0) break;
    const candidates = BY_LETTER[(bytes[at + 1] as number) & 31] as readonly Key[];
    for (let index = 0; index < candidates.length; index++) {
      if (isBetter(candidates[index] as Key, bytes, at + 1, end)) found = true;
    }
    at = end;
  }
  return found;
}

/** Whether the string has this key, a value, and its field no better one yet; then it is taken. */
function isBetter(key: Key, bytes: Uint8Array, start: number, end: number): boolean {
  const { text, field, rank } = key;
  const value = start + text.length;
  const before = ranks[field] as number;
  if ((before >= 0 && before <= rank) || value >= end) return false;
  if (!startsWith(bytes, start, end, text)) return false;
  ranks[field] = rank;
  starts[field] = value;
  ends[field] = end;
  return true;
}
