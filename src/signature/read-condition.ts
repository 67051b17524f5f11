/** Reads and compiles the conditions of `match` and `when`. The forms: docs/signatures.md, "Conditions". */
import {
  allOf,
  anyOf,
  equals,
  exists,
  expression,
  groupsIn,
  has,
  lateExpression,
  not,
  prefix,
  type Test,
  VERSION_ORDERS,
  type VersionOrder,
  version,
} from "./condition.ts";
import {
  isEmpty,
  isList,
  isMapping,
  isTrue,
  quoted,
  type SignatureDocument,
  scalarValue,
} from "./document.ts";
import type { Fields } from "./fields.ts";
import type { Node } from "./node.ts";
import type { FieldCondition } from "./signature.ts";

const OPERATORS = [...VERSION_ORDERS, "prefix", "has", "exists", "not"] as const;

interface Compiled {
  readonly test: Test;
  readonly needsField: boolean;
  readonly texts: readonly string[] | null;
  readonly prefixes: readonly string[] | null;
  readonly groups: readonly string[];
}

/** One `field: condition` of a map, with the groups it captures; null after a problem. */
export interface ReadCondition {
  readonly condition: FieldCondition;
  readonly groups: readonly string[];
}

/** The conditions of one map. */
export function readConditions(
  document: SignatureDocument,
  node: Node | null,
  what: string,
  fields: Fields,
): ReadCondition[] {
  const entries = document.entries(node, what);
  if (isMapping(node) && entries.length === 0) document.problem(node, `${what} is empty`);
  return entries.flatMap(({ name, key, value }) => {
    const unknown = fields.problemWith(name);
    if (unknown !== null) document.problem(key, unknown);
    // Read on, so that names of its groups are not reported as unknown too.
    const compiled = compile(document, value);
    if (compiled === null) return [];
    const { groups, ...rest } = compiled;
    return [{ condition: { field: name, ...rest }, groups }];
  });
}

function compile(document: SignatureDocument, node: Node | null): Compiled | null {
  if (isMapping(node)) return operators(document, node);
  if (isList(node)) return list(document, node);
  const value = scalarValue(node);
  if (value === undefined) {
    document.problem(node, "a condition must be a value, a list or a map");
    return null;
  }
  const pattern = typeof value === "string" ? /^\/(.*)\/(i?)$/s.exec(value) : null;
  if (pattern !== null) return regular(document, node, pattern[1] ?? "", pattern[2] === "i");
  const texts = [String(value).toLowerCase()];
  return { test: equals(value), needsField: true, texts, prefixes: null, groups: [] };
}

function regular(
  document: SignatureDocument,
  node: Node | null,
  source: string,
  ignoreCase: boolean,
): Compiled {
  try {
    const read = document.trusted ? lateExpression : expression;
    const { test, groups } = read(source, ignoreCase);
    return { test, needsField: true, texts: null, prefixes: null, groups };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    document.problem(node, `not an RE2 expression: ${reason}`);
    return {
      test: () => false,
      needsField: true,
      texts: null,
      prefixes: null,
      groups: groupsIn(source),
    };
  }
}

function list(document: SignatureDocument, node: Node | null): Compiled | null {
  const items = document.items(node).map((item) => compile(document, item));
  if (items.length === 0) document.problem(node, "an empty list of conditions never holds");
  const whole = items.filter((item) => item !== null);
  if (whole.length !== items.length || whole.length === 0) return null;
  const texts = whole.every((item) => item.texts !== null)
    ? whole.flatMap((item) => item.texts ?? [])
    : null;
  return {
    test: anyOf(whole.map((item) => item.test)),
    needsField: whole.every((item) => item.needsField),
    texts,
    prefixes: null,
    groups: whole.flatMap((item) => item.groups),
  };
}

function operators(document: SignatureDocument, node: Node): Compiled | null {
  const parts: Compiled[] = [];
  const found = document.known(node, "a condition", OPERATORS);
  for (const [name, { value }] of found) {
    const part = operator(document, name, value);
    if (part === null) return null;
    parts.push(part);
  }
  if (parts.length === 0) {
    // An unknown operator has been reported already.
    if (isEmpty(node)) document.problem(node, "a condition needs at least one operator");
    return null;
  }
  return {
    test: allOf(parts.map((part) => part.test)),
    needsField: parts.some((part) => part.needsField),
    texts: null,
    prefixes: parts.find(({ prefixes }) => prefixes !== null)?.prefixes ?? null,
    groups: parts.flatMap((part) => part.groups),
  };
}

function operator(document: SignatureDocument, name: string, node: Node | null): Compiled | null {
  if (isOrder(name)) return bound(document, name, node);
  if (name === "exists") {
    const wanted = isTrue(node);
    if (wanted === undefined) document.problem(node, "exists must be true or false");
    if (wanted === undefined) return null;
    return { test: exists(wanted), needsField: wanted, texts: null, prefixes: null, groups: [] };
  }
  if (name === "not") {
    const inner = compile(document, node);
    if (inner === null) return null;
    const needsField = inner.test(undefined, {});
    return { test: not(inner.test), needsField, texts: null, prefixes: null, groups: [] };
  }
  const texts = document.texts(node, name);
  if (texts.length === 0) return null;
  const [test, prefixes] =
    name === "prefix"
      ? [prefix(texts), texts.map((text) => text.toLowerCase())]
      : [has(texts), null];
  return { test, needsField: true, texts: null, prefixes, groups: [] };
}

function bound(
  document: SignatureDocument,
  order: VersionOrder,
  node: Node | null,
): Compiled | null {
  const text = document.text(node, order);
  if (text === undefined) return null;
  if (!/^v?[0-9]/i.test(text)) {
    document.problem(node, `${quoted(text)} is no version: it must begin with a digit`);
    return null;
  }
  return { test: version(order, text), needsField: true, texts: null, prefixes: null, groups: [] };
}

function isOrder(name: string): name is VersionOrder {
  return (VERSION_ORDERS as readonly string[]).includes(name);
}
