/**
 * What every text that an expression matches must contain. Looking for it takes a hundredth of the time that
 * the expression would take, and most expressions never need to be compiled.
 */

/** Shorter ones say little. */
const SHORTEST = 3;

/** Groups that change nothing but what is captured. */
const PLAIN_GROUP = /^\((?:\?:|\?P?<\w+>|(?!\?))/;
const QUANTIFIER = /^(?:[?*+]|\{\d+(?:,\d*)?\})\??/;
/** What stands for itself when escaped. */
const PUNCTUATION = /^\\[^\p{L}\p{N}]/u;

/** The longest text that the expression needs as it stands there; empty when there is none, or none is sure. */
export function requiredText(source: string): string {
  let longest = "";
  let run = "";
  const end = () => {
    if (run.length > longest.length) longest = run;
    run = "";
  };
  for (let at = 0; at < source.length; ) {
    const rest = source.slice(at);
    const length = lengthOf(rest);
    if (length === 0) return "";
    const [quantifier = ""] = QUANTIFIER.exec(rest.slice(length)) ?? [];
    const literal = literalOf(rest.slice(0, length));
    // Repeated at least once it is there, but what follows need not be next to it.
    if (literal === null || quantifier !== "") {
      if (literal !== null && quantifier.startsWith("+")) run += literal;
      end();
    } else run += literal;
    at += length + quantifier.length;
  }
  end();
  return longest.length < SHORTEST ? "" : longest;
}

/** Of the part that an expression begins with; 0: one that makes what stands around it uncertain. */
function lengthOf(source: string): number {
  switch (source[0]) {
    case "|":
    case ")":
      return 0;
    case "(":
      return PLAIN_GROUP.test(source) ? enclosed(source) : 0;
    case "[":
      return classLength(source);
    case "\\":
      // \Q quotes, \p{…} and \x{…} are longer: rare enough not to be looked at.
      return /^\\[QEpPxCk0-9]/.test(source) ? 0 : 2;
    default:
      return 1;
  }
}

/** Null: it stands for more than itself, or for a place. */
function literalOf(part: string): string | null {
  if (part.startsWith("\\")) return PUNCTUATION.test(part) ? part.slice(1) : null;
  // Half of a character beyond 16 bits is none: what is repeated is the whole.
  return part.length === 1 && !/[.^$\ud800-\udfff]/.test(part) ? part : null;
}

/** Up to the bracket that closes the first one; 0 when none does. */
function enclosed(source: string): number {
  for (let at = 1; at < source.length; ) {
    if (source[at] === ")") return at + 1;
    const length = source[at] === "|" ? 1 : lengthOf(source.slice(at));
    if (length === 0) return 0;
    at += length;
  }
  return 0;
}

/** A class in square brackets: one that begins with a closing bracket contains it. */
function classLength(source: string): number {
  const [text = ""] = /^\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]/s.exec(source) ?? [];
  return /\\[QE]/.test(text) ? 0 : text.length;
}
