/**
 * Parsed signatures by the hash of their text. YAML with the place of every node costs about a millisecond
 * per file, which a replay of a small capture would feel; a file that has not changed need not be parsed
 * again. Nothing can go stale: another text has another hash.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isMap, isScalar, isSeq, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { scalarValue, written } from "./document.ts";

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
  return createHash("sha256").update(text).digest("base64url");
}

export function toPlain(node: unknown): Plain {
  if (isMap(node))
    return Object.fromEntries(
      node.items.map(({ key, value }) => [isScalar(key) ? written(key) : "", toPlain(value)]),
    );
  if (isSeq(node)) return node.items.map(toPlain);
  if (!isScalar(node) || node.value === null) return null;
  return typeof node.value === "boolean" ? node.value : (scalarValue(node) ?? null);
}

/** Nodes as the parser would make them, without places. */
export function toNode(plain: Plain): Node {
  if (Array.isArray(plain)) {
    const list = new YAMLSeq();
    list.items = plain.map(toNode);
    return list;
  }
  if (typeof plain !== "object" || plain === null) return new Scalar(plain);
  const map = new YAMLMap();
  map.items = Object.entries(plain).map(([key, value]) => new Pair(new Scalar(key), toNode(value)));
  return map;
}
