/**
 * Conditions on one field, compiled once. Expressions run on RE2 (linear time whatever the input), and
 * only over the first `LONGEST` characters; what they capture is bounded too.
 */
import { RE2JS } from "re2js";
import { compareVersions, isVersion } from "../inventory/version.ts";
import { requiredText } from "./required-text.ts";
import type { Value } from "./signature.ts";

/** Characters of a value that an expression looks at. */
const LONGEST = 1024;
/** Characters of a captured group that are kept. */
const LONGEST_CAPTURE = 128;

export type Captures = Record<string, string>;

/** Whether a value, or its absence, meets the condition; captured groups are added to `captures`. */
export type Test = (value: Value | undefined, captures: Captures) => boolean;

export function equals(wanted: Value): Test {
  const text = String(wanted).toLowerCase();
  const number = typeof wanted === "number" ? wanted : Number.NaN;
  return (value) => {
    if (value === undefined) return false;
    if (typeof value === "number" && value === number) return true;
    return String(value).toLowerCase() === text;
  };
}

/** A compiled expression and the names of its groups. Throws `Error` with RE2's message. */
export function expression(source: string, ignoreCase: boolean): { test: Test; groups: string[] } {
  const compiled = compile(source, ignoreCase);
  const test = matcher(() => compiled, needed(source, ignoreCase));
  return { test, groups: Object.keys(compiled.namedGroups()) };
}

/** The same for an expression known to be right: compiled when it is first needed. */
export function lateExpression(
  source: string,
  ignoreCase: boolean,
): { test: Test; groups: string[] } {
  let compiled: RE2JS | undefined;
  const test = matcher(
    () => {
      compiled ??= compile(source, ignoreCase);
      return compiled;
    },
    needed(source, ignoreCase),
  );
  return { test, groups: groupsIn(source) };
}

/** Names of groups by their look, also of an expression with a fault. */
export function groupsIn(source: string): string[] {
  return [...source.matchAll(/\(\?P?<(\w+)>/g)].map((match) => match[1] ?? "");
}

function compile(source: string, ignoreCase: boolean): RE2JS {
  return RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
}

/** Whether a text can match at all. Most expressions are never asked: found out when one is. */
function needed(source: string, ignoreCase: boolean): (text: string) => boolean {
  let part: string | undefined;
  return (text) => {
    part ??= ignoreCase ? requiredText(source).toLowerCase() : requiredText(source);
    if (!ignoreCase || part === "") return text.includes(part);
    // Beyond ASCII RE2 folds what toLowerCase does not: ſ is an s.
    return text.toLowerCase().includes(part) || /[^\0-\x7f]/.test(text);
  };
}

function matcher(compiled: () => RE2JS, needs: (text: string) => boolean): Test {
  return (value, captures) => {
    if (value === undefined) return false;
    const text = subject(value);
    if (!needs(text)) return false;
    const re = compiled();
    if (!re.test(text)) return false;
    const names = Object.keys(re.namedGroups());
    if (names.length > 0) capture(re, names, text, captures);
    return true;
  };
}

function capture(re: RE2JS, names: readonly string[], text: string, captures: Captures): void {
  const found = re.matcher(text);
  if (!found.find()) return;
  for (const name of names) {
    const group = found.group(name);
    if (group !== null && group !== "") captures[name] = group.slice(0, LONGEST_CAPTURE);
  }
}

function subject(value: Value): string {
  const text = String(value);
  return text.length > LONGEST ? text.slice(0, LONGEST) : text;
}

export function anyOf(tests: readonly Test[]): Test {
  return (value, captures) => tests.some((test) => test(value, captures));
}

export function allOf(tests: readonly Test[]): Test {
  return (value, captures) => tests.every((test) => test(value, captures));
}

export function not(test: Test): Test {
  return (value) => !test(value, {});
}

export function exists(wanted: boolean): Test {
  return (value) => (value !== undefined) === wanted;
}

export const VERSION_ORDERS = ["below", "from", "above", "to"] as const;
export type VersionOrder = (typeof VERSION_ORDERS)[number];

/** As a version; a value that is none does not meet it. */
export function version(order: VersionOrder, bound: string): Test {
  return (value) => {
    if (value === undefined) return false;
    const text = String(value);
    if (!isVersion(text)) return false;
    const difference = compareVersions(text, bound);
    switch (order) {
      case "below":
        return difference < 0;
      case "from":
        return difference >= 0;
      case "above":
        return difference > 0;
      case "to":
        return difference <= 0;
    }
  };
}

export function prefix(prefixes: readonly string[]): Test {
  const wanted = prefixes.map((text) => text.toLowerCase());
  return (value) => {
    if (value === undefined) return false;
    const text = String(value).toLowerCase();
    return wanted.some((start) => text.startsWith(start));
  };
}

/** Contains one of these as a whole item of a space- or comma-separated list. */
export function has(items: readonly string[]): Test {
  const wanted = new Set(items.map((text) => text.toLowerCase()));
  return (value) => {
    if (value === undefined) return false;
    const listed = String(value)
      .toLowerCase()
      .split(/[\s,]+/);
    return listed.some((item) => wanted.has(item));
  };
}
