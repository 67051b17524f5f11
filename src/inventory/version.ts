/**
 * Compares version texts as people mean them: numbers as numbers, `8.2` < `8.2p1`, `1.0.2` < `1.0.2k`,
 * `3.0.0-rc1` < `3.0.0`, `2.4` = `2.4.0`. Part by part, where what may follow the same beginning sorts so:
 * a word of a pre-release, nothing, another word, a number. Substrings never compare.
 */

/** What follows this many characters is not looked at. */
const LONGEST = 64;

const PRE_RELEASE = new Set(["alpha", "beta", "dev", "pre", "preview", "rc", "snapshot"]);

/** Whether a text can be compared at all: it starts with a digit, perhaps after a `v`. */
export function isVersion(text: string): boolean {
  return /^v?[0-9]/i.test(text);
}

/** Negative, zero or positive, as for sort. */
export function compareVersions(left: string, right: string): number {
  const a = parts(left);
  const b = parts(right);
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = compareParts(a[index], b[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function parts(text: string): string[] {
  const bare = text.slice(0, LONGEST).toLowerCase().replace(/^v/, "");
  return withoutIdleZeros(bare.match(/[0-9]+|[a-z]+/g) ?? []);
}

/** `2.4.0` says no more than `2.4`, nor `3.0.0-rc1` more than `3-rc1`. */
function withoutIdleZeros(all: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = all.length - 1; index >= 0; index--) {
    const part = all[index] ?? "";
    const next = kept.at(-1);
    const closes = next === undefined || !isNumber(next);
    if (index > 0 && closes && /^0+$/.test(part) && isNumber(all[index - 1] ?? "")) continue;
    kept.push(part);
  }
  return kept.reverse();
}

function compareParts(a: string | undefined, b: string | undefined): number {
  const order = rank(a) - rank(b);
  if (order !== 0 || a === undefined || b === undefined || a === b) return order;
  if (isNumber(a)) return compareNumbers(a, b);
  return a < b ? -1 : 1;
}

function rank(part: string | undefined): number {
  if (part === undefined) return 1;
  if (isNumber(part)) return 3;
  return PRE_RELEASE.has(part) ? 0 : 2;
}

/** By length, then digit by digit: a hostile number of forty digits compares as exactly as any. */
function compareNumbers(a: string, b: string): number {
  const left = a.replace(/^0+(?=.)/, "");
  const right = b.replace(/^0+(?=.)/, "");
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function isNumber(part: string): boolean {
  return part >= "0" && part < ":";
}
