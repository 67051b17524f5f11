/** What is still to be judged: an observation from the wire, or a conclusion drawn from one. */
import { isLocallyAdministered } from "../inventory/address.ts";
import type { AnyHolder, Attributes, MacHolder } from "../inventory/holder.ts";
import type { Subject } from "../inventory/identity.ts";
import { registrantOf } from "../inventory/registrant.ts";
import type { Fields, Observation } from "../observation/observation.ts";
import type { BelievedSoftware } from "../signature/believe.ts";
import { ATTRIBUTES, type AttributeName } from "../signature/signature.ts";

/** Fields of a device, and the attributes that they are. */
export const DEVICE_FIELDS: ReadonlyMap<string, AttributeName> = new Map(
  ATTRIBUTES.map((attribute) => [`device.${attribute}`, attribute]),
);

export interface Task {
  readonly observation: Observation;
  /** Where facts about the subject are kept; null: it is about no device. */
  readonly home: AnyHolder | null;
  /** The MAC address that the observation proves. */
  readonly mac: MacHolder | null;
  /** How many conclusions lie between the wire and this. */
  readonly depth: number;
}

/** The observation itself, with what its MAC address says; as two when that belongs to a router. */
export function firstTasks(
  observation: Observation,
  taken: { readonly home: AnyHolder; readonly subject: Subject } | null,
): Task[] {
  if (taken === null) return [{ observation, home: null, mac: null, depth: 0 }];
  const { home, subject } = taken;
  const { mac, ip } = subject;
  const plain: Task = { observation, home, mac, depth: 0 };
  if (mac === null || isLocallyAdministered(mac.text)) return [plain];
  if (mac.registered) return [plain];
  mac.registered = true;
  const own = ip === null || ip.binding?.mac === mac;
  const fields = hardwareFields(mac);
  if (own)
    return [
      { ...plain, observation: { ...observation, fields: { ...observation.fields, ...fields } } },
    ];
  return [
    { ...plain, mac: null },
    { ...plain, observation: sighting(observation, mac, fields), home: mac },
  ];
}

/** Software has become known of a device. */
export function softwareTask(task: Task, home: AnyHolder, software: BelievedSoftware): Task {
  const { name, version, vendor } = software;
  const observation: Observation = {
    ...task.observation,
    protocol: "software",
    fields: {
      "software.name": name,
      ...(version === undefined ? {} : { "software.version": version }),
      ...(vendor === undefined ? {} : { "software.vendor": vendor }),
    },
  };
  return { observation, home, mac: null, depth: task.depth + 1 };
}

/** What is believed of a device has changed. */
export function deviceTask(
  { timestamp, subject, evidence }: Observation,
  head: AnyHolder,
  attributes: Attributes,
  depth: number,
): Task {
  const fields: Record<string, string> = {};
  for (const [field, attribute] of DEVICE_FIELDS) {
    const value = attributes[attribute]?.value;
    if (value !== undefined) fields[field] = value;
  }
  const observation = { timestamp, subject, protocol: "device", evidence, fields };
  return { observation, home: head, mac: null, depth: depth + 1 };
}

function hardwareFields(mac: MacHolder): Fields {
  const registrant = registrantOf(mac.text);
  return {
    "mac.address": mac.text,
    ...(registrant === undefined ? {} : { "mac.registrant": registrant }),
  };
}

/** The packet came through this MAC address from elsewhere: what it says of the hardware stands alone. */
function sighting(
  { timestamp, subject, evidence }: Observation,
  mac: MacHolder,
  fields: Fields,
): Observation {
  const { vlan } = subject;
  return {
    timestamp,
    subject: { mac: mac.text, ...(vlan === undefined ? {} : { vlan }) },
    protocol: "inventory",
    evidence,
    fields,
  };
}
