/**
 * Keyed pseudonyms for what may name a person or a place. Host names, user names, AE titles and file names
 * leave as `~` and 16 hexadecimal digits of HMAC-SHA-256 (RFC 2104): the same name gives the same
 * pseudonym, and only who holds the key can tell whether two names match. Addresses stay: without them no
 * one could find the device.
 */
import { createHmac } from "node:crypto";
import type { Alert } from "../alert/alert.ts";
import type { Claim, Device } from "../inventory/device.ts";
import type { Privacy } from "../observation/vocabulary.ts";
import type { Sink, SinkEvent } from "./sink.ts";

/** Shorter keys can be guessed. */
export const MINIMUM_KEY_BYTES = 16;

/** Field name to privacy class, for every field that an analyzer or a detector declares. */
export type Vocabulary = ReadonlyMap<string, Privacy>;

export class Pseudonyms {
  readonly #key: Uint8Array;
  readonly #vocabulary: Vocabulary;

  constructor(key: Uint8Array, vocabulary: Vocabulary) {
    this.#key = key;
    this.#vocabulary = vocabulary;
  }

  of(name: string): string {
    return `~${this.#hmac(name).slice(0, 16)}`;
  }

  event(event: SinkEvent): SinkEvent {
    switch (event.type) {
      case "alert":
        return { ...event, alert: this.alert(event.alert) };
      case "device":
        return { ...event, device: this.device(event.device) };
      case "summary":
        return event;
    }
  }

  alert(alert: Alert): Alert {
    const fields: Record<string, string | number> = {};
    for (const [field, value] of Object.entries(alert.fields)) {
      fields[field] = this.#isOpen(field) ? value : this.of(String(value));
    }
    const { identifiers: _, ...rest } = alert;
    // The id hashes the key fields of the finding: without the key, names could be guessed from it.
    const id = this.#hmac(alert.id).slice(0, alert.id.length);
    return { ...rest, id, fields, message: this.#message(alert) };
  }

  device(device: Device): Device {
    const { names } = device;
    return {
      ...device,
      names: names.map((name) => this.of(name)),
      hypotheses: device.hypotheses.map((hypothesis) => ({
        ...hypothesis,
        claims: hypothesis.claims.map((claim) => this.#claim(claim, names)),
      })),
      software: device.software.map((entry) => ({
        ...entry,
        because: this.#because(entry.because, names),
      })),
      services: device.services.map((service) =>
        service.product === undefined
          ? service
          : { ...service, product: this.#hide(service.product, names) },
      ),
    };
  }

  /** The names in it, from the last to the first, so that the places of the earlier ones hold. */
  #message({ message, identifiers = [] }: Alert): string {
    let text = message;
    for (const { start, end } of [...identifiers].sort((one, two) => two.start - one.start)) {
      text = text.slice(0, start) + this.of(message.slice(start, end)) + text.slice(end);
    }
    return text;
  }

  #hmac(text: string): string {
    return createHmac("sha256", this.#key).update(text).digest("hex");
  }

  /** A field that nobody declares is not known to be open. */
  #isOpen(field: string): boolean {
    if (field === "protocol" || field === "transport") return true;
    return (this.#vocabulary.get(field) ?? (isDerived(field) ? "open" : "identifier")) === "open";
  }

  #claim(claim: Claim, names: readonly string[]): Claim {
    return { ...claim, because: this.#because(claim.because, names) };
  }

  /** `because` is `field: value` or `field = value`: the value of an identifier goes as a whole. */
  #because(because: string, names: readonly string[]): string {
    const match = /^([a-z0-9_]+\.[a-z0-9_]+)(\s*[:=]\s*|\s+)(.*)$/su.exec(because);
    if (match?.[1] !== undefined && !this.#isOpen(match[1])) {
      return `${match[1]}${match[2]}${this.of(match[3] ?? "")}`;
    }
    return this.#hide(because, names);
  }

  /** Replaces whole words, longest first, so that `PUMP-12` is not left as half of `PUMP-1`. */
  #hide(text: string, values: readonly string[]): string {
    const distinct = [...new Set(values)].filter((value) => value !== "");
    distinct.sort((a, b) => b.length - a.length);
    let result = text;
    for (const value of distinct) {
      const word = new RegExp(`(?<![\\p{L}\\p{N}])${escapeRegExp(value)}(?![\\p{L}\\p{N}])`, "giu");
      result = result.replace(word, this.of(value));
    }
    return result;
  }
}

/** A sink that passes pseudonyms on to another one. */
export function pseudonymised(sink: Sink, pseudonyms: Pseudonyms): Sink {
  return {
    start: () => sink.start(),
    write: (event) => sink.write(pseudonyms.event(event)),
    stop: (deadline) => sink.stop(deadline),
  };
}

/** Fields that the right half makes itself (docs/signatures.md, "Fields"). */
function isDerived(field: string): boolean {
  return /^(?:mac|software|device)\./.test(field);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
