/** What a matched signature says about the device, with the values of this case filled in. */
import { contradict } from "../inventory/ledger.ts";
import type { Observation } from "../observation/observation.ts";
import { type DeviceLookup, fieldOf } from "./set.ts";
import type { AttributeName, Match } from "./signature.ts";
import { type Lookup, renderWhole, type Template } from "./template.ts";

export interface Belief {
  readonly attributes: readonly { readonly attribute: AttributeName; readonly value: string }[];
  readonly name?: string;
  readonly software: readonly BelievedSoftware[];
  /** The field and value that it rests on. */
  readonly because: string;
}

export interface BelievedSoftware {
  readonly name: string;
  readonly version?: string;
  readonly vendor?: string;
  readonly cpe?: string;
}

/** A signature that matched, and what it makes of the observation. */
export interface Opinion {
  readonly match: Match;
  readonly belief: Belief;
}

const ENDS = new Map(
  (["subject", "peer"] as const).flatMap((end) =>
    (["ip", "mac", "port", "vlan"] as const).map((part) => [`${end}.${part}`, { end, part }]),
  ),
);

const NOTHING: Belief = { attributes: [], software: [], because: "" };

export function beliefOf(match: Match, observation: Observation, device: DeviceLookup): Belief {
  const { set } = match.signature;
  if (set === undefined) return NOTHING;
  const lookup = lookupIn(match, observation, device);
  const attributes = set.attributes.flatMap(({ attribute, value }) => {
    const text = renderWhole(value, lookup);
    return text === null ? [] : [{ attribute, value: text }];
  });
  const name = set.name && renderWhole(set.name, lookup);
  const software = set.software.flatMap((template) => {
    const product = renderWhole(template.name, lookup);
    if (product === null) return [];
    return [
      {
        name: product,
        ...rendered("version", template.version, lookup),
        ...rendered("vendor", template.vendor, lookup),
        ...rendered("cpe", template.cpe, lookup),
      },
    ];
  });
  const because = reason(match, observation);
  return { attributes, ...(name ? { name } : {}), software, because };
}

/**
 * Of signatures that read the same field of one observation and contradict each other, only the surest
 * speaks: it knows a special case of what the others say in general.
 */
export function surest(opinions: readonly Opinion[]): readonly Opinion[] {
  if (opinions.length < 2) return opinions;
  return opinions.map((opinion) => {
    const attributes = opinion.belief.attributes.filter(
      (own) => !opinions.some((other) => overrules(other, opinion, own)),
    );
    if (attributes.length === opinion.belief.attributes.length) return opinion;
    return { ...opinion, belief: { ...opinion.belief, attributes } };
  });
}

function overrules(
  other: Opinion,
  opinion: Opinion,
  { attribute, value }: Belief["attributes"][number],
): boolean {
  if (other.match.signature.confidence <= opinion.match.signature.confidence) return false;
  if (!shareField(other.match, opinion.match)) return false;
  return other.belief.attributes.some(
    (each) => each.attribute === attribute && contradict(each.value, value),
  );
}

/** Whether both rest on the same thing, beyond how the observation came. */
function shareField(left: Match, right: Match): boolean {
  const sources = right.fields.filter(isTelling).map(sourceOf);
  return left.fields.some((field) => isTelling(field) && sources.includes(sourceOf(field)));
}

/** A prefix and who registered it are one thing. */
function sourceOf(field: string): string {
  return field.startsWith("mac.") ? "mac" : field;
}

function isTelling(field: string): boolean {
  return field !== "protocol" && field !== "transport";
}

function rendered<K extends string>(
  key: K,
  template: Template | undefined,
  lookup: Lookup,
): { [key in K]?: string } {
  const text = template === undefined ? null : renderWhole(template, lookup);
  return (text === null ? {} : { [key]: text }) as { [key in K]?: string };
}

/** The most telling field that the signature looked at: not the protocol, if there is another. */
function reason(match: Match, observation: Observation): string {
  const telling = match.fields.find(isTelling);
  const field = telling ?? match.fields[0] ?? "protocol";
  return [field, ": ", String(fieldOf(observation, field) ?? "")].join("");
}

/** Resolves names of templates: captured groups, fields, the two ends, the device. */
export function lookupIn(match: Match, observation: Observation, device: DeviceLookup): Lookup {
  return (name) => {
    if (Object.hasOwn(match.captures, name)) return match.captures[name];
    const own = fieldOf(observation, name);
    if (own !== undefined) return own;
    const place = ENDS.get(name);
    return place === undefined ? device(name) : observation[place.end]?.[place.part];
  };
}
