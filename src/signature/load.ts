/** Reads a folder of signatures. Every problem of every file is reported, with its place. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { compareText } from "../inventory/address.ts";
import type { Vocabulary } from "../observation/vocabulary.ts";
import {
  hashOf,
  type Plain,
  type PlainMap,
  readCache,
  type SignatureCache,
  toNode,
  toPlain,
} from "./cache.ts";
import { type Problem, SignatureDocument } from "./document.ts";
import { Fields } from "./fields.ts";
import { readSignature } from "./read-signature.ts";
import { SignatureSet } from "./set.ts";
import type { Signature } from "./signature.ts";
import { suggestion } from "./suggest.ts";
import { verifyExamples } from "./verify.ts";

/** Folders of signatures, and the first word of the ids in them. */
const FOLDERS: Readonly<Record<string, string>> = {
  devices: "device",
  software: "software",
  risks: "risk",
  behaviours: "behaviour",
  advisories: "advisory",
};

const NO_CACHE: SignatureCache = new Map();
/** Where a build may leave the cache: beside the compiled code. Absent when running from source. */
const PACKED = new URL("../signatures.json", import.meta.url);

/** A signature is a page of text: a larger file is something else. */
const LARGEST_FILE = 256 * 1024;

export interface Loaded {
  readonly signatures: SignatureSet;
  /** By path, line, column. Signatures with problems are not in the set. */
  readonly problems: Problem[];
}

export interface LoadOptions {
  /** Also run every example. Default true. */
  readonly examples?: boolean;
  /**
   * Files parsed earlier (`packSignatures`), without their examples. Not used when those are run. Default:
   * `signatures.json` beside the compiled code, if the build has made it.
   */
  readonly cache?: SignatureCache;
}

/**
 * Reads `<folder>/<kind>/<name>.yaml`, and checks the format, every field and group name against
 * `vocabulary`, and every example. `examples: false` leaves the last out: a program that starts with
 * signatures already checked need not run them again.
 *
 * Throws what `node:fs` throws when the folder cannot be read.
 */
export function loadSignatures(
  folder: string,
  vocabulary: Vocabulary,
  options: LoadOptions = {},
): Loaded {
  const fields = new Fields(vocabulary);
  const signatures: Signature[] = [];
  const problems: Problem[] = [];
  const examples = options.examples !== false;
  const cache = examples ? NO_CACHE : (options.cache ?? readCache(PACKED));
  for (const path of filesIn(folder)) {
    const { document, signature } = readFile(folder, path, fields, cache);
    problems.push(...document.problems);
    if (signature === null) continue;
    signatures.push(signature);
    if (examples) problems.push(...verifyExamples(signature, vocabulary));
  }
  problems.sort(byPlace);
  return { signatures: new SignatureSet(signatures, vocabulary), problems };
}

/** Every signature of the folder that is YAML without a fault, without its examples, for later. */
export function packSignatures(folder: string): SignatureCache {
  const cache = new Map<string, Plain>();
  for (const path of filesIn(folder)) {
    const text = readText(join(folder, path));
    const { root, problems } = SignatureDocument.parse(path, text);
    if (root === null || problems.length > 0) continue;
    const { examples, counterexamples, ...rest } = toPlain(root) as PlainMap;
    cache.set(hashOf(text), rest);
  }
  return cache;
}

function readFile(folder: string, path: string, fields: Fields, cache: SignatureCache) {
  const shown = join(folder, path);
  const text = readText(shown);
  const known = cache.size === 0 ? undefined : cache.get(hashOf(text));
  if (known !== undefined) {
    const read = readDocument(SignatureDocument.trust(shown, toNode(known)), shown, path, fields);
    if (read.signature !== null) return read;
  }
  // A problem needs its place: that is in the text.
  return readDocument(SignatureDocument.parse(shown, text), shown, path, fields);
}

function readDocument(document: SignatureDocument, shown: string, path: string, fields: Fields) {
  const id = idOf(path, document);
  return { document, signature: readSignature(document, shown, id, fields) };
}

/** One signature from its text, as `loadSignatures` does; for tests and editors. */
export function parseSignature(
  text: string,
  path: string,
  vocabulary: Vocabulary,
): { signature: Signature | null; problems: Problem[] } {
  const document = SignatureDocument.parse(path, text);
  const signature = readSignature(document, path, null, new Fields(vocabulary));
  const problems = [...document.problems];
  if (signature !== null) problems.push(...verifyExamples(signature, vocabulary));
  return { signature, problems };
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort(compareText);
}

function readText(path: string): string {
  const bytes = readFileSync(path);
  if (bytes.length > LARGEST_FILE) return "# too large: not a signature\n";
  return bytes.toString("utf8");
}

/** The id that the place of the file demands, or null and a problem. */
function idOf(path: string, document: SignatureDocument): string | null {
  const [folder = "", name = "", ...deeper] = path.split(sep);
  const kind = Object.hasOwn(FOLDERS, folder) ? FOLDERS[folder] : undefined;
  if (kind === undefined || name === "" || deeper.length > 0) {
    const names = Object.keys(FOLDERS);
    const hint = suggestion(folder, names);
    document.problem(null, `a signature belongs directly into one of ${names.join(", ")}${hint}`);
    return null;
  }
  const stem = name.replace(/\.ya?ml$/, "");
  if (name.endsWith(".yml")) document.problem(null, "the file name must end in .yaml");
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(stem))
    document.problem(null, "the file name must be lower-case words joined by hyphens");
  return `${kind}.${stem}`;
}

function byPlace(left: Problem, right: Problem): number {
  return (
    compareText(left.path, right.path) ||
    left.line - right.line ||
    left.column - right.column ||
    compareText(left.message, right.message)
  );
}
