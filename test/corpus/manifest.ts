/**
 * The optional neighbour of the checkout: captures made by others, with answers made by others. Its README
 * says what each key means. Absent: everything that needs it is skipped.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder, or undefined when this checkout has no such neighbour. */
export const CORPUS: string | undefined = locate();

/** One answer as it stands in the manifest. Its shape depends on its key; nothing about it is certain. */
export type Answer = Readonly<Record<string, unknown>>;

export interface Entry {
  /** Path below the corpus folder: also the name in reports and lists. */
  readonly file: string;
  readonly contains: readonly string[];
  readonly expect: Answer;
}

export function entries(): readonly Entry[] {
  if (CORPUS === undefined) return [];
  return JSON.parse(readFileSync(join(CORPUS, "manifest.json"), "utf8")) as Entry[];
}

export function pathOf(entry: Entry): string {
  return join(CORPUS ?? "", entry.file);
}

/** What the manifest says under `key`, as a list; most keys hold lists, some a single answer. */
export function answers(entry: Entry, key: string): readonly Answer[] {
  const value = entry.expect[key];
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]) as Answer[];
}

/** A value as text; numbers are written out, anything else is absent. */
export function text(answer: Answer, key: string): string | undefined {
  const value = answer[key];
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : undefined;
}

/** A value as a list of texts: the sources write one value with or without brackets. */
export function texts(answer: Answer, key: string): readonly string[] {
  const value = answer[key];
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item) => item !== undefined && item !== null).map(String);
}

function locate(): string | undefined {
  const folder = fileURLToPath(new URL("../../../shared/corpus", import.meta.url));
  return existsSync(join(folder, "manifest.json")) ? folder : undefined;
}
