/**
 * SSH up to the key exchange: who speaks which version with which software, and what each end offers.
 * Normative: RFC 4253 §4.2 (identification), §6 (packets), §7.1 (SSH_MSG_KEXINIT); "1.99" RFC 4253 §5.1;
 * SSH 1.x as in draft-ylonen-ssh-protocol-00. HASSH is a method of Salesforce, BSD-3-Clause: the MD5 of
 * the lists that one end offers for its own direction, `kex;encryption;mac;compression`.
 *
 * A list longer than one text is told in several observations, cut at commas: a condition on one algorithm
 * finds it in whichever holds it.
 */
import { createHash } from "node:crypto";
import type { Analyzer, Beginning, Context, Session } from "../analysis/analyzer.ts";
import { Verdict } from "../analysis/analyzer.ts";
import { Side } from "../flow/flow.ts";
import type { Reader } from "../packet/reader.ts";
import { startsWith } from "../packet/reader.ts";

const PORTS = [22, 2222];

export const analyzer: Analyzer = {
  protocol: "ssh",
  fields: {
    /** The identification line, whole. */
    banner: "open",
    /** Between the first two hyphens of it: `2.0`, `1.99`, `1.5`. */
    protocol_version: "open",
    /** What follows, up to a space: `OpenSSH_8.2p1`. */
    software: "open",
    /** Fingerprint of what a client, or a server, offers. */
    hassh: "open",
    hassh_server: "open",
    /** Offers in order of preference, comma-separated; of encryption and MAC those for its own direction. */
    kex: "open",
    host_key_algorithms: "open",
    ciphers: "open",
    macs: "open",
    compression: "open",
    /** Whose offer it is, beside each list: `client` or `server`. */
    side: "open",
  },
  tcp: {
    ports: PORTS,
    leads: { originator: [0x53] },
    // RFC 4253 §6.1: packets of 35000 bytes must be understood.
    limit: 36_864,
    probe,
    open: (context) => new SshSession(context),
  },
};

const LF = 0x0a;
const CR = 0x0d;
const HYPHEN = 0x2d;
const COMMA = 0x2c;
const SPACE = 0x20;
const DOT = 0x2e;

/** RFC 4253 §4.2: the line has at most 255 characters, its end included. Some send more. */
const LINE_LIMIT = 512;
/** Lines that a server may send first. The RFC names no limit. */
const EARLIER_LINES = 32;
const PACKET_LIMIT = 35_000;
/** Packets before SSH_MSG_KEXINIT: SSH_MSG_IGNORE and SSH_MSG_DEBUG are allowed at any time. */
const EARLIER_PACKETS = 4;
/** Bytes of one end that pass while the other is silent (a one-sided capture) before we give up on it. */
const PATIENCE = 65_536;

const Message = { Ignore: 2, Debug: 4, KexInit: 20 } as const;

/** Lists of SSH_MSG_KEXINIT in order. Server-to-client follows client-to-server. */
const List = { Kex: 0, HostKey: 1, Cipher: 2, Mac: 4, Compression: 6, Count: 10 } as const;

/** Characters of one text: see `Observer.text`. */
const TEXT = 256;

const Phase = { Identification: 0, KeyExchange: 1, Over: 2 } as const;
type Phase = (typeof Phase)[keyof typeof Phase];

function probe({ originator, responder, flow }: Beginning): Verdict {
  const client = identifies(originator);
  const server = identifies(responder);
  if (client === Verdict.Yes || server === Verdict.Yes) return Verdict.Yes;
  if (client === Verdict.No) return Verdict.No;
  // A server may say something else first. The client, who may not, can be slow or unseen.
  const patient = server === Verdict.Maybe || PORTS.includes(flow.responderPort);
  return patient && isText(responder) ? Verdict.Maybe : Verdict.No;
}

/** `Maybe`: too few bytes. */
function identifies(beginning: Reader): Verdict {
  const { bytes, position: at, end } = beginning;
  if (end - at >= 6) {
    if (!startsWith(bytes, at, end, "SSH-")) return Verdict.No;
    const major = bytes[at + 4];
    return (major === 0x31 || major === 0x32) && bytes[at + 5] === DOT ? Verdict.Yes : Verdict.No;
  }
  return startsWith(bytes, at, end, "SSH-2.".slice(0, end - at)) ? Verdict.Maybe : Verdict.No;
}

function isText(beginning: Reader): boolean {
  const end = Math.min(beginning.end, beginning.position + 64);
  for (let at = beginning.position; at < end; at++) {
    const byte = beginning.bytes[at] as number;
    if (byte < SPACE && byte !== CR && byte !== LF && byte !== 0x09) return false;
  }
  return true;
}

class SshSession implements Session {
  readonly #context: Context;
  readonly #phase: [Phase, Phase] = [Phase.Identification, Phase.Identification];
  readonly #count: [number, number] = [0, 0];
  /** Where each list of the packet being read starts and ends. */
  readonly #starts = new Uint16Array(List.Count);
  readonly #ends = new Uint16Array(List.Count);

  constructor(context: Context) {
    this.#context = context;
  }

  data(side: Side, message: Reader): void {
    if (this.#phase[side] === Phase.Identification) this.#identification(side, message);
    if (this.#phase[side] === Phase.KeyExchange) this.#packets(side, message);
    if (this.#phase[side] !== Phase.Over) return;
    message.position = message.end;
    const seen = this.#phase[side === 0 ? 1 : 0] === Phase.Over;
    if (seen || this.#context.streamed(side) > PATIENCE) this.#context.done();
  }

  gap(side: Side): void {
    this.#over(side);
  }

  #over(side: Side): void {
    this.#phase[side] = Phase.Over;
    if (this.#phase[0] === Phase.Over && this.#phase[1] === Phase.Over) this.#context.done();
  }

  #identification(side: Side, message: Reader): void {
    while (message.line()) {
      const { bytes, lineStart, lineEnd } = message;
      if (startsWith(bytes, lineStart, lineEnd, "SSH-")) {
        this.#phase[side] = Phase.KeyExchange;
        this.#count[side] = 0;
        this.#identified(side, bytes, lineStart, lineEnd);
        return;
      }
      if (side === Side.Originator || ++this.#count[side] > EARLIER_LINES) {
        this.#over(side);
        return;
      }
    }
    if (message.remaining > LINE_LIMIT) this.#over(side);
  }

  #identified(side: Side, bytes: Uint8Array, start: number, end: number): void {
    const version = start + 4;
    let hyphen = version;
    while (hyphen < end && bytes[hyphen] !== HYPHEN) hyphen++;
    let space = hyphen;
    while (space < end && bytes[space] !== SPACE) space++;
    this.#context.observe
      .about(side)
      .text("banner", bytes, start, end)
      .text("protocol_version", bytes, version, hyphen)
      .text("software", bytes, Math.min(hyphen + 1, end), space)
      .emit();
    // SSH 1 has no SSH_MSG_KEXINIT. "1.99" is a server that speaks both.
    const one = bytes[version] === 0x31 && !startsWith(bytes, version, hyphen, "1.99");
    if (one) this.#over(side);
  }

  #packets(side: Side, message: Reader): void {
    while (this.#phase[side] === Phase.KeyExchange && message.remaining >= 6) {
      const start = message.position;
      const length = message.u32();
      const padding = message.u8();
      const type = message.u8();
      const sound = length >= 5 && length <= PACKET_LIMIT && padding + 2 <= length;
      const early = type === Message.Ignore || type === Message.Debug;
      if (!sound || (type !== Message.KexInit && !early)) {
        this.#over(side);
        return;
      }
      if (message.remaining < length - 2) {
        message.rewind(start);
        return;
      }
      const end = start + 4 + length;
      if (type === Message.KexInit) this.#kexInit(side, message, end - padding);
      if (type === Message.KexInit || ++this.#count[side] > EARLIER_PACKETS) this.#over(side);
      message.position = end;
    }
  }

  /** Sixteen bytes of cookie, then ten name-lists. */
  #kexInit(side: Side, message: Reader, end: number): void {
    const base = message.position;
    let at = base + 16;
    for (let index = 0; index < List.Count; index++) {
      if (at + 4 > end) return;
      message.position = at;
      const length = message.u32();
      at += 4;
      if (length > end - at) return;
      this.#starts[index] = at - base;
      at += length;
      this.#ends[index] = at - base;
    }
    const own = side === Side.Originator ? 0 : 1;
    const { bytes } = message;
    this.#fingerprint(side, bytes, base, own);
    this.#list(side, "kex", bytes, base, List.Kex);
    this.#list(side, "host_key_algorithms", bytes, base, List.HostKey);
    this.#list(side, "ciphers", bytes, base, List.Cipher + own);
    this.#list(side, "macs", bytes, base, List.Mac + own);
    this.#list(side, "compression", bytes, base, List.Compression + own);
  }

  #fingerprint(side: Side, bytes: Uint8Array, base: number, own: number): void {
    const hash = createHash("md5");
    for (const list of [List.Kex, List.Cipher + own, List.Mac + own, List.Compression + own]) {
      if (list !== List.Kex) hash.update(";");
      const start = base + (this.#starts[list] as number);
      hash.update(bytes.subarray(start, base + (this.#ends[list] as number)));
    }
    const field = side === Side.Originator ? "hassh" : "hassh_server";
    this.#context.observe.about(side).string(field, hash.digest("hex")).emit();
  }

  #list(side: Side, field: string, bytes: Uint8Array, base: number, list: number): void {
    const end = base + (this.#ends[list] as number);
    let start = base + (this.#starts[list] as number);
    const whose = side === Side.Originator ? "client" : "server";
    while (start < end) {
      let stop = Math.min(end, start + TEXT);
      if (stop < end) {
        let comma = stop;
        while (comma > start && bytes[comma] !== COMMA) comma--;
        if (comma > start) stop = comma;
      }
      this.#context.observe
        .about(side)
        .text(field, bytes, start, stop)
        .string("side", whose)
        .emit();
      start = bytes[stop] === COMMA ? stop + 1 : stop;
    }
  }
}
