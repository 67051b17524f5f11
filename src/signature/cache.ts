/**
 * Parsed signatures by the hash of their text. YAML with the place of every node costs about a millisecond
 * per file, which a replay of a small capture would feel; a file that has not changed need not be parsed
 * again. Nothing can go stale: another text has another hash.
 */
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { scalarValue } from "./document.ts";
import type { Node } from "./node.ts";

/** A document as JSON: scalars as written, numbers and truth values where YAML loses nothing. */
export type Plain = string | number | boolean | null | readonly Plain[] | PlainMap;
export interface PlainMap {
  readonly [key: string]: Plain;
}

export type SignatureCache = ReadonlyMap<string, Plain>;

/** Changes whenever `Plain` means something else. */
const FORMAT = 1;

/** The cache in a file; empty when there is none, or one of another format. */
export function readCache(path: string | URL): SignatureCache {
  try {
    const { format, files } = JSON.parse(readFileSync(path, "utf8")) as {
      format: number;
      files: Record<string, Plain>;
    };
    return new Map(format === FORMAT ? Object.entries(files) : []);
  } catch {
    return new Map();
  }
}

/** What `readCache` reads. The same signatures give the same bytes. */
export function cacheText(cache: SignatureCache): string {
  return JSON.stringify({ format: FORMAT, files: Object.fromEntries([...cache].sort()) });
}

export function hashOf(text: string): string {
  return hash("sha256", text, "base64url");
}

export function toPlain(node: Node | null): Plain {
  switch (node?.kind) {
    case "map":
      return Object.fromEntries(
        node.items.map(({ key, value }) => [
          key?.kind === "scalar" ? key.text : "",
          toPlain(value),
        ]),
      );
    case "list":
      return node.items.map(toPlain);
    case "scalar":
      return typeof node.value === "boolean" ? node.value : (scalarValue(node) ?? null);
    default:
      return null;
  }
}

/** Nodes as the parser would make them, without places. */
export function toNode(plain: Plain): Node {
  if (Array.isArray(plain)) return { kind: "list", items: plain.map(toNode), at: 0 };
  if (typeof plain !== "object" || plain === null) return scalar(plain);
  const items = Object.entries(plain).map(([key, value]) => ({
    key: scalar(key),
    value: toNode(value),
  }));
  return { kind: "map", items, at: 0 };
}

function scalar(value: string | number | boolean | null): Node {
  return { kind: "scalar", value, text: String(value), at: 0 };
}
