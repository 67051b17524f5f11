/**
 * What a line of a Telnet server means to a person: a question for a name or a password, the prompt of a
 * shell, a refusal. No standard says; the words are those that systems and devices use.
 */

export const Prompt = { None: 0, Login: 1, Password: 2, Shell: 3 } as const;
export type Prompt = (typeof Prompt)[keyof typeof Prompt];

/** `letters`: bits of the low five bits of the letters that one of them begins or ends with. */
interface Words {
  readonly list: readonly string[];
  readonly letters: number;
}

/** Ends of a question for a name, lower case. */
const LOGIN_WORDS = atTheEnd([
  "login",
  "logon",
  "login name",
  "username",
  "user name",
  "user",
  "user id",
  "userid",
  "user-id",
  "account",
  "account name",
  "benutzername",
  "benutzer",
  "utilisateur",
  "identifiant",
  "usuario",
  "utente",
  "gebruikersnaam",
]);
/** Those that may end with `>`: elsewhere that is a shell. */
const PROMPTING_WORDS = atTheEnd(["username", "user name", "login"]);
/** Anywhere in the question. */
const PASSWORD_WORDS = anywhere([
  "password",
  "passwd",
  "passcode",
  "passphrase",
  "passwort",
  "kennwort",
  "mot de passe",
  "wachtwoord",
  "contrase",
  "senha",
]);
/** Only as its last word. */
const PASSWORD_ENDS = atTheEnd(["pass", "pin", "clave"]);

const REFUSALS = anywhere([
  "incorrect",
  "failed",
  "failure",
  "denied",
  "invalid",
  "not allowed",
  "not authorized",
  "unauthorized",
  "bad password",
  "bad login",
  "bad user",
  "unknown user",
  "refused",
  "rejected",
  "wrong",
  "unsuccessful",
  "illegal",
  "error",
  "falsch",
]);
/** Said to who got in, even where a refusal's word is in the line: "1 failed login since the last …". */
const WELCOMES = anywhere([
  "last login",
  "last failed login",
  "since the last",
  "last successful",
  "login successful",
  "authentication successful",
  "access granted",
]);

/** First word of the line that `uname -a` and kernels print. */
const SYSTEMS = [
  "linux ",
  "sunos ",
  "freebsd ",
  "openbsd ",
  "netbsd ",
  "aix ",
  "hp-ux ",
  "irix ",
  "osf1 ",
  "qnx ",
  "vxworks ",
  "darwin ",
  "unix ",
  "busybox v",
];
const VERSION_WORDS = anywhere(["version", "revision", "firmware", "release"]);
/** A line that identifies a system is short. */
const SYSTEM_LINE_LIMIT = 200;
/** So is the prompt of a shell. */
const SHELL_LIMIT = 80;

function anywhere(list: readonly string[]): Words {
  return { list, letters: lettersOf(list, (word) => word.charCodeAt(0)) };
}

function atTheEnd(list: readonly string[]): Words {
  return { list, letters: lettersOf(list, (word) => word.charCodeAt(word.length - 1)) };
}

function lettersOf(list: readonly string[], letter: (word: string) => number): number {
  return list.reduce((bits, word) => bits | (1 << (letter(word) & 31)), 0);
}

/** What the unfinished line that the server shows is. */
export function promptOf(line: Uint8Array, length: number): Prompt {
  const end = trimmed(line, length);
  if (end === 0) return Prompt.None;
  const last = line[end - 1] as number;
  if (last === COLON || last === GREATER || last === QUESTION || last === EQUALS) {
    const question = questionOf(line, end - 1, last);
    if (question !== Prompt.None) return question;
  } else if (isWhole(line, end, "password")) return Prompt.Password;
  return isShell(line, end, last) ? Prompt.Shell : Prompt.None;
}

/** The line holds a question and what was answered: "login: bob". */
export function isAnswered(line: Uint8Array, length: number): boolean {
  for (let at = 0; at < length; at++) {
    const mark = line[at] === COLON || line[at] === GREATER;
    if (mark && questionOf(line, at, line[at] as number) !== Prompt.None) return true;
  }
  return false;
}

/** The server says that it does not let the user in. */
export function isRefusal(line: Uint8Array, length: number): boolean {
  return containsAny(line, length, REFUSALS) && !containsAny(line, length, WELCOMES);
}

/** The server says something that only a user who got in is told. */
export function isWelcome(line: Uint8Array, length: number): boolean {
  return containsAny(line, length, WELCOMES);
}

/** The line names a system and its version, and is nothing else. */
export function isSystemLine(line: Uint8Array, length: number): boolean {
  if (length > SYSTEM_LINE_LIMIT || !hasDigit(line, length)) return false;
  if (containsAny(line, length, VERSION_WORDS)) return true;
  for (const system of SYSTEMS) if (isAt(line, 0, length, system)) return true;
  return false;
}

function questionOf(line: Uint8Array, mark: number, last: number): Prompt {
  const end = withoutGroup(line, trimmed(line, mark));
  if (containsAny(line, end, PASSWORD_WORDS)) return Prompt.Password;
  if (endsWithAny(line, end, PASSWORD_ENDS)) return Prompt.Password;
  return endsWithAny(line, end, last === GREATER ? PROMPTING_WORDS : LOGIN_WORDS)
    ? Prompt.Login
    : Prompt.None;
}

/** As a word of its own, and not of "last login: …". */
function endsWithAny(line: Uint8Array, end: number, words: Words): boolean {
  if (end === 0 || ((words.letters >> ((line[end - 1] as number) & 31)) & 1) === 0) return false;
  for (const word of words.list) {
    if (endsWith(line, end, word) && !endsWith(line, trimmed(line, end - word.length), "last"))
      return true;
  }
  return false;
}

function isShell(line: Uint8Array, end: number, last: number): boolean {
  if (end > SHELL_LIMIT) return false;
  if (last === DOLLAR || last === HASH || last === GREATER) return true;
  return last === PERCENT && !(end > 1 && isDigit(line[end - 2] as number));
}

/** Without one `(…)` or `[…]` at the end: "Username (admin)". */
function withoutGroup(line: Uint8Array, end: number): number {
  const last = line[end - 1];
  const opening = last === 0x29 ? 0x28 : last === 0x5d ? 0x5b : -1;
  for (let at = end - 2; opening >= 0 && at >= 0; at--) {
    if (line[at] === opening) return trimmed(line, at);
  }
  return end;
}

function trimmed(line: Uint8Array, length: number): number {
  let end = length;
  while (end > 0 && line[end - 1] === SPACE) end--;
  return end;
}

/** Whether the text up to `end` ends with `word`, as a word of its own. */
function endsWith(line: Uint8Array, end: number, word: string): boolean {
  const at = end - word.length;
  if (at < 0 || !isAt(line, at, end, word)) return false;
  return at === 0 || !isLetter(line[at - 1] as number);
}

function isWhole(line: Uint8Array, end: number, word: string): boolean {
  return end === word.length && isAt(line, 0, end, word);
}

function containsAny(line: Uint8Array, length: number, words: Words): boolean {
  const { list, letters } = words;
  for (let at = 0; at < length; at++) {
    if (((letters >> ((line[at] as number) & 31)) & 1) === 0) continue;
    for (let index = 0; index < list.length; index++) {
      if (isAt(line, at, length, list[index] as string)) return true;
    }
  }
  return false;
}

/** Whether `word`, lower case, stands at `at` in either case. */
function isAt(line: Uint8Array, at: number, end: number, word: string): boolean {
  if (at + word.length > end) return false;
  for (let index = 0; index < word.length; index++) {
    const byte = line[at + index] as number;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
    if (lower !== word.charCodeAt(index)) return false;
  }
  return true;
}

function hasDigit(line: Uint8Array, length: number): boolean {
  for (let at = 0; at < length; at++) if (isDigit(line[at] as number)) return true;
  return false;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

const SPACE = 0x20;
const HASH = 0x23;
const DOLLAR = 0x24;
const PERCENT = 0x25;
const COLON = 0x3a;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const QUESTION = 0x3f;
