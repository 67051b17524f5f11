/** Drives one analyzer by hand: a hinge over a made-up flow 10.0.0.1:40000 → 10.0.0.2, and what it said. */
import { Hinge } from "../../src/observation/hinge.ts";
import type { Observation } from "../../src/observation/observation.ts";
import { type Privacy, SHARED_FIELDS } from "../../src/observation/vocabulary.ts";

export interface Recorder {
  readonly observer: Hinge;
  readonly observations: Observation[];
}

export function record(
  protocol: string,
  fields: Readonly<Record<string, Privacy>>,
  responderPort = 9999,
): Recorder {
  const observations: Observation[] = [];
  const vocabulary = new Map<string, Privacy>(Object.entries(SHARED_FIELDS));
  for (const [name, privacy] of Object.entries(fields))
    vocabulary.set(`${protocol}.${name}`, privacy);
  const bytes = new Uint8Array([2, 0, 0, 0, 0, 1, 10, 0, 0, 1]);
  const packet = {
    bytes,
    timestamp: 1_000_000,
    frame: 1,
    capture: 0,
    sourceMac: 0,
    source: 6,
    ipVersion: 4,
    vlan: -1,
  };
  const sink = { observe: (each: Observation) => observations.push(each), repeat: () => {} };
  const observer = new Hinge(sink, vocabulary, packet);
  observer.protocol = protocol;
  observer.transport = "tcp";
  observer.captures = ["test.pcap"];
  observer.flow = {
    addresses: new Uint8Array([10, 0, 0, 1, 10, 0, 0, 2]),
    originatorAt: 0,
    responderAt: 4,
    ipVersion: 4,
    originatorPort: 40000,
    responderPort,
    transport: 6,
    vlan: -1,
    communityId: () => "1:test",
  };
  return { observer, observations };
}
