/** Runs a signature's own examples: each must match and give what it says, no counterexample may match. */
import type { Observation } from "../observation/observation.ts";
import type { Vocabulary } from "../observation/vocabulary.ts";
import { beliefOf, lookupIn } from "./believe.ts";
import type { Problem } from "./document.ts";
import { SignatureSet } from "./set.ts";
import type { Example, Match, Signature } from "./signature.ts";
import { render } from "./template.ts";

export function verifyExamples(signature: Signature, vocabulary: Vocabulary): Problem[] {
  const alone = new SignatureSet([signature], vocabulary);
  const problems: Problem[] = [];
  const report = (example: Example, message: string) =>
    problems.push({ path: signature.path, line: example.line, column: example.column, message });
  for (const example of signature.examples) {
    const observation = observationOf(example);
    const match = alone.match(observation, () => undefined)[0];
    if (match === undefined || !match.holds) report(example, "the example does not match");
    else
      for (const message of differences(example, given(match, observation)))
        report(example, message);
  }
  for (const example of signature.counterexamples)
    if (alone.match(observationOf(example), () => undefined)[0]?.holds)
      report(example, "the counterexample matches");
  return problems;
}

/** The observation that an example stands for. */
export function observationOf(example: Example): Observation {
  const { protocol, transport, ...fields } = example.observe;
  return {
    timestamp: 0,
    subject: { ip: "192.0.2.1" },
    protocol: protocol === undefined ? "" : String(protocol),
    ...(transport === undefined ? {} : { transport: transport as "tcp" }),
    evidence: { capture: "", frame: 0 },
    fields,
  };
}

/** Everything that a match gives, by the names that `give` uses; a list for software. */
function given(match: Match, observation: Observation): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) found.set(name, [...(found.get(name) ?? []), value]);
  };
  const belief = beliefOf(match, observation, () => undefined);
  for (const { attribute, value } of belief.attributes) add(attribute, value);
  add("name", belief.name);
  for (const software of belief.software)
    for (const key of ["name", "version", "vendor", "cpe"] as const)
      add(`software.${key}`, software[key]);
  const { alert } = match.signature;
  if (alert !== undefined) {
    const lookup = lookupIn(match, observation, () => undefined);
    const higher = alert.escalate.find(({ when }) =>
      when.every(({ field, test }) => test(lookup(field), {})),
    );
    add("severity", higher?.severity ?? alert.severity);
    add("message", render(alert.message, lookup).text);
  }
  return found;
}

function differences(example: Example, found: ReadonlyMap<string, string[]>): string[] {
  return Object.entries(example.give).flatMap(([name, wanted]) => {
    const values = found.get(name) ?? [];
    if (values.includes(wanted)) return [];
    const got = values.length === 0 ? "nothing" : values.map((value) => `"${value}"`).join(", ");
    return [`the example must give ${name} "${wanted}" and gives ${got}`];
  });
}
