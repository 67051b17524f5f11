/** Which field names a signature may use, and what a template may name. */
import type { Privacy, Vocabulary } from "../observation/vocabulary.ts";
import { suggestion } from "./suggest.ts";

/** What the right half itself adds to observations, or makes observations of. */
const DERIVED_FIELDS = {
  /** A universally administered MAC address, and who registered its prefix with the IEEE. */
  "mac.address": "open",
  "mac.registrant": "open",

  /** Observations with protocol `software`: software of a device became known. */
  "software.name": "open",
  "software.version": "open",
  "software.vendor": "open",

  /** Observations with protocol `device`: one of these changed. As conditions: tested on the device. */
  "device.vendor": "open",
  "device.model": "open",
  "device.role": "open",
  "device.os": "open",
  /** `local` or `remote` (a public address). Only as a condition or in a message. */
  "device.scope": "open",
} as const satisfies Record<string, Privacy>;

/** What every observation has, whatever its protocol. */
const OF_OBSERVATION = ["protocol", "transport"] as const;

/** What only a message may name besides fields: the two ends. */
const OF_ENDS = ["subject", "peer"].flatMap((end) =>
  ["ip", "mac", "port", "vlan"].map((part) => `${end}.${part}`),
);

export class Fields {
  readonly #vocabulary: Vocabulary;
  readonly #names: ReadonlySet<string>;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#names = new Set([
      ...OF_OBSERVATION,
      ...vocabulary.keys(),
      ...Object.keys(DERIVED_FIELDS),
    ]);
  }

  /** Null when conditions may test the field. */
  problemWith(name: string): string | null {
    if (this.#names.has(name)) return null;
    return `no analyzer declares the field "${name}"${suggestion(name, this.#names)}`;
  }

  /** Null when a template may name it, given the groups that the conditions capture. */
  problemInTemplate(name: string, groups: ReadonlySet<string>): string | null {
    if (this.#names.has(name) || OF_ENDS.includes(name) || groups.has(name)) return null;
    const known = [...groups, ...this.#names, ...OF_ENDS];
    return `{${name}} is neither a field nor a named group${suggestion(name, known)}`;
  }

  privacy(name: string): Privacy {
    return privacyOf(name, this.#vocabulary);
  }
}

/** A field that nobody declares is not known to be open. */
function privacyOf(name: string, vocabulary: Vocabulary): Privacy {
  if (isDerived(name) || OF_ENDS.includes(name)) return "open";
  if ((OF_OBSERVATION as readonly string[]).includes(name)) return "open";
  return vocabulary.get(name) ?? "identifier";
}

function isDerived(name: string): boolean {
  return Object.hasOwn(DERIVED_FIELDS, name);
}
