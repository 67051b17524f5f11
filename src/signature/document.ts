/**
 * A YAML 1.2 document with the place of every node, read defensively: whatever is wrong becomes a problem
 * with line and column, and reading goes on, so that all problems are reported at once.
 */

import type { Node, Pair, Scalar, YAMLMap } from "yaml";
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { suggestion } from "./suggest.ts";

/** Something wrong in a file, for the one who wrote it. */
export interface Problem {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export function problemText(problem: Problem): string {
  return `${problem.path}:${problem.line}:${problem.column}: ${problem.message}`;
}

export interface Entry {
  readonly name: string;
  readonly key: Node;
  readonly value: Node | null;
}

export class SignatureDocument {
  readonly problems: Problem[] = [];
  root: Node | null;
  /** Read without a fault before: expressions need not be compiled to find faults. */
  readonly trusted: boolean;
  readonly #path: string;
  readonly #lines = new LineCounter();

  private constructor(path: string, root: Node | null, trusted: boolean) {
    this.#path = path;
    this.root = root;
    this.trusted = trusted;
  }

  static parse(path: string, text: string): SignatureDocument {
    const made = new SignatureDocument(path, null, false);
    const parsed = parseDocument(text, { lineCounter: made.#lines, prettyErrors: false });
    for (const { pos, message } of [...parsed.errors, ...parsed.warnings])
      made.#add(pos[0], message);
    if (parsed.errors.length === 0) made.root = parsed.contents;
    return made;
  }

  /** A document that was parsed earlier. Problems in it have no place. */
  static trust(path: string, root: Node): SignatureDocument {
    return new SignatureDocument(path, root, true);
  }

  problem(node: Node | null, message: string): void {
    this.#add(node?.range?.[0] ?? 0, message);
  }

  place(node: Node | null): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(node?.range?.[0] ?? 0);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** The entries of a map; anything else is a problem and has none. */
  entries(node: Node | null, what: string): Entry[] {
    if (!isMap(node)) {
      this.problem(node, `${what} must be a map`);
      return [];
    }
    return node.items.flatMap((pair) => this.#entry(pair));
  }

  /** The entries of a map whose keys are all known; unknown ones are problems. */
  known(node: Node | null, what: string, names: readonly string[]): Map<string, Entry> {
    const found = new Map<string, Entry>();
    for (const entry of this.entries(node, what)) {
      if (names.includes(entry.name)) found.set(entry.name, entry);
      else {
        const hint = suggestion(entry.name, names);
        this.problem(entry.key, `${what} has no key ${quoted(entry.name)}${hint}`);
      }
    }
    return found;
  }

  /** The items of a list; one that is no list counts as a list of one. */
  items(node: Node | null): Node[] {
    if (node === null) return [];
    return isSeq(node) ? (node.items as Node[]) : [node];
  }

  /** A text, as written: `2.10` stays `2.10`. Undefined and a problem when it is anything else. */
  text(node: Node | null, what: string): string | undefined {
    if (isScalar(node)) {
      const text = written(node).trim();
      if (text !== "" && node.value !== null) return text;
    }
    this.problem(node, isAlias(node) ? "no aliases here" : `${what} must be a text`);
    return undefined;
  }

  texts(node: Node | null, what: string): string[] {
    return this.items(node).flatMap((item) => this.text(item, what) ?? []);
  }

  oneOf<T extends string>(node: Node | null, what: string, allowed: readonly T[]): T | undefined {
    const text = this.text(node, what);
    if (text === undefined) return undefined;
    const found = allowed.find((name) => name === text);
    if (found === undefined) {
      const hint = suggestion(text, allowed);
      this.problem(node, `${what} ${quoted(text)} is none of ${allowed.join(", ")}${hint}`);
    }
    return found;
  }

  #entry(pair: Pair): Entry[] {
    const key = pair.key as Node;
    const value = pair.value as Node | null;
    if (!isScalar(key)) {
      this.problem(key, "a key must be a text");
      return [];
    }
    return [{ name: written(key), key, value }];
  }

  #add(offset: number, message: string): void {
    const { line, col } = this.#lines.linePos(offset);
    this.problems.push({
      path: this.#path,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      message,
    });
  }
}

/** The text of a scalar as it stands in the file, not what YAML makes of it. */
export function written(node: Scalar): string {
  if (typeof node.value === "string") return node.value;
  return node.source ?? String(node.value);
}

export function isTrue(node: Node | null): boolean | undefined {
  return isScalar(node) && typeof node.value === "boolean" ? node.value : undefined;
}

/** A scalar's value as an observation would carry it; a version such as `2.10` is no number. */
export function scalarValue(node: Node | null): string | number | undefined {
  if (!isScalar(node) || node.value === null) return undefined;
  const text = written(node);
  return typeof node.value === "number" && String(node.value) === text ? node.value : text;
}

export function isMapping(node: Node | null): node is YAMLMap {
  return isMap(node);
}

/** A map without entries. */
export function isEmpty(node: Node | null): boolean {
  return isMap(node) && node.items.length === 0;
}

export function isList(node: Node | null): boolean {
  return isSeq(node);
}

export function quoted(text: string): string {
  return `"${text.length > 60 ? `${text.slice(0, 57)}…` : text}"`;
}
