/**
 * Telnet: what the server says of itself, who logs in, and with what outcome. Normative: RFC 854, RFC 855;
 * options RFC 1073, 1091, 1184, 1572, 2217, 2941, 2946.
 *
 * Nothing in the protocol marks a login: it is a conversation between two terminals, read as a person would
 * (`telnet-dialogue.ts`). Passwords are not kept, and of a session only lines that name a system.
 */
import type { Analyzer, Beginning, Context, Session } from "../analysis/analyzer.ts";
import { Verdict } from "../analysis/analyzer.ts";
import { FlowState, Side } from "../flow/flow.ts";
import type { Reader } from "../packet/reader.ts";
import { Dialogue } from "./telnet-dialogue.ts";
import { Nvt, NvtDecoder } from "./telnet-nvt.ts";
import { findUser, isAssigned, Option, SERVER_SIGNATURE, Sub } from "./telnet-options.ts";
import { Prompt, promptOf } from "./telnet-prompts.ts";

const PORTS = [23, 2323];

export const analyzer: Analyzer = {
  protocol: "telnet",
  fields: {
    /** A line of text that the server shows before it asks for anything. */
    banner: "open",
    /** Its question for a name; often holds the name of the host. */
    prompt: "identifier",
    /** A line after the login that names a system or a version; may hold the name of the host. */
    session: "identifier",
    /** 1: a shell that takes commands without ever asking who is there. */
    shell: "open",
    /** Terminal type of the client. */
    terminal: "open",
    /** What a serial-port server calls itself (RFC 2217). */
    signature: "open",
  },
  tcp: {
    ports: PORTS,
    probe,
    open: (context) => new TelnetSession(context),
  },
};

const IAC = 255;
const SB = 250;
const WILL = 251;
const DONT = 254;
/** Bytes of a beginning that are looked at. */
const PROBE_BYTES = 512;

function probe({ originator, responder, flow }: Beginning): Verdict {
  const server = negotiates(responder);
  const client = negotiates(originator);
  if (server === Verdict.Yes || client === Verdict.Yes) return Verdict.Yes;
  if (responder.remaining > 0 && asks(responder) && isText(responder)) return Verdict.Yes;
  if (startsWithIac(responder, server) || startsWithIac(originator, client)) return Verdict.No;
  // A client that speaks first is a terminal only where one is expected.
  if (originator.remaining > 0 && !PORTS.includes(flow.responderPort)) return client;
  return isText(responder) && isText(originator) ? Verdict.Maybe : Verdict.No;
}

/** Begins with a command of option negotiation. An MPEG audio frame begins 255 251 too: the option tells. */
function negotiates({ bytes, position: at, end }: Reader): Verdict {
  if (at >= end || bytes[at] !== IAC) return Verdict.No;
  if (end - at < 3) return Verdict.Maybe;
  const command = bytes[at + 1] as number;
  const option = bytes[at + 2] as number;
  const known = command === SB || (command >= WILL && command <= DONT);
  return known && isAssigned(option) ? Verdict.Yes : Verdict.No;
}

/** 255 comes first, but no negotiation follows. */
function startsWithIac(beginning: Reader, verdict: Verdict): boolean {
  return verdict === Verdict.No && beginning.peek() === IAC;
}

function isText({ bytes, position: at, end }: Reader): boolean {
  const limit = Math.min(end, at + PROBE_BYTES);
  for (let index = at; index < limit; index++) {
    const byte = bytes[index] as number;
    if (byte === IAC) return true;
    const control = byte < 0x20 && !(byte >= 0x07 && byte <= 0x0d) && byte !== ESC && byte !== 0;
    if (control || byte === 0x7f) return false;
  }
  return true;
}

/** Ends with a question for a name or a password, as nothing but a terminal server does. */
function asks({ bytes, position: at, end }: Reader): boolean {
  let start = end;
  while (start > at && end - start < 80 && (bytes[start - 1] as number) >= 0x20) start--;
  let length = 0;
  for (let index = start; index < end; index++) PROBE_LINE[length++] = bytes[index] as number;
  const prompt = promptOf(PROBE_LINE, length);
  return prompt === Prompt.Login || prompt === Prompt.Password;
}

const PROBE_LINE = new Uint8Array(80);
const ESC = 0x1b;

class TelnetSession implements Session {
  readonly #context: Context;
  readonly #dialogue: Dialogue;
  readonly #decoders = [new NvtDecoder(), new NvtDecoder()] as const;
  /** Ends that announced TLS: bits by side. */
  #tlsFollows = 0;
  /** What comes is encrypted, or handed over. */
  #closed = false;

  constructor(context: Context) {
    this.#context = context;
    this.#dialogue = new Dialogue(context.observe, !context.flow.has(FlowState.Midstream));
  }

  data(side: Side, message: Reader): void {
    const decoder = this.#decoders[side];
    const { bytes, end } = message;
    while (message.position < end && !this.#closed) {
      const byte = decoder.decode(bytes[message.position++] as number);
      if (byte === Nvt.Subnegotiation) this.#subnegotiation(side, decoder);
      else if (byte === Nvt.Nothing) continue;
      else if (side === Side.Responder) this.#dialogue.server(byte);
      else this.#dialogue.client(byte);
    }
    if (side === Side.Responder && !this.#closed) this.#dialogue.pause();
    if (this.#dialogue.over) this.#context.done();
  }

  gap(side: Side): void {
    this.#decoders[side].reset();
    this.#dialogue.lost();
  }

  close(): void {
    this.#dialogue.close();
  }

  #subnegotiation(side: Side, { option, content, length }: NvtDecoder): void {
    const kind = length > 0 ? (content[0] as number) : -1;
    if (option === Option.TerminalType && kind === Sub.Is) {
      this.#context.observe.about(side).text("terminal", content, 1, length).emit();
    } else if (option === Option.SerialPort && kind === SERVER_SIGNATURE) {
      this.#context.observe.about(Side.Responder).text("signature", content, 1, length).emit();
    } else if (option === Option.Environment || option === Option.OldEnvironment) {
      this.#environment(content, length, kind);
    } else this.#security(side, option, kind);
  }

  #security(side: Side, option: number, kind: number): void {
    if (option === Option.Authentication && side === Side.Originator && kind === Sub.Is) {
      this.#dialogue.authenticated();
    } else if (option === Option.Encryption && kind === Sub.EncryptionStart) {
      this.#closed = true;
      this.#dialogue.close();
      this.#context.done();
    } else if (option === Option.StartTls && kind === Sub.TlsFollows) {
      this.#tlsFollows |= 1 << side;
      if (this.#tlsFollows !== 3) return;
      this.#closed = true;
      this.#context.handOver("tls");
    }
  }

  /** A client may send the account ahead: whoever believes it asks for no name. */
  #environment(content: Uint8Array, length: number, kind: number): void {
    if ((kind !== Sub.Is && kind !== Sub.Info) || !findUser(content, length, SPAN)) return;
    this.#context.observe
      .about(Side.Responder)
      .text("login.user", content, SPAN.start, SPAN.end)
      .string("login.outcome", "attempt")
      .string("login.mechanism", "environ")
      .number("login.password_seen", 0)
      .emit();
    this.#dialogue.presetName(content, SPAN.start, SPAN.end);
  }
}

const SPAN = { start: 0, end: 0 };
