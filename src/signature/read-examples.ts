/** Reads `examples` and `counterexamples`: observations in YAML, and what they must give. */
import { type Entry, isList, type SignatureDocument, scalarValue } from "./document.ts";
import type { Fields } from "./fields.ts";
import type { Node } from "./node.ts";
import { ATTRIBUTES, type Example, type Value } from "./signature.ts";
import { suggestion } from "./suggest.ts";

/** What an example may expect: what `set` says, and the severity and message of the alert. */
const GIVEN = [
  ...ATTRIBUTES,
  "name",
  "software.name",
  "software.version",
  "software.vendor",
  "software.cpe",
  "severity",
  "message",
] as const;

export function readExamples(
  document: SignatureDocument,
  entry: Entry | undefined,
  fields: Fields,
  required: boolean,
): Example[] {
  if (entry === undefined) {
    // What is trusted has been checked, and left its examples behind.
    if (required && !document.trusted)
      document.problem(document.root, "examples are missing: they are the tests");
    return [];
  }
  if (!isList(entry.value)) {
    document.problem(entry.key, `${entry.name} must be a list`);
    return [];
  }
  const items = document.items(entry.value);
  if (items.length === 0 && required) document.problem(entry.key, "at least one example is needed");
  return items.map((item) => readExample(document, item, fields, required));
}

function readExample(
  document: SignatureDocument,
  node: Node,
  fields: Fields,
  gives: boolean,
): Example {
  const entries = document.known(node, "an example", gives ? ["observe", "give"] : ["observe"]);
  const observe = entries.get("observe");
  if (observe === undefined) document.problem(node, "an example needs observe");
  return {
    observe: observe === undefined ? {} : readObserved(document, observe, fields),
    give: readGiven(document, entries.get("give")),
    ...document.place(node),
  };
}

function readObserved(
  document: SignatureDocument,
  entry: Entry,
  fields: Fields,
): Record<string, Value> {
  const observed: Record<string, Value> = {};
  for (const { name, key, value } of document.entries(entry.value, "observe")) {
    const unknown = fields.problemWith(name);
    const read = scalarValue(value);
    if (unknown !== null) document.problem(key, unknown);
    else if (read === undefined) document.problem(key, `${name} must be a text or a number`);
    else observed[name] = read;
  }
  return observed;
}

function readGiven(document: SignatureDocument, entry: Entry | undefined): Record<string, string> {
  const given: Record<string, string> = {};
  if (entry === undefined) return given;
  for (const { name, key, value } of document.entries(entry.value, "give")) {
    const bare = name.replace(/^device\./, "");
    if (!(GIVEN as readonly string[]).includes(bare)) {
      document.problem(key, `an example cannot give "${name}"${suggestion(name, GIVEN)}`);
      continue;
    }
    const text = document.text(value, name);
    if (text !== undefined) given[bare] = text;
  }
  return given;
}
