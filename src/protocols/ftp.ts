/**
 * FTP: the control connection, and how much went over the data connections it arranges. Normative: RFC 959
 * (commands §4.1, replies §4.2), RFC 1123 §4.1, RFC 2228 and RFC 4217 (AUTH TLS), RFC 2428 (EPRT, EPSV).
 *
 * The password after PASS and the account after ACCT are never looked at.
 */
import type { Analyzer, Context, Session } from "../analysis/analyzer.ts";
import { Side } from "../flow/flow.ts";
import type { Reader } from "../packet/reader.ts";
import { startsWith } from "../packet/reader.ts";
import { COMMAND_NAMES, Command, commandAt, commandEnd, isTransfer } from "./ftp-commands.ts";
import { DataChannel } from "./ftp-data.ts";
import { delimitedPort, parenthesis, portOf, sizeIn } from "./ftp-numbers.ts";
import { isTls, LEADS, probe, replyCode } from "./ftp-probe.ts";

export const analyzer: Analyzer = {
  protocol: "ftp",
  fields: {
    /** A line of the greeting, without its code. */
    banner: "open",
    /** Answer to SYST: `UNIX Type: L8`. */
    system: "open",
    /** What the client calls itself (CLNT). */
    client: "open",
    /** The command that a file or an error belongs to. */
    command: "open",
    /** 1: the server agreed to AUTH TLS; what follows is encrypted. */
    tls: "open",
  },
  tcp: {
    ports: [21, 2121],
    leads: LEADS,
    probe,
    open: (context) => new FtpSession(context),
  },
};

/** Commands that wait for their reply; a client that sends more ahead is not followed exactly. */
const QUEUE_LIMIT = 16;
const USER_LIMIT = 128;
const NAME_LIMIT = 1024;
const BANNER_LINES = 8;
/** Lines that are no reply, outside of one, before we believe that this is not FTP. */
const STRAY_LINES = 32;

class FtpSession implements Session {
  readonly #context: Context;
  /** Each with the number of the login it came in, times 256: a reply to an earlier login says nothing. */
  readonly #queue: number[] = [];
  /** Code of the reply whose last line has not come, or 0. */
  #open = 0;
  #greeted = false;
  #bannerLines = 0;
  #strayLines = 0;

  /** The account of the login whose outcome is open. */
  #user: Uint8Array = EMPTY;
  #userLength = 0;
  #loggingIn = false;
  #passwordSeen = 0;
  #login = 0;
  #tlsAsked = false;

  #channel: DataChannel | null = null;
  /** The transfer in progress: its command, or `None`; its file name; its size by reply 150, or −1. */
  #transfer: Command = Command.None;
  #name: Uint8Array = EMPTY;
  #nameLength = 0;
  #declaredSize = -1;

  constructor(context: Context) {
    this.#context = context;
  }

  data(side: Side, message: Reader): void {
    while (message.line()) {
      const { bytes, lineStart, lineEnd } = message;
      if (side === Side.Originator) this.#commandLine(bytes, lineStart, lineEnd);
      else if (this.#replyLine(bytes, lineStart, lineEnd)) {
        this.#context.handOver("tls");
        return;
      }
    }
  }

  gap(): void {
    this.#unfinished();
    this.#queue.length = 0;
    this.#open = 0;
  }

  close(): void {
    this.#unfinished();
  }

  /** Replies that will not come any more, or were lost. */
  #unfinished(): void {
    if (this.#loggingIn) this.#outcome("attempt");
    if (this.#channel !== null && this.#channel.bytes > 0) this.#file();
    this.#transfer = Command.None;
  }

  #commandLine(bytes: Uint8Array, lineStart: number, end: number): void {
    let start = lineStart;
    // ABOR and STAT may come with Telnet's Interrupt Process and Synch before them: RFC 959 §4.1.3.
    while (start < end && ((bytes[start] as number) >= IAC_LEAST || bytes[start] === SPACE))
      start++;
    const wordEnd = commandEnd(bytes, start, end);
    if (wordEnd === start) return;
    const command = commandAt(bytes, start, wordEnd);
    if (this.#queue.length === QUEUE_LIMIT) {
      this.#unfinished();
      this.#queue.length = 0;
    }
    this.#command(command, bytes, Math.min(wordEnd + 1, end), end);
    this.#queue.push(command + this.#login * 256);
  }

  #command(command: Command, bytes: Uint8Array, start: number, end: number): void {
    if (command === Command.User) this.#account(bytes, start, end);
    else if (command === Command.Pass) {
      this.#loggingIn = true;
      if (end > start) this.#passwordSeen = 1;
    } else if (command === Command.Auth) this.#tlsAsked = isTls(bytes, start, end);
    else if (command === Command.Clnt) {
      this.#context.observe.about(Side.Originator).text("client", bytes, start, end).emit();
    } else if (command === Command.Port) this.#expect(Side.Originator, portOf(bytes, start, end));
    else if (command === Command.Eprt) {
      this.#expect(Side.Originator, delimitedPort(bytes, start, end));
    } else if (isTransfer(command)) this.#begin(command, bytes, start, end);
  }

  #account(bytes: Uint8Array, start: number, end: number): void {
    if (this.#loggingIn) this.#outcome("attempt");
    const length = Math.min(end - start, USER_LIMIT);
    if (this.#user === EMPTY) this.#user = new Uint8Array(USER_LIMIT);
    for (let index = 0; index < length; index++) {
      this.#user[index] = bytes[start + index] as number;
    }
    this.#userLength = length;
    this.#passwordSeen = 0;
    this.#login = (this.#login + 1) & 0xff;
    this.#loggingIn = true;
  }

  #expect(side: Side, port: number): void {
    // The reply that ended the last transfer was not seen.
    if (this.#channel !== null && this.#channel.bytes > 0) this.#file();
    this.#channel = port > 0 ? new DataChannel(this.#context, side, port) : null;
  }

  #begin(command: Command, bytes: Uint8Array, start: number, end: number): void {
    if (this.#transfer !== Command.None) this.#unfinished();
    this.#transfer = command;
    this.#declaredSize = -1;
    this.#rename(bytes, start, command === Command.Stou ? start : end);
  }

  #rename(bytes: Uint8Array, start: number, end: number): void {
    if (this.#name.length === 0) this.#name = new Uint8Array(NAME_LIMIT);
    const length = Math.min(end - start, NAME_LIMIT);
    for (let index = 0; index < length; index++) {
      this.#name[index] = bytes[start + index] as number;
    }
    this.#nameLength = length;
  }

  /** True when the server has agreed to TLS: this line is the last in clear text. */
  #replyLine(bytes: Uint8Array, start: number, end: number): boolean {
    const code = replyCode(bytes, start, end);
    const more = bytes[start + 3] === HYPHEN && end > start + 3;
    const last = this.#open === 0 ? !more : code === this.#open && !more;
    if (code === 0 && this.#open === 0) {
      if (++this.#strayLines > STRAY_LINES) this.#context.done();
      return false;
    }
    const current = this.#open === 0 ? code : this.#open;
    const text = code === current ? Math.min(start + 4, end) : start;
    if (current === 220 && !this.#greeted) this.#banner(bytes, text, end);
    if (!last) {
      this.#open = current;
      return false;
    }
    this.#open = 0;
    return this.#reply(current, bytes, text, end);
  }

  #banner(bytes: Uint8Array, start: number, end: number): void {
    if (++this.#bannerLines > BANNER_LINES) return;
    this.#context.observe.about(Side.Responder).text("banner", bytes, start, end).emit();
  }

  #reply(code: number, bytes: Uint8Array, text: number, end: number): boolean {
    if (code === 220 && !this.#greeted) {
      this.#greeted = true;
      return false;
    }
    this.#greeted = true;
    const entry = this.#queue[0] ?? Command.None;
    const command = (entry & 0xff) as Command;
    if (code < 200) {
      this.#preliminary(bytes, text, end);
      return false;
    }
    this.#queue.shift();
    if (code >= 400 && code < 600) this.#error(code, command);
    if (command >= Command.User && command <= Command.Acct) {
      if (entry >> 8 === this.#login) this.#loginReply(code, command);
    } else if (isTransfer(command)) this.#transferReply(code, bytes, text, end);
    return this.#answered(code, command, bytes, text, end);
  }

  #answered(code: number, command: Command, bytes: Uint8Array, text: number, end: number): boolean {
    if (code === 227) this.#expect(Side.Responder, portOf(bytes, text, end));
    else if (code === 229) {
      const inside = parenthesis(bytes, text, end);
      this.#expect(Side.Responder, delimitedPort(bytes, inside, end));
    } else if (code === 215 && command !== Command.Other) {
      this.#context.observe.about(Side.Responder).text("system", bytes, text, end).emit();
    } else if (code === 234 && this.#tlsAsked) {
      this.#context.observe.about(Side.Responder).number("tls", 1).emit();
      return true;
    }
    return false;
  }

  #error(code: number, command: Command): void {
    this.#context.observe
      .about(Side.Responder)
      .number("error.code", code)
      .string("command", COMMAND_NAMES[command] as string)
      .emit();
  }

  /** 331 and 332 ask for more (RFC 959 §5.4), 336 with a challenge (RFC 2228 §5). */
  #loginReply(code: number, command: Command): void {
    if (!this.#loggingIn || (code >= 300 && code < 400)) return;
    if (command === Command.Acct && code === 202) return;
    this.#outcome(code < 300 ? "success" : "failure");
  }

  #outcome(outcome: string): void {
    this.#context.observe
      .about(Side.Responder)
      .text("login.user", this.#user, 0, this.#userLength)
      .string("login.outcome", outcome)
      .string("login.mechanism", this.#isAnonymous() ? "anonymous" : "plain")
      .number("login.password_seen", this.#passwordSeen)
      .emit();
    this.#loggingIn = false;
  }

  /** RFC 1635; `ftp` is its customary short form. */
  #isAnonymous(): boolean {
    const length = this.#userLength;
    const name = length === 3 ? "ftp" : "anonymous";
    return length === name.length && startsWith(this.#user, 0, length, name);
  }

  #preliminary(bytes: Uint8Array, text: number, end: number): void {
    if (this.#transfer === Command.None) return;
    this.#declaredSize = sizeIn(bytes, text, end);
    this.#uniqueName(bytes, text, end);
  }

  /** STOU: the server chooses the name and says so. RFC 1123 §4.1.2.9. */
  #uniqueName(bytes: Uint8Array, text: number, end: number): void {
    const named = this.#transfer === Command.Stou && startsWith(bytes, text, end, "FILE: ");
    if (named) this.#rename(bytes, text + 6, end);
  }

  #transferReply(code: number, bytes: Uint8Array, text: number, end: number): void {
    if (this.#transfer === Command.None) return;
    this.#uniqueName(bytes, text, end);
    const moved = code < 300 || (this.#channel !== null && this.#channel.bytes > 0);
    if (moved) this.#file();
    this.#transfer = Command.None;
  }

  /** The size: what the data connection carried, or what the server said where nothing was seen of it. */
  #file(): void {
    if (this.#transfer === Command.None) return;
    const seen = this.#channel === null ? 0 : this.#channel.bytes;
    const size = seen > 0 ? seen : this.#declaredSize;
    const observe = this.#context.observe
      .about(Side.Responder)
      .text("file.name", this.#name, 0, this.#nameLength)
      .string("file.direction", this.#transfer === Command.Retr ? "sent" : "received")
      .string("command", COMMAND_NAMES[this.#transfer] as string);
    if (size >= 0) observe.number("file.size", size);
    observe.emit();
    this.#transfer = Command.None;
    this.#channel = null;
  }
}

/** Telnet's commands (RFC 854) are 240 and above. */
const IAC_LEAST = 0xf0;
const EMPTY = new Uint8Array(0);
const SPACE = 0x20;
const HYPHEN = 0x2d;
