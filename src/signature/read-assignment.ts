/** Reads `set`: what a signature makes the inventory believe. */
import { isList, type SignatureDocument } from "./document.ts";
import type { Fields } from "./fields.ts";
import type { Node } from "./node.ts";
import { type Assignment, ATTRIBUTES, type SoftwareTemplate } from "./signature.ts";
import { parseTemplate, type Template } from "./template.ts";

const SOFTWARE_KEYS = ["name", "version", "vendor", "cpe"] as const;

/** Named groups, and the fields that each is captured from. */
export type Groups = ReadonlyMap<string, ReadonlySet<string>>;

export function readAssignment(
  document: SignatureDocument,
  node: Node | null,
  fields: Fields,
  groups: Groups,
): Assignment {
  const entries = document.known(node, "set", [...ATTRIBUTES, "name", "software"]);
  const template = (value: Node | null, what: string) =>
    readTemplate(document, value, what, fields, groups);
  const attributes = ATTRIBUTES.flatMap((attribute) => {
    const entry = entries.get(attribute);
    const value = entry && template(entry.value, attribute);
    return value === undefined ? [] : [{ attribute, value }];
  });
  const nameEntry = entries.get("name");
  const name = nameEntry && template(nameEntry.value, "name");
  const listed = entries.get("software")?.value ?? null;
  const nodes = isList(listed) ? document.items(listed) : listed === null ? [] : [listed];
  const software = nodes.flatMap((item) => readSoftware(document, item, template) ?? []);
  return { attributes, ...(name === undefined ? {} : { name }), software };
}

function readSoftware(
  document: SignatureDocument,
  node: Node,
  template: (value: Node | null, what: string) => Template | undefined,
): SoftwareTemplate | undefined {
  const entries = document.known(node, "software", SOFTWARE_KEYS);
  const read = (key: (typeof SOFTWARE_KEYS)[number]) => {
    const entry = entries.get(key);
    return entry && template(entry.value, `software ${key}`);
  };
  const name = read("name");
  if (name === undefined) {
    if (!entries.has("name")) document.problem(node, "software needs a name");
    return undefined;
  }
  const [version, vendor, cpe] = [read("version"), read("vendor"), read("cpe")];
  return {
    name,
    ...(version === undefined ? {} : { version }),
    ...(vendor === undefined ? {} : { vendor }),
    ...(cpe === undefined ? {} : { cpe }),
  };
}

/** A template whose every name is known. */
export function readTemplate(
  document: SignatureDocument,
  node: Node | null,
  what: string,
  fields: Fields,
  groups: Groups,
): Template | undefined {
  const text = document.text(node, what);
  if (text === undefined) return undefined;
  const template = parseTemplate(text);
  const names = new Set(groups.keys());
  for (const name of template.names) {
    const problem = fields.problemInTemplate(name, names);
    if (problem !== null) document.problem(node, problem);
  }
  return template;
}
