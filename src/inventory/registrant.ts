/**
 * Who registered the prefix of a MAC address: IEEE MA-L (24 bit), MA-M (28 bit), MA-S (36 bit); the longest
 * prefix wins. Says who made the network interface, which is often not who made the device.
 */
import { createRequire } from "node:module";
import { isInterface, isLocallyAdministered } from "./address.ts";

/** Digits of a prefix, longest first. */
const LENGTHS = [9, 7, 6] as const;
/** What the registry says of a prefix whose owner pays not to be named. */
const UNNAMED = "private";

let registry: Readonly<Record<string, string>> | null = null;

/**
 * The registrant's name, or undefined for a prefix that is not registered, for one registered as private,
 * and for a locally administered address, which says nothing.
 */
export function registrantOf(mac: string): string | undefined {
  if (!isInterface(mac) || isLocallyAdministered(mac)) return undefined;
  const digits = mac.replaceAll(":", "").toUpperCase();
  const known = load();
  for (const length of LENGTHS) {
    const entry = known[digits.slice(0, length)];
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

/** 5.6 MB of JSON, read when the first MAC address is seen. */
function load(): Readonly<Record<string, string>> {
  registry ??= createRequire(import.meta.url)("oui-data") as Record<string, string>;
  return registry;
}
