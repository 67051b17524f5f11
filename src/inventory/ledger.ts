/**
 * The evidence ledger: what is believed about a device, from claims of families that do not follow from
 * each other. A pure function of the set of claims; their order never matters.
 *
 * For each attribute, every value claimed is a hypothesis. With logit(p) = ln(p / (1 − p)):
 *
 * 1. A claim of confidence c weighs logit(c) − logit(PRIOR), at least 0.
 * 2. Claims of one family repeat each other: only the heaviest counts, and at most up to the family's
 *    ceiling. Families add up: support = logit(PRIOR) + Σ over families. odds = e^support.
 * 3. A value that refines another (`Windows` → `Windows XP`) also supports that, and does not contradict it.
 * 4. Declared beats inferred: where a contradicting value is declared and this one is not, its odds count a
 *    quarter.
 * 5. confidence = odds / (1 + odds + Σ odds of the contradicting values), as a percentage; at most 79 when
 *    only one family speaks for the value. *High* starts at 80.
 *
 * Example: a DICOM association declares `Siemens` at 95 and the IEEE registry gives `Siemens` at 50.
 * Declared is capped at 79 %: 1.325 − (−1.386) = 2.711; weak at 50 %: 0 + 1.386 = 1.386. Support
 * −1.386 + 2.711 + 1.386 = 2.711, odds 15.0, confidence 94. If a banner at 75 says `Dräger`: odds 3.0,
 * a quarter 0.75: Siemens 15.0 / (1 + 15.0 + 0.75) = 90, Dräger 0.75 / 16.75 = 4.
 */
import { compareText } from "./address.ts";
import type { Attribute, Claim, Family, Hypothesis } from "./device.ts";

/** Below this an attribute is unknown: an abstention beats a wrong label. */
export const THRESHOLD = 50;
/** From here on confidence is high: two independent families agree. */
export const HIGH = 80;
/** Hypotheses kept per attribute. */
const MOST_HYPOTHESES = 4;

const PRIOR = 0.2;
const PRIOR_LOGIT = logit(PRIOR);
const UNDECLARED_DISCOUNT = 0.25;

/** How far one family alone can go. In order of evidential value. */
const CEILING: Readonly<Record<Family, number>> = {
  declared: 0.79,
  banner: 0.75,
  crypto: 0.75,
  stack: 0.65,
  behaviour: 0.65,
  weak: 0.6,
};
const FAMILIES = Object.keys(CEILING) as Family[];

const ATTRIBUTES = ["vendor", "model", "role", "os"] as const;
type AttributeName = (typeof ATTRIBUTES)[number];

const NO_HYPOTHESES: readonly Hypothesis[] = [];

interface Candidate {
  readonly key: string;
  readonly claims: Claim[];
}

interface Weighed extends Candidate {
  readonly families: number;
  readonly declared: boolean;
  readonly odds: number;
}

/** All hypotheses: by attribute (vendor, model, role, os), best first. */
export function weigh(claims: readonly Claim[]): readonly Hypothesis[] {
  if (claims.length === 0) return NO_HYPOTHESES;
  return ATTRIBUTES.flatMap((attribute) => weighAttribute(attribute, claims));
}

/** The value to show, or undefined: unknown. The most refined one that is supported well enough. */
export function best(
  hypotheses: readonly Hypothesis[],
  attribute: AttributeName,
): Attribute | undefined {
  const candidates = hypotheses.filter(
    (hypothesis) => hypothesis.attribute === attribute && hypothesis.confidence >= THRESHOLD,
  );
  let chosen = candidates[0];
  for (let next = chosen; next !== undefined; ) {
    chosen = next;
    const key = keyOf(chosen.value);
    next = candidates.find((candidate) => refines(keyOf(candidate.value), key));
  }
  return chosen && { value: chosen.value, confidence: chosen.confidence };
}

/** Whether two values of one attribute cannot both be true: neither is the other said more exactly. */
export function contradict(left: string, right: string): boolean {
  return contradicts(keyOf(left), keyOf(right));
}

function weighAttribute(attribute: AttributeName, claims: readonly Claim[]): readonly Hypothesis[] {
  const own = claims.filter((claim) => claim.attribute === attribute);
  if (own.length === 0) return NO_HYPOTHESES;
  const candidates = new Map<string, Candidate>();
  for (const claim of own) {
    const key = keyOf(claim.value);
    const candidate = candidates.get(key) ?? { key, claims: [] };
    candidate.claims.push(claim);
    candidates.set(key, candidate);
  }
  const weighed = [...candidates.values()].map((each) => support(each, candidates.values()));
  return weighed
    .map((each) => hypothesis(attribute, each, weighed))
    .sort(byConfidence)
    .slice(0, MOST_HYPOTHESES);
}

/** Claims for the value and for what refines it, per family the heaviest. */
function support(candidate: Candidate, all: Iterable<Candidate>): Weighed {
  const heaviest = new Map<Family, number>();
  for (const other of all) {
    if (other.key !== candidate.key && !refines(other.key, candidate.key)) continue;
    for (const { family, confidence } of other.claims)
      heaviest.set(family, Math.max(heaviest.get(family) ?? 0, weight(family, confidence)));
  }
  let sum = PRIOR_LOGIT;
  for (const family of FAMILIES) sum += heaviest.get(family) ?? 0;
  return {
    ...candidate,
    families: heaviest.size,
    declared: heaviest.has("declared"),
    odds: Math.exp(sum),
  };
}

function weight(family: Family, confidence: number): number {
  const probability = Math.min(confidence / 100, CEILING[family]);
  return probability <= PRIOR ? 0 : logit(probability) - PRIOR_LOGIT;
}

function hypothesis(
  attribute: AttributeName,
  candidate: Weighed,
  all: readonly Weighed[],
): Hypothesis {
  const own = discounted(candidate, all);
  let total = 1 + own;
  for (const other of [...all].sort((a, b) => compareText(a.key, b.key)))
    if (contradicts(other.key, candidate.key)) total += discounted(other, all);
  const percentage = Math.round((own / total) * 100);
  const claims = [...candidate.claims].sort(byWeight);
  return {
    attribute,
    value: claims[0]?.value ?? "",
    confidence: candidate.families > 1 ? percentage : Math.min(percentage, HIGH - 1),
    claims,
  };
}

function discounted(candidate: Weighed, all: readonly Weighed[]): number {
  const overruled =
    !candidate.declared &&
    all.some((other) => other.declared && contradicts(other.key, candidate.key));
  return overruled ? candidate.odds * UNDECLARED_DISCOUNT : candidate.odds;
}

/** Whether a value says the same as another, more exactly: it adds words before or after it. */
function refines(value: string, general: string): boolean {
  return value.startsWith(`${general} `) || value.endsWith(` ${general}`);
}

function contradicts(left: string, right: string): boolean {
  return left !== right && !refines(left, right) && !refines(right, left);
}

function keyOf(value: string): string {
  return value.trim().toLowerCase();
}

function logit(probability: number): number {
  return Math.log(probability / (1 - probability));
}

function byConfidence(left: Hypothesis, right: Hypothesis): number {
  const [a, b] = [left.claims[0], right.claims[0]];
  return (
    right.confidence - left.confidence ||
    (a && b ? rank(a) - rank(b) : 0) ||
    compareText(left.value, right.value)
  );
}

/** A total order: the claim shown first, and the spelling of the value, depend on nothing else. */
function byWeight(left: Claim, right: Claim): number {
  return (
    rank(left) - rank(right) ||
    right.confidence - left.confidence ||
    compareText(left.signature, right.signature) ||
    compareText(left.value, right.value) ||
    compareText(left.because, right.because) ||
    compareText(left.evidence.capture, right.evidence.capture) ||
    left.evidence.frame - right.evidence.frame
  );
}

function rank(claim: Claim): number {
  return FAMILIES.indexOf(claim.family);
}
