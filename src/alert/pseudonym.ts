/**
 * Keyed pseudonyms for what may name a person or a place: `~` and 16 hexadecimal digits of HMAC-SHA-256
 * (RFC 2104). The same name gives the same pseudonym, and only who holds the key can test a guess. Pure:
 * the inventory and the register keep what was observed.
 */
import { createHmac } from "node:crypto";
import type { Device } from "../inventory/device.ts";
import type { Vocabulary } from "../observation/vocabulary.ts";
import { privacyOf } from "../signature/fields.ts";
import type { Alert } from "./alert.ts";

const DIGITS = 16;
const ID_DIGITS = 32;

export function pseudonym(name: string, key: Uint8Array): string {
  return `~${hmac(name, key).slice(0, DIGITS)}`;
}

/** Fields of class `identifier`, and their values in the message, replaced. */
export function pseudonymiseAlert(alert: Alert, key: Uint8Array, vocabulary: Vocabulary): Alert {
  const fields: Record<string, string | number> = {};
  for (const [field, value] of Object.entries(alert.fields))
    fields[field] = privacyOf(field, vocabulary) === "open" ? value : pseudonym(String(value), key);
  const { identifiers: _, ...rest } = alert;
  return {
    ...rest,
    // The id hashes the key fields of the finding: without the key, names could be guessed from it.
    id: hmac(alert.id, key).slice(0, ID_DIGITS),
    fields,
    message: replaceSpans(alert, key),
  };
}

/** Names, and the evidence that quotes them, replaced. */
export function pseudonymiseDevice(
  device: Device,
  key: Uint8Array,
  vocabulary: Vocabulary,
): Device {
  const hide = <T extends { readonly because: string }>(entry: T): T => ({
    ...entry,
    because: hideQuoted(entry.because, key, vocabulary),
  });
  return {
    ...device,
    names: device.names.map((name) => pseudonym(name, key)).sort(),
    hypotheses: device.hypotheses.map((hypothesis) => ({
      ...hypothesis,
      claims: hypothesis.claims.map(hide),
    })),
    software: device.software.map(hide),
  };
}

/** From the last to the first, so that the places of the earlier ones hold. */
function replaceSpans({ message, identifiers = [] }: Alert, key: Uint8Array): string {
  let text = message;
  for (const { start, end } of [...identifiers].sort((a, b) => b.start - a.start))
    text = text.slice(0, start) + pseudonym(message.slice(start, end), key) + text.slice(end);
  return text;
}

/** `because` is `field: value`. */
function hideQuoted(because: string, key: Uint8Array, vocabulary: Vocabulary): string {
  const colon = because.indexOf(": ");
  if (colon < 0) return because;
  const field = because.slice(0, colon);
  if (privacyOf(field, vocabulary) === "open") return because;
  return `${field}: ${pseudonym(because.slice(colon + 2), key)}`;
}

function hmac(text: string, key: Uint8Array): string {
  return createHmac("sha256", key).update(text).digest("hex");
}
