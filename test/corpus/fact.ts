/** One question that the corpus answers, and how our answer is held against it. */
import type { Alert } from "../../src/alert/alert.ts";
import type { Device } from "../../src/inventory/device.ts";
import type { Observation } from "../../src/observation/observation.ts";
import type { DamageRecord } from "../../src/sink/sink.ts";
import type { Answer } from "./manifest.ts";

/** What a replay of one file gave. */
export interface Found {
  readonly observations: readonly Observation[];
  readonly devices: readonly Device[];
  readonly alerts: readonly Alert[];
  readonly damage: readonly DamageRecord[];
  readonly frames: number;
  /** VLAN identifiers of the frames, tunnels and inner tags included. */
  readonly vlans: readonly number[];
}

/**
 * `agree`: the same answer. `withheld`: we know and deliberately do not say (a community that may be a secret).
 * `miss`: we say nothing. `contradict`: we say something else. `silent`: nothing was asked of us after all (a
 * flow on which there was nothing to observe); not counted.
 */
export type Verdict = "agree" | "withheld" | "miss" | "contradict" | "silent";

/**
 * `asked`: this protocols; the share of agreement is asserted. `shown`: reported, not asserted, because
 * the product does not claim it. `later`: a protocol that has no analyzer yet; counted only.
 */
export type Scope = "asked" | "shown" | "later";

export interface Fact {
  /** File, key and index in the manifest, part: names the fact without repeating what it says. */
  readonly id: string;
  readonly kind: string;
  readonly scope: Scope;
  /** Who says so. */
  readonly by: string;
  judge(found: Found): Verdict;
}

export interface Question {
  /** Address that the observation is about, that it speaks with; absent: any. */
  readonly subject?: string | undefined;
  readonly peer?: string | undefined;
  readonly port?: number | undefined;
  /** MAC address of the subject. */
  readonly mac?: string | undefined;
  readonly protocol?: string | undefined;
  /** Any of these fields may hold the value. */
  readonly fields: readonly string[];
  readonly value: string;
  /** There is one right value: another one is a contradiction, not a miss. */
  readonly single?: boolean;
  /** How a value of ours may differ from theirs. Default: `sameText`. */
  same?(ours: string, theirs: string): boolean;
}

/** Whether some observation gives the value. */
export function ask(found: Found, question: Question): Verdict {
  const same = question.same ?? sameText;
  let others = false;
  for (const observation of found.observations) {
    if (!concerns(observation, question)) continue;
    for (const field of question.fields) {
      const value = observation.fields[field];
      if (value === undefined) continue;
      if (same(String(value), question.value)) return "agree";
      others = true;
    }
  }
  return others && question.single === true ? "contradict" : "miss";
}

function concerns({ subject, peer, protocol }: Observation, question: Question): boolean {
  return (
    matches(question.subject, subject.ip) &&
    matches(question.peer, peer?.ip) &&
    matches(question.port, subject.port) &&
    matches(question.mac, subject.mac) &&
    matches(question.protocol, protocol)
  );
}

function matches<T>(wanted: T | undefined, value: T | undefined): boolean {
  return wanted === undefined || wanted === value;
}

/** Observed texts are trimmed, free of control characters and at most this long. */
const TEXT_LIMIT = 256;

/** Without case (Arkime writes lower case), and with one space where there are several or control characters. */
export function sameText(ours: string, theirs: string): boolean {
  const a = plain(ours);
  const b = plain(theirs);
  return a === b || (ours.length >= TEXT_LIMIT - 4 && b.startsWith(a));
}

function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .toLowerCase();
}

/** Makes facts of one answer: `at` is where it stands in the manifest (`devices[3]`). */
export class Facts {
  readonly list: Fact[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  add(
    at: string,
    kind: string,
    answer: Answer,
    judge: (found: Found) => Verdict,
    scope: Scope = "asked",
  ): void {
    const by = typeof answer.by === "string" ? answer.by : "the manifest";
    this.list.push({ id: `${this.#file}#${at}`, kind, scope, by, judge });
  }
}
