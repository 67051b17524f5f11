/**
 * Who registered the prefix of a MAC address: IEEE MA-L (24 bit), MA-M (28 bit), MA-S (36 bit); the longest
 * prefix wins. Says who made the network interface, which is often not who made the device.
 *
 * The registry (`oui-data`) is 5.6 MB of JSON with one entry per line, in order. It is kept as bytes, and
 * only the entries asked for are decoded.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { compareText, isInterface, isLocallyAdministered } from "./address.ts";

/** Digits of a prefix. */
const LARGE = 6;
/** Digits of the prefixes that divide a large one, longest first. */
const SMALLER = [9, 7] as const;
/** Who holds the large prefixes that are divided, when the registry lists these. */
const DIVIDED = "IEEE Registration Authority";
/** What the registry says of a prefix whose owner pays not to be named. */
const UNNAMED = "private";

/** Large prefixes remembered; when there are more, all are forgotten. */
const MOST_KNOWN = 4096;

const LINE_FEED = 10;
const QUOTE = 34;
const SPACE = 32;

let registry: Registry | null = null;

/**
 * The registrant's name, or undefined for a prefix that is not registered, for one registered as private,
 * and for a locally administered address, which says nothing.
 */
export function registrantOf(mac: string): string | undefined {
  if (!isInterface(mac) || isLocallyAdministered(mac)) return undefined;
  registry ??= new Registry(createRequire(import.meta.url).resolve("oui-data"));
  const name = registry.nameOf(mac.replaceAll(":", "").toUpperCase());
  return name?.toLowerCase() === UNNAMED ? undefined : name;
}

/** Lines `"001B54": "Cisco Systems, Inc\n…",` by length of the prefix, then by prefix. */
class Registry {
  readonly #bytes: Buffer;
  readonly #known = new Map<string, string | undefined>();

  constructor(path: string) {
    this.#bytes = readFileSync(path);
  }

  /** Of the longest prefix of the digits. */
  nameOf(digits: string): string | undefined {
    const large = digits.slice(0, LARGE);
    let name = this.#known.get(large);
    if (name === undefined && !this.#known.has(large)) {
      name = this.#find(large);
      if (this.#known.size >= MOST_KNOWN) this.#known.clear();
      this.#known.set(large, name);
    }
    if (name !== undefined && name !== DIVIDED) return name;
    for (const length of SMALLER) {
      const smaller = this.#find(digits.slice(0, length));
      if (smaller !== undefined) return smaller;
    }
    return name;
  }

  /** The first line of an entry is the name, the others are the postal address. */
  #find(prefix: string): string | undefined {
    let from = 0;
    let to = this.#bytes.length;
    while (from < to) {
      const start = this.#lineStart(Math.floor((from + to) / 2), from);
      const end = this.#lineEnd(start);
      const order = this.#compare(start, prefix);
      if (order === 0) return nameIn(this.#bytes.toString("utf8", start, end));
      if (order < 0) from = end + 1;
      else to = start;
    }
    return undefined;
  }

  #lineStart(at: number, from: number): number {
    const before = at === 0 ? -1 : this.#bytes.lastIndexOf(LINE_FEED, at - 1);
    return Math.max(from, before + 1);
  }

  #lineEnd(start: number): number {
    const end = this.#bytes.indexOf(LINE_FEED, start);
    return end < 0 ? this.#bytes.length : end;
  }

  /** How the prefix of a line compares with another one. The brackets around all have none: they enclose. */
  #compare(start: number, prefix: string): number {
    const open = this.#bytes.indexOf(QUOTE, start);
    if (this.#bytes[start] !== SPACE || open < 0) return start === 0 ? -1 : 1;
    const length = this.#bytes.indexOf(QUOTE, open + 1) - open - 1;
    if (length !== prefix.length) return length - prefix.length;
    return compareText(this.#bytes.toString("latin1", open + 1, open + 1 + length), prefix);
  }
}

/** Of a line. */
function nameIn(line: string): string {
  const entry = JSON.parse(line.slice(line.indexOf(":") + 1).replace(/,?\s*$/, "")) as string;
  const end = entry.indexOf("\n");
  return (end < 0 ? entry : entry.slice(0, end)).trim();
}
