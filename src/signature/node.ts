/**
 * A signature file as a tree. YAML's own tree needs its parser in memory, which costs a tenth of a small
 * replay; signatures that were parsed when the program was built become this one without it.
 */
import { createRequire } from "node:module";
import type * as Yaml from "yaml";

export interface ScalarNode {
  readonly kind: "scalar";
  /** What YAML makes of it. */
  readonly value: unknown;
  /** As it stands in the file, without quotes. */
  readonly text: string;
  /** Offset in the file. */
  readonly at: number;
}

export interface ListNode {
  readonly kind: "list";
  readonly items: readonly Node[];
  readonly at: number;
}

export interface MapNode {
  readonly kind: "map";
  readonly items: readonly { readonly key: Node | null; readonly value: Node | null }[];
  readonly at: number;
}

/** Nothing of a signature may be one. */
export interface AliasNode {
  readonly kind: "alias";
  readonly at: number;
}

export type Node = ScalarNode | ListNode | MapNode | AliasNode;

export interface Parsed {
  /** Null: nothing, or too many faults to read on. */
  readonly root: Node | null;
  readonly faults: readonly { readonly at: number; readonly message: string }[];
  /** From 1. */
  readonly place: (at: number) => { readonly line: number; readonly column: number };
}

let yaml: typeof Yaml | undefined;

/** Parses YAML 1.2. */
export function parseYaml(text: string): Parsed {
  yaml ??= createRequire(import.meta.url)("yaml") as typeof Yaml;
  const lines = new yaml.LineCounter();
  const parsed = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults = [...parsed.errors, ...parsed.warnings].map(({ pos, message }) => ({
    at: pos[0],
    message,
  }));
  const place = (at: number) => {
    const { line, col } = lines.linePos(at);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  return { root: parsed.errors.length === 0 ? treeOf(yaml, parsed.contents) : null, faults, place };
}

function treeOf(library: typeof Yaml, node: unknown): Node | null {
  const { isAlias, isMap, isScalar, isSeq } = library;
  if (isMap(node)) {
    const items = node.items.map(({ key, value }) => ({
      key: treeOf(library, key),
      value: treeOf(library, value),
    }));
    return { kind: "map", items, at: startOf(node) };
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => treeOf(library, item)).filter((item) => item !== null);
    return { kind: "list", items, at: startOf(node) };
  }
  if (isScalar(node)) {
    const { value, source } = node;
    const text = typeof value === "string" ? value : (source ?? String(value));
    return { kind: "scalar", value, text, at: startOf(node) };
  }
  return isAlias(node) ? { kind: "alias", at: startOf(node) } : null;
}

function startOf({ range }: Yaml.Node): number {
  return range?.[0] ?? 0;
}
