/** FTP commands and where they lie in a line. Normative: RFC 959 §4.1 and §5.3, RFC 2228, 2389, 2428, 3659. */

/** Commands that mean something to the analyzer; `Other` stands for every other word. */
export const Command = {
  None: 0,
  Other: 1,
  User: 2,
  Pass: 3,
  Acct: 4,
  Auth: 5,
  Syst: 6,
  Pasv: 7,
  Epsv: 8,
  Port: 9,
  Eprt: 10,
  Retr: 11,
  Stor: 12,
  Stou: 13,
  Appe: 14,
  List: 15,
  Nlst: 16,
  Mlsd: 17,
  Clnt: 18,
  Feat: 19,
  Type: 20,
  Pwd: 21,
  Xpwd: 22,
  Cwd: 23,
  Size: 24,
  Mdtm: 25,
  Opts: 26,
  Quit: 27,
  Dele: 28,
  Mkd: 29,
  Rmd: 30,
  Rnfr: 31,
  Rnto: 32,
  Rest: 33,
  Site: 34,
  Pbsz: 35,
  Prot: 36,
  Noop: 37,
  Help: 38,
  Stat: 39,
  Abor: 40,
  Cdup: 41,
  Mode: 42,
  Stru: 43,
  Mlst: 44,
  Rein: 45,
  Ccc: 46,
} as const;
export type Command = (typeof Command)[keyof typeof Command];

/** As written on the wire, by number. */
export const COMMAND_NAMES: readonly string[] = Object.keys(Command).map((name, index) =>
  index < 2 ? "" : name.toUpperCase(),
);

/** Words that other protocols with the same look (POP3, SMTP, NNTP, IRC) do not have. */
const FTP_ONLY: readonly Command[] = [
  Command.Syst,
  Command.Pasv,
  Command.Epsv,
  Command.Port,
  Command.Eprt,
  Command.Stor,
  Command.Nlst,
  Command.Mlsd,
  Command.Feat,
  Command.Type,
  Command.Pwd,
  Command.Xpwd,
  Command.Cwd,
  Command.Size,
  Command.Mdtm,
];

/** By length of the word, for a quick search. */
const BY_LENGTH: readonly (readonly Command[])[] = Array.from({ length: 5 }, (_, length) =>
  (Object.values(Command) as Command[]).filter(
    (command) => (COMMAND_NAMES[command] as string).length === length && command > Command.Other,
  ),
);

export function isFtpOnly(command: Command): boolean {
  return FTP_ONLY.includes(command);
}

/** Commands that a data connection answers, and that carry a file rather than a listing. */
export function isTransfer(command: Command): boolean {
  return command >= Command.Retr && command <= Command.Appe;
}

/** One past the word that begins at `start`: letters only. */
export function commandEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isLetter(bytes[at] as number)) at++;
  return at;
}

/** Which command the word from `start` to `end` is. */
export function commandAt(bytes: Uint8Array, start: number, end: number): Command {
  const length = end - start;
  if (length < 3 || length > 4) return Command.Other;
  for (const command of BY_LENGTH[length] as readonly Command[]) {
    if (isWord(bytes, start, COMMAND_NAMES[command] as string)) return command;
  }
  return Command.Other;
}

function isWord(bytes: Uint8Array, start: number, word: string): boolean {
  for (let index = 0; index < word.length; index++) {
    if (((bytes[start + index] as number) & 0xdf) !== word.charCodeAt(index)) return false;
  }
  return true;
}

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}
