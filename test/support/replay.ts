/** Replays a capture through the packet path alone and returns what was observed. */
import { PacketPath } from "../../src/analysis/packet-path.ts";
import { loadAnalyzers } from "../../src/analysis/registry.ts";
import type { Observation } from "../../src/observation/observation.ts";
import { openFiles } from "../../src/source/files.ts";
import type { Damage } from "../../src/source/source.ts";

export interface Repeat {
  readonly observation: Observation;
  readonly count: number;
  readonly timestamp: number;
}

export interface Replay {
  readonly observations: readonly Observation[];
  readonly repeats: readonly Repeat[];
  readonly counters: Record<string, Record<string, number>>;
  readonly damage: readonly Damage[];
}

const registry = loadAnalyzers();

export async function observationsOf(...paths: string[]): Promise<Replay> {
  const observations: Observation[] = [];
  const repeats: Repeat[] = [];
  const source = openFiles(paths);
  const path = new PacketPath({
    registry: await registry,
    captures: source.names,
    sink: {
      observe: (observation) => observations.push(observation),
      repeat: (observation, count, timestamp) => repeats.push({ observation, count, timestamp }),
    },
  });
  await source.run((frame) => path.frame(frame), new AbortController().signal);
  path.finish();
  return {
    observations,
    repeats,
    counters: path.statistics(),
    damage: source.statistics().damage,
  };
}
