/**
 * Who registered the prefix of a MAC address: IEEE MA-L (24 bit), MA-M (28 bit), MA-S (36 bit); the longest
 * prefix wins. Says who made the network interface, which is often not who made the device.
 *
 * The registry (`oui-data`) is 5.6 MB of JSON with one entry per line. It is kept as bytes with an index of
 * 1.5 MB, and only the entries asked for are decoded.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isInterface, isLocallyAdministered } from "./address.ts";

/** Digits of a prefix, longest first. */
const LENGTHS = [9, 7, 6] as const;
/** What the registry says of a prefix whose owner pays not to be named. */
const UNNAMED = "private";

const LINE_FEED = 10;
const QUOTE = 34;
/** Slots of the index: more than twice the 53,730 entries. */
const SLOTS = 1 << 17;
/** Lets prefixes of different lengths be different numbers. */
const PER_DIGIT = 2 ** 36;

let registry: Registry | null = null;

/**
 * The registrant's name, or undefined for a prefix that is not registered, for one registered as private,
 * and for a locally administered address, which says nothing.
 */
export function registrantOf(mac: string): string | undefined {
  if (!isInterface(mac) || isLocallyAdministered(mac)) return undefined;
  registry ??= new Registry(createRequire(import.meta.url).resolve("oui-data"));
  const digits = mac.replaceAll(":", "");
  for (const length of LENGTHS) {
    const entry = registry.find(digits.slice(0, length));
    if (entry !== undefined) return named(entry);
  }
  return undefined;
}

/** The first line of an entry is the name, the others are the postal address. */
function named(entry: string): string | undefined {
  const end = entry.indexOf("\n");
  const name = (end < 0 ? entry : entry.slice(0, end)).trim();
  return name.toLowerCase() === UNNAMED ? undefined : name;
}

/** Lines `"001B54": "Cisco Systems, Inc\n…",` by open addressing. Read when the first address is seen. */
class Registry {
  readonly #bytes: Buffer;
  readonly #keys = new Float64Array(SLOTS);
  readonly #lines = new Uint32Array(SLOTS);

  constructor(path: string) {
    this.#bytes = readFileSync(path);
    let entries = 0;
    for (let at = 0; at >= 0 && entries < SLOTS / 2; at = this.#bytes.indexOf(LINE_FEED, at + 1)) {
      const start = this.#bytes[at] === LINE_FEED ? at + 1 : at;
      const key = this.#keyAt(start + 2);
      if (key === 0) continue;
      const slot = this.#slotOf(key);
      this.#keys[slot] = key;
      this.#lines[slot] = start;
      entries++;
    }
  }

  find(digits: string): string | undefined {
    const slot = this.#slotOf(keyOf(digits.length, Number.parseInt(digits, 16)));
    if (this.#keys[slot] === 0) return undefined;
    const start = this.#lines[slot] as number;
    const end = this.#bytes.indexOf(LINE_FEED, start);
    const line = this.#bytes.toString("utf8", start, end < 0 ? this.#bytes.length : end);
    const value = line.slice(line.indexOf(":") + 1).replace(/,?\s*$/, "");
    return JSON.parse(value) as string;
  }

  /** The prefix between the quotes that begin a line, 0 when the line is none. */
  #keyAt(from: number): number {
    const bytes = this.#bytes;
    if (bytes[from - 1] !== QUOTE) return 0;
    let value = 0;
    let at = from;
    for (; bytes[at] !== QUOTE; at++) {
      const digit = digitOf(bytes[at] ?? 0);
      if (digit < 0 || at - from >= LENGTHS[0]) return 0;
      value = value * 16 + digit;
    }
    return keyOf(at - from, value);
  }

  #slotOf(key: number): number {
    let slot = Math.imul(key ^ Math.floor(key / 0x1_0000_0000), 0x9e3779b1) >>> 15;
    while (this.#keys[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & (SLOTS - 1);
    return slot;
  }
}

function keyOf(length: number, value: number): number {
  return length * PER_DIGIT + value;
}

function digitOf(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  return byte >= 65 && byte <= 70 ? byte - 55 : -1;
}
