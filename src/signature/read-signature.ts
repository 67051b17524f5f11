/** Reads one signature file. The format: docs/signatures.md. */
import { type Entry, isList, quoted, type SignatureDocument } from "./document.ts";
import type { Fields } from "./fields.ts";
import type { Node } from "./node.ts";
import { readAlert } from "./read-alert.ts";
import { readAssignment } from "./read-assignment.ts";
import { type ReadCondition, readConditions } from "./read-condition.ts";
import { readExamples } from "./read-examples.ts";
import { type Alternative, FAMILIES, type Signature } from "./signature.ts";

const KEYS = [
  "id",
  "title",
  "match",
  "set",
  "family",
  "confidence",
  "alert",
  "references",
  "verified",
  "examples",
  "counterexamples",
  "notes",
] as const;

/** Conditions that a signature may have in all its alternatives together. */
const MOST_ALTERNATIVES = 64;

/** Everything in the file, or null; the document holds what is wrong with it. */
export function readSignature(
  document: SignatureDocument,
  path: string,
  expectedId: string | null,
  fields: Fields,
): Signature | null {
  if (document.root === null) {
    if (document.problems.length === 0) document.problem(null, "the file is empty");
    return null;
  }
  const entries = document.known(document.root, "a signature", KEYS);
  const read = new Parts(document, entries, fields);
  const id = read.id(expectedId);
  const title = read.text("title");
  const match = read.match();
  const set = read.optional("set", (node) => readAssignment(document, node, fields, read.groups));
  const alert = read.optional("alert", (node) => readAlert(document, node, fields, read));
  const believes = read.believes(set !== undefined);
  const verified = read.verified();
  read.optional("notes", (node) => document.text(node, "notes"));
  const references = read.references();
  const examples = readExamples(document, entries.get("examples"), fields, true);
  const counterexamples = readExamples(document, entries.get("counterexamples"), fields, false);
  if (!entries.has("set") && !entries.has("alert"))
    document.problem(document.root, "a signature needs set or alert");
  if (document.problems.length > 0) return null;
  const aboutMac = match.some(({ conditions }) =>
    conditions.some(({ field }) => field.startsWith("mac.")),
  );
  return {
    id: id ?? "",
    title: title ?? "",
    path,
    match,
    ...(set === undefined ? {} : { set }),
    ...believes,
    ...(alert === undefined ? {} : { alert }),
    references,
    verified: verified ?? "",
    examples,
    counterexamples,
    aboutMac,
  };
}

/** Reads the parts of a signature one by one. */
class Parts {
  /** Named groups of all conditions, and the fields that each is captured from. */
  readonly groups = new Map<string, Set<string>>();
  readonly #document: SignatureDocument;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #fields: Fields;

  constructor(document: SignatureDocument, entries: ReadonlyMap<string, Entry>, fields: Fields) {
    this.#document = document;
    this.#entries = entries;
    this.#fields = fields;
  }

  required(name: string): Entry | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) this.#document.problem(this.#document.root, `${name} is missing`);
    return entry;
  }

  text(name: string): string | undefined {
    const entry = this.required(name);
    return entry === undefined ? undefined : this.#document.text(entry.value, name);
  }

  optional<T>(name: string, read: (node: Node | null) => T): T | undefined {
    const entry = this.#entries.get(name);
    return entry === undefined ? undefined : read(entry.value);
  }

  id(expected: string | null): string | undefined {
    const id = this.text("id");
    if (id !== undefined && expected !== null && id !== expected)
      this.#document.problem(
        this.#entries.get("id")?.value ?? null,
        `id ${quoted(id)} must be ${quoted(expected)}, after its folder and file name`,
      );
    return id;
  }

  match(): Alternative[] {
    const entry = this.required("match");
    if (entry === undefined) return [];
    const nodes = isList(entry.value) ? this.#document.items(entry.value) : [entry.value];
    if (nodes.length === 0) this.#document.problem(entry.value, "match is empty");
    if (nodes.length > MOST_ALTERNATIVES)
      this.#document.problem(entry.value, `match has more than ${MOST_ALTERNATIVES} alternatives`);
    return nodes.map((node) => this.#alternative(node));
  }

  believes(sets: boolean): Pick<Signature, "family" | "confidence"> {
    const family = sets ? this.required("family") : this.#entries.get("family");
    const confidence = sets ? this.required("confidence") : this.#entries.get("confidence");
    return {
      family: (family && this.#document.oneOf(family.value, "family", FAMILIES)) ?? "weak",
      confidence: confidence === undefined ? 0 : this.#percentage(confidence),
    };
  }

  verified(): string | undefined {
    const text = this.text("verified");
    if (text !== undefined && !isDay(text))
      this.#document.problem(
        this.#entries.get("verified")?.value ?? null,
        `verified ${quoted(text)} must be a day, YYYY-MM-DD`,
      );
    return text;
  }

  references(): string[] {
    const entry = this.#entries.get("references");
    if (entry === undefined) return [];
    const texts = this.#document.texts(entry.value, "references");
    for (const [index, text] of texts.entries())
      if (text.includes("://") && !URL.canParse(text))
        this.#document.problem(
          this.#document.items(entry.value)[index] ?? null,
          `${quoted(text)} is no web address`,
        );
    return texts;
  }

  #percentage(entry: Entry): number {
    const text = this.#document.text(entry.value, entry.name) ?? "0";
    const number = Number(text);
    if (!Number.isInteger(number) || number < 0 || number > 100)
      this.#document.problem(entry.value, `${entry.name} must be a whole number from 0 to 100`);
    return number;
  }

  #alternative(node: Node | null): Alternative {
    const read = readConditions(this.#document, node, "match", this.#fields);
    for (const { condition, groups } of read) this.#capture(condition.field, groups);
    const all = read.map(({ condition }) => condition);
    // Cheap tests first: a list of texts before an expression.
    const conditions = all.filter(({ field }) => !isOfDevice(field)).sort(cheapFirst);
    const device = all.filter(({ field }) => isOfDevice(field));
    if (read.length > 0 && !all.some(({ needsField }) => needsField))
      this.#document.problem(node, "at least one condition must need its field to be there");
    return { conditions, fields: conditions.map(({ field }) => field), device };
  }

  #capture(field: string, groups: ReadCondition["groups"]): void {
    for (const group of groups) {
      const from = this.groups.get(group) ?? new Set<string>();
      this.groups.set(group, from.add(field));
    }
  }
}

function cheapFirst(
  left: { texts: readonly string[] | null },
  right: { texts: readonly string[] | null },
): number {
  return Number(left.texts === null) - Number(right.texts === null);
}

function isOfDevice(field: string): boolean {
  return field.startsWith("device.");
}

function isDay(text: string): boolean {
  const [, year, month, day] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
