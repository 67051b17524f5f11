/**
 * The secrets of the corpus, and the search for them.
 *
 * A secret is a password of the manifest, or an SNMP community (those that everybody knows are shown on
 * purpose and are left out). It is looked for in every text that leaves the program about the capture it comes
 * from, in the forms it crosses the wire in: as it is, whatever its case, in Base64 (alone, and as
 * `user:password`), and in hexadecimal.
 *
 * What cannot be told from an innocent word is not looked for as a part of a text: a secret shorter than
 * `LEAST_LENGTH`, one that is a word of every prompt, and one that also stands in an answer of the manifest that
 * may be shown (a user name, a banner, a host name, a file name). Such a secret must still not be the whole of
 * a field, unless that answer is the whole of it as well. Words of our own signatures ("password") are no leak in
 * the sentences of an alert, but they are in a field.
 */
import { type Answer, answers, type Entry, text, texts } from "./manifest.ts";

const LEAST_LENGTH = 4;

/** A shorter one is looked for as a word: four letters are a part of many others ("fail" of "failure"). */
const WORD_LENGTH = 6;

/** What servers ask for a log-in with. */
const PROMPT_WORDS: ReadonlySet<string> = new Set(["account", "login", "name", "password", "user"]);

/** Communities of the corpus that are shown by name, because everybody knows them. */
const WELL_KNOWN: ReadonlySet<string> = new Set(["public", "private", "trap"]);

export interface Secret {
  /** Where it stands: `credentials[3]`. The secret itself must not get into a report. */
  readonly at: string;
  readonly value: string;
  /** Forms that may not occur anywhere within a text. Lower case. */
  readonly forms: readonly string[];
  /** May be the whole of a field because something that may be shown is the same. */
  readonly ambiguous: boolean;
}

export function secretsOf(entry: Entry): readonly Secret[] {
  const shown = shownTexts(entry.expect).map((value) => value.toLowerCase());
  const secrets: Secret[] = [];
  for (const [index, answer] of answers(entry, "credentials").entries()) {
    const value = text(answer, "password");
    if (value === undefined || value === "") continue;
    secrets.push(secret(`credentials[${index}]`, value, answer, shown));
  }
  for (const [index, answer] of answers(entry, "snmp").entries()) {
    for (const value of texts(answer, "community")) {
      if (isCommunity(answer, value)) secrets.push(secret(`snmp[${index}]`, value, answer, shown));
    }
  }
  return secrets;
}

/** Zeek writes the user of version 3, which is no secret, as a community. */
function isCommunity(answer: Answer, value: string): boolean {
  return text(answer, "version") !== "3" && !WELL_KNOWN.has(value.toLowerCase());
}

function secret(at: string, value: string, answer: Answer, shown: readonly string[]): Secret {
  const plain = value.toLowerCase();
  const user = text(answer, "user") ?? "";
  const within = shown.some((other) => other.includes(plain));
  const encoded = [
    Buffer.from(`${user}:${value}`).toString("base64"),
    Buffer.from(value).toString("base64"),
    Buffer.from(value).toString("hex"),
  ].filter((form) => form.length >= 2 * LEAST_LENGTH);
  const telling = value.length >= LEAST_LENGTH && !within && !PROMPT_WORDS.has(plain);
  const forms = telling ? [plain, ...encoded] : encoded;
  return {
    at,
    value,
    forms: forms.map((form) => form.toLowerCase()),
    ambiguous: shown.includes(plain),
  };
}

/** Every text of the answers that may be shown: all but secrets, and what the sources are called. */
function shownTexts(value: unknown, key = ""): string[] {
  if (key === "password" || key === "by" || key.endsWith("community")) return [];
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap((item) => shownTexts(item, key));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => shownTexts(item, name));
}

/** Whether the value gives the secret away: by being it, or, a text, by holding a form of it. */
export function leaks(secret: Secret, value: string | number): boolean {
  const plain = String(value).toLowerCase();
  if (plain === secret.value.toLowerCase()) return !secret.ambiguous;
  return typeof value === "string" && secret.forms.some((form) => holds(plain, form));
}

function holds(text: string, form: string): boolean {
  for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) {
    const around = text.charAt(at - 1) + text.charAt(at + form.length);
    if (form.length >= WORD_LENGTH || !/[a-z0-9]/.test(around)) return true;
  }
  return false;
}

/** Every text and number below a value; keys are ours and are left out. */
export function* valuesIn(value: unknown): Generator<string | number> {
  if (typeof value === "string" || typeof value === "number") yield value;
  else if (Array.isArray(value)) for (const item of value) yield* valuesIn(item);
  else if (typeof value === "object" && value !== null) yield* valuesIn(Object.values(value));
}
