/**
 * A YAML 1.2 document with the place of every node, read defensively: whatever is wrong becomes a problem
 * with line and column, and reading goes on, so that all problems are reported at once.
 */
import { type MapNode, type Node, type Parsed, parseYaml } from "./node.ts";
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

const NO_PLACE = { line: 1, column: 1 };

export class SignatureDocument {
  readonly problems: Problem[] = [];
  root: Node | null;
  /** Read without a fault before: expressions need not be compiled to find faults. */
  readonly trusted: boolean;
  readonly #path: string;
  readonly #parsed: Parsed | null;

  private constructor(path: string, root: Node | null, parsed: Parsed | null) {
    this.#path = path;
    this.root = root;
    this.trusted = parsed === null;
    this.#parsed = parsed;
  }

  static parse(path: string, text: string): SignatureDocument {
    const parsed = parseYaml(text);
    const made = new SignatureDocument(path, parsed.root, parsed);
    for (const { at, message } of parsed.faults) made.#add(at, message);
    return made;
  }

  /** A document that was parsed earlier. Problems in it have no place. */
  static trust(path: string, root: Node): SignatureDocument {
    return new SignatureDocument(path, root, null);
  }

  problem(node: Node | null, message: string): void {
    this.#add(node?.at ?? 0, message);
  }

  place(node: Node | null): { line: number; column: number } {
    return this.#parsed?.place(node?.at ?? 0) ?? NO_PLACE;
  }

  /** The entries of a map; anything else is a problem and has none. */
  entries(node: Node | null, what: string): Entry[] {
    if (node?.kind !== "map") {
      this.problem(node, `${what} must be a map`);
      return [];
    }
    return node.items.flatMap(({ key, value }) => this.#entry(key, value));
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
  items(node: Node | null): readonly Node[] {
    if (node === null) return [];
    return node.kind === "list" ? node.items : [node];
  }

  /** A text, as written: `2.10` stays `2.10`. Undefined and a problem when it is anything else. */
  text(node: Node | null, what: string): string | undefined {
    if (node?.kind === "scalar") {
      const text = node.text.trim();
      if (text !== "" && node.value !== null) return text;
    }
    this.problem(node, node?.kind === "alias" ? "no aliases here" : `${what} must be a text`);
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

  #entry(key: Node | null, value: Node | null): Entry[] {
    if (key?.kind !== "scalar") {
      this.problem(key, "a key must be a text");
      return [];
    }
    return [{ name: key.text, key, value }];
  }

  #add(offset: number, message: string): void {
    const place = this.#parsed?.place(offset) ?? NO_PLACE;
    this.problems.push({ path: this.#path, ...place, message });
  }
}

export function isTrue(node: Node | null): boolean | undefined {
  return node?.kind === "scalar" && typeof node.value === "boolean" ? node.value : undefined;
}

/** A scalar's value as an observation would carry it; a version such as `2.10` is no number. */
export function scalarValue(node: Node | null): string | number | undefined {
  if (node?.kind !== "scalar" || node.value === null) return undefined;
  const { value, text } = node;
  return typeof value === "number" && String(value) === text ? value : text;
}

export function isMapping(node: Node | null): node is MapNode {
  return node?.kind === "map";
}

/** A map without entries. */
export function isEmpty(node: Node | null): boolean {
  return node?.kind === "map" && node.items.length === 0;
}

export function isList(node: Node | null): boolean {
  return node?.kind === "list";
}

export function quoted(text: string): string {
  return `"${text.length > 60 ? `${text.slice(0, 57)}…` : text}"`;
}
