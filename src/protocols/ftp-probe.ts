/**
 * Telling FTP from what looks like it: SMTP greets with 220 too, POP3 and IRC have USER and PASS, NNTP has
 * three-digit replies.
 */
import type { Beginning } from "../analysis/analyzer.ts";
import { Verdict } from "../analysis/analyzer.ts";
import type { Reader } from "../packet/reader.ts";
import { startsWith } from "../packet/reader.ts";
import { COMMAND_NAMES, Command, commandAt, commandEnd, isFtpOnly } from "./ftp-commands.ts";
import { delimitedPort, parenthesis, portOf } from "./ftp-numbers.ts";

/** How far into the first message a word is looked for, and into how many lines of a client. */
const WORD_DISTANCE = 512;
const CLIENT_LINES = 6;

/** First bytes: of a command in either case, of a reply. */
export const LEADS = {
  originator: [...new Set(COMMAND_NAMES.join("X") + COMMAND_NAMES.join("x").toLowerCase())].map(
    (letter) => letter.charCodeAt(0),
  ),
  responder: [0x31, 0x32, 0x33, 0x34, 0x35, 0x36],
};

export function probe({ originator, responder }: Beginning): Verdict {
  const server = responder.remaining > 0 ? serverSays(responder) : Verdict.Maybe;
  if (server !== Verdict.Maybe) return server;
  return originator.remaining > 0 ? clientSays(originator, responder.remaining > 0) : server;
}

function serverSays(reply: Reader): Verdict {
  const { bytes, position: at, end } = reply;
  if (end - at < 4) return Verdict.Maybe;
  const code = replyCode(bytes, at, end);
  if (code === 0) return Verdict.No;
  if (has(reply, "SMTP")) return Verdict.No;
  if (code === 220 || code === 120) return has(reply, "FTP") ? Verdict.Yes : Verdict.Maybe;
  return isTelling(reply, code, at + 4) ? Verdict.Yes : Verdict.Maybe;
}

/** Replies in mid-stream that nobody else gives. */
function isTelling(reply: Reader, code: number, text: number): boolean {
  const { bytes, end } = reply;
  if (code === 227) return portOf(bytes, text, end) > 0;
  if (code === 229) return delimitedPort(bytes, parenthesis(bytes, text, end), end) > 0;
  if (code === 331) return has(reply, "password");
  if (code === 150) return has(reply, "data connection");
  return code === 226 && has(reply, "transfer");
}

/** The first lines of a client; `greeted`: behind a reply that may be an FTP server's. */
function clientSays(commands: Reader, greeted: boolean): Verdict {
  for (let count = 0; count < CLIENT_LINES && commands.remaining > 0; count++) {
    const verdict = lineSays(commands, greeted);
    if (verdict !== Verdict.Maybe) return verdict;
    if (!commands.line()) return verdict;
  }
  return Verdict.Maybe;
}

function lineSays({ bytes, position: at, end }: Reader, greeted: boolean): Verdict {
  const wordEnd = commandEnd(bytes, at, end);
  // The word may still be coming in.
  if (wordEnd === end) return end - at <= 4 ? Verdict.Maybe : Verdict.No;
  const after = bytes[wordEnd];
  if (after !== SPACE && after !== CR && after !== LF) return Verdict.No;
  const command = commandAt(bytes, at, wordEnd);
  if (command === Command.Other) return Verdict.No;
  if (isFtpOnly(command)) return Verdict.Yes;
  // Behind a greeting of 220, USER and AUTH are neither POP3's nor IRC's.
  if (greeted && command === Command.User) return Verdict.Yes;
  if (command !== Command.Auth) return Verdict.Maybe;
  return greeted || isTls(bytes, wordEnd + 1, end) ? Verdict.Yes : Verdict.Maybe;
}

/** Whether AUTH asks for TLS: RFC 4217 §4, and the older SSL. */
export function isTls(bytes: Uint8Array, start: number, end: number): boolean {
  return startsWith(bytes, start, end, "TLS") || startsWith(bytes, start, end, "SSL");
}

/** Three digits, 100 to 699, or 0. */
export function replyCode(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 3) return 0;
  const first = (bytes[start] as number) - ZERO;
  const second = (bytes[start + 1] as number) - ZERO;
  const third = (bytes[start + 2] as number) - ZERO;
  if (first < 1 || first > 6 || second < 0 || second > 9 || third < 0 || third > 9) return 0;
  return first * 100 + second * 10 + third;
}

function has(reply: Reader, word: string): boolean {
  const end = Math.min(reply.end, reply.position + WORD_DISTANCE);
  for (let at = reply.position; at + word.length <= end; at++) {
    if (startsWith(reply.bytes, at, end, word)) return true;
  }
  return false;
}

const ZERO = 0x30;
const SPACE = 0x20;
const CR = 0x0d;
const LF = 0x0a;
