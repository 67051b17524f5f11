/**
 * DNS over UDP and TCP: who answers as a name server, what it says of itself, and the names of local hosts.
 * Normative: RFC 1035, RFC 2136 (update), RFC 4892 (`version.bind`, `hostname.bind`, `id.server`), RFC 5001
 * (NSID), RFC 5936 (AXFR), RFC 6891 (EDNS), RFC 7766 (TCP).
 *
 * What a client asks for is no field: it would tell what a person reads. Names are observed only where they
 * name a host of a private network (RFC 1918, RFC 3927, RFC 4193, RFC 4291 link-local, RFC 6598).
 *
 * Fields about a server: `server` 1 and `recursion` (0/1: the answer offers it), `version`, `hostname`,
 * `nsid`, `transfer` (`axfr`/`ixfr`) with `transfer_outcome` (`attempt`, `success`, `failure`), `update` 1
 * (it took a dynamic update); response codes other than success are `error.code`.
 * About who asks: `chaos_query` (the name in class CH: a version scan), `malformed` (what is wrong with a
 * name: compression that loops, labels of a reserved kind, more than 255 octets).
 * About an address: `name` (A, AAAA), `ptr_name` (PTR); `host.name` where the host registers itself (update).
 */
import type { Analyzer, Beginning, Context, Session } from "../analysis/analyzer.ts";
import { Verdict } from "../analysis/analyzer.ts";
import { type Flow, other, type Side } from "../flow/flow.ts";
import { u16 } from "../packet/bytes.ts";
import type { Reader } from "../packet/reader.ts";
import { isPrivate, ReverseAddress } from "./dns-address.ts";
import {
  Class,
  characterString,
  DnsMessage,
  DnsName,
  Flag,
  HEADER,
  NameFault,
  Opcode,
  RESPONSE_CODES,
  Section,
  Type,
} from "./dns-message.ts";

/** Other protocols in the same format, told apart by their ports. */
const NETBIOS = 137;
const MULTICAST_DNS = 5353;
const LLMNR = 5355;

/** Shortest message: a header and a question for the root. */
const SHORTEST = HEADER + 5;
/** Of a longer message over TCP this much is read and the rest is passed over. */
const READ_LIMIT = 8192;
const NSID = 3;

/** By `NameFault`; a name that ends too early is the capture's fault as often as the sender's. */
const FAULTS: readonly string[] = ["", "", "compression", "label", "length"];

export const analyzer: Analyzer = {
  protocol: "dns",
  fields: {
    server: "open",
    recursion: "open",
    version: "open",
    hostname: "identifier",
    nsid: "identifier",
    transfer: "open",
    transfer_outcome: "open",
    update: "open",
    chaos_query: "open",
    malformed: "open",
    name: "identifier",
    ptr_name: "identifier",
  },
  udp: {
    ports: [53],
    probe: (datagram, flow) => probe(datagram, datagram.position, flow, true),
    open: (context) => new Datagrams(context),
  },
  tcp: { ports: [53], probe: probeStream, open: (context) => new Stream(context) },
};

/** Reused for every message. */
const message = new DnsMessage();
const target = new DnsName();
const reverse = new ReverseAddress();

function uses(flow: Flow, port: number): boolean {
  return flow.responderPort === port || flow.originatorPort === port;
}

function probeStream({ originator, responder, flow }: Beginning): Verdict {
  const first = originator.remaining > 0 ? originator : responder;
  if (first.remaining < 8) return first.remaining > 0 ? Verdict.Maybe : Verdict.No;
  const { bytes, position } = first;
  const length = u16(bytes, position);
  // Flags and count of questions first: most other protocols end here.
  if (length < SHORTEST || (u16(bytes, position + 4) & 0x4040) !== 0) return Verdict.No;
  if (u16(bytes, position + 6) > 1) return Verdict.No;
  if (first.remaining < 2 + SHORTEST) return Verdict.Maybe;
  return probe(first, first.position + 2, flow, first.remaining >= length + 2);
}

function probe(reader: Reader, start: number, flow: Flow, whole: boolean): Verdict {
  if (uses(flow, NETBIOS) || uses(flow, MULTICAST_DNS) || uses(flow, LLMNR)) return Verdict.No;
  if (!message.begin(reader.bytes, start, reader.end) || !plausibleHeader()) return Verdict.No;
  // On its own port a broken name is a finding, not another protocol.
  if (uses(flow, 53)) return Verdict.Yes;
  if (message.questions !== 1 || !message.question() || !plausibleQuestion()) return Verdict.No;
  if (!whole) return Verdict.Maybe;
  const records = message.answers + message.authorities + message.additionals;
  let read = 0;
  while (message.record()) read++;
  return read === records && message.position === message.end ? Verdict.Yes : Verdict.No;
}

function plausibleHeader(): boolean {
  const { opcode, flags, questions } = message;
  if (opcode > Opcode.Update || opcode === 1 || opcode === 3) return false;
  if ((flags & Flag.Reserved) !== 0 || questions > 1) return false;
  if (message.isResponse) return message.responseCode <= 10;
  if (message.responseCode !== 0 || questions !== 1) return false;
  return opcode === Opcode.Update || (message.answers <= 1 && message.additionals <= 2);
}

/** Off its port, names are what people write and the class is one in use. */
function plausibleQuestion(): boolean {
  const { name } = message;
  if (message.class !== Class.Internet && message.class !== Class.Chaos) return false;
  for (let at = 0; at < name.length; at++) if ((name.bytes[at] as number) <= 0x20) return false;
  return message.type > 0 && message.type < 300 && (name.labels > 1 || message.class !== 1);
}

class Datagrams implements Session {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  data(side: Side, datagram: Reader): void {
    read(this.#context, side, datagram.bytes, datagram.position, datagram.end);
    datagram.position = datagram.end;
  }
}

/** Messages with their length before them (RFC 1035 §4.2.2). */
class Stream implements Session {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  data(side: Side, stream: Reader): void {
    while (stream.remaining >= 2) {
      const start = stream.position + 2;
      const length = u16(stream.bytes, stream.position);
      const there = stream.end - start;
      if (there < Math.min(length, READ_LIMIT)) return;
      read(this.#context, side, stream.bytes, start, start + Math.min(length, READ_LIMIT));
      stream.position = Math.min(start + length, stream.end);
      if (there < length) this.#context.skip(side, length - there);
    }
  }

  /** Nothing in the stream says where the next message starts. */
  gap(): void {
    this.#context.done();
  }
}

function read(context: Context, side: Side, bytes: Uint8Array, start: number, end: number): void {
  if (!message.begin(bytes, start, end)) return;
  if (message.isResponse) response(context, side);
  else query(context, side);
  const { fault } = message.name;
  if (fault > NameFault.Cut) {
    context.observe
      .about(side)
      .string("malformed", FAULTS[fault] as string)
      .emit();
  }
}

function query(context: Context, side: Side): void {
  if (message.opcode === Opcode.Update) {
    while (message.record()) register(context);
    return;
  }
  if (!message.question()) return;
  if (message.class === Class.Chaos) {
    const { name } = message;
    context.observe.about(side).text("chaos_query", name.bytes, 0, name.length).emit();
  } else if (message.type === Type.Axfr || message.type === Type.Ixfr) {
    transfer(context, other(side), "attempt");
  }
}

/** A host that writes its own name into the zone (RFC 2136 §2.5.1: class IN, a TTL, data). */
function register(context: Context): void {
  if (message.section !== Section.Authority || message.class !== Class.Internet) return;
  const version = addressVersion();
  if (version === 0 || !isPrivate(message.bytes, message.data, version)) return;
  context.observe
    .aboutAddress(message.bytes, -1, message.data, version)
    .text("host.name", message.name.bytes, 0, message.name.length)
    .emit();
}

function response(context: Context, side: Side): void {
  const { observe } = context;
  const code = message.responseCode;
  const recursion = (message.flags & Flag.RecursionAvailable) === 0 ? 0 : 1;
  observe.about(side).number("server", 1).number("recursion", recursion).emit();
  if (code !== 0) {
    observe
      .about(side)
      .string("error.code", RESPONSE_CODES[code] ?? "other")
      .emit();
  }
  if (message.opcode === Opcode.Update) {
    if (code === 0) observe.about(side).number("update", 1).emit();
    return;
  }
  if (message.question() && (message.type === Type.Axfr || message.type === Type.Ixfr)) {
    transfer(context, side, code === 0 && message.answers > 0 ? "success" : "failure");
  }
  while (message.record()) record(context, side);
}

function transfer(context: Context, side: Side, outcome: string): void {
  context.observe
    .about(side)
    .string("transfer", message.type === Type.Axfr ? "axfr" : "ixfr")
    .string("transfer_outcome", outcome)
    .emit();
}

function record(context: Context, side: Side): void {
  if (message.type === Type.Opt) nameServerId(context, side);
  else if (message.class === Class.Chaos) selfDescription(context, side);
  else if (message.class !== Class.Internet) return;
  else if (message.type === Type.Ptr) pointer(context);
  else {
    const version = addressVersion();
    if (version === 0 || !isPrivate(message.bytes, message.data, version)) return;
    context.observe
      .aboutAddress(message.bytes, -1, message.data, version)
      .text("name", message.name.bytes, 0, message.name.length)
      .emit();
  }
}

/** 4 or 6 when the record read last holds an address, else 0. */
function addressVersion(): 0 | 4 | 6 {
  const size = message.dataEnd - message.data;
  if (message.type === Type.A && size === 4) return 4;
  return message.type === Type.Aaaa && size === 16 ? 6 : 0;
}

function pointer(context: Context): void {
  const version = reverse.read(message.name);
  if (version === 0 || !isPrivate(reverse.bytes, 0, version)) return;
  if (target.read(message.bytes, message.start, message.end, message.data) < 0) return;
  context.observe
    .aboutAddress(reverse.bytes, -1, 0, version)
    .text("ptr_name", target.bytes, 0, target.length)
    .emit();
}

/** RFC 4892: the server's software and name, as TXT in class CH. */
function selfDescription(context: Context, side: Side): void {
  if (message.type !== Type.Txt) return;
  const { name, bytes, data } = message;
  const end = characterString(bytes, data, message.dataEnd);
  if (end < 0) return;
  const about = context.observe.about(side);
  if (name.is("version.bind") || name.is("version.server")) {
    about.text("version", bytes, data + 1, end).emit();
  } else if (name.is("hostname.bind") || name.is("id.server")) {
    about.text("hostname", bytes, data + 1, end).emit();
  }
}

function nameServerId(context: Context, side: Side): void {
  const { bytes, dataEnd } = message;
  for (let at = message.data; at + 4 <= dataEnd; ) {
    const end = at + 4 + u16(bytes, at + 2);
    if (end > dataEnd) return;
    if (u16(bytes, at) === NSID)
      context.observe
        .about(side)
        .text("nsid", bytes, at + 4, end)
        .emit();
    at = end;
  }
}
