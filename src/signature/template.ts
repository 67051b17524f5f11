/**
 * Texts with places for values: `"Telnet login to {subject.ip}[ as {login.user}]"`. A part in square
 * brackets that names values is left out when one of them is missing.
 */
import type { Value } from "./signature.ts";

/** Longest text that a template yields. */
const LONGEST = 512;

const PLACE = /\{([a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*)\}/gi;
const OPTIONAL = /\[([^[\]]*\{[^[\]]*)\]/g;

export interface Template {
  readonly source: string;
  /** Every name in it, once. */
  readonly names: readonly string[];
  readonly parts: readonly Part[];
}

interface Part {
  readonly optional: boolean;
  readonly pieces: readonly (string | { readonly name: string })[];
}

/** Where a value stands in a rendered text. */
export interface Span {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export type Lookup = (name: string) => Value | undefined;

export function parseTemplate(source: string): Template {
  const parts: Part[] = [];
  let at = 0;
  for (const match of source.matchAll(OPTIONAL)) {
    parts.push({ optional: false, pieces: piecesOf(source.slice(at, match.index)) });
    parts.push({ optional: true, pieces: piecesOf(match[1] ?? "") });
    at = match.index + match[0].length;
  }
  parts.push({ optional: false, pieces: piecesOf(source.slice(at)) });
  const names = [...source.matchAll(PLACE)].map((match) => match[1] ?? "");
  return { source, names: [...new Set(names)], parts };
}

function piecesOf(text: string): (string | { name: string })[] {
  const pieces: (string | { name: string })[] = [];
  let at = 0;
  for (const match of text.matchAll(PLACE)) {
    if (match.index > at) pieces.push(text.slice(at, match.index));
    pieces.push({ name: match[1] ?? "" });
    at = match.index + match[0].length;
  }
  if (at < text.length) pieces.push(text.slice(at));
  return pieces;
}

/** The text when every value is there, else null: half a version or CPE would be a false one. */
export function renderWhole(template: Template, lookup: Lookup): string | null {
  const parts = template.parts.filter((part) => !part.optional || isComplete(part, lookup));
  if (!parts.every((part) => isComplete(part, lookup))) return null;
  return render(template, lookup).text.trim() || null;
}

/** The text for a reader: a missing value reads `unknown`. `spans` says where the values stand. */
export function render(template: Template, lookup: Lookup): { text: string; spans: Span[] } {
  const spans: Span[] = [];
  const texts: string[] = [];
  let length = 0;
  for (const part of template.parts) {
    if (part.optional && !isComplete(part, lookup)) continue;
    for (const piece of part.pieces) {
      const text = typeof piece === "string" ? piece : String(lookup(piece.name) ?? "unknown");
      texts.push(text);
      length += text.length;
      if (typeof piece !== "string")
        spans.push({ name: piece.name, start: length - text.length, end: length });
    }
  }
  // Joined at once: texts live long, and V8 keeps every step of a text that grows.
  const text = texts.join("");
  if (length <= LONGEST) return { text, spans };
  return { text: text.slice(0, LONGEST), spans: clip(spans) };
}

function isComplete(part: Part, lookup: Lookup): boolean {
  return part.pieces.every(
    (piece) => typeof piece === "string" || lookup(piece.name) !== undefined,
  );
}

function clip(spans: readonly Span[]): Span[] {
  return spans
    .filter((span) => span.start < LONGEST)
    .map((span) => ({ ...span, end: Math.min(span.end, LONGEST) }));
}
