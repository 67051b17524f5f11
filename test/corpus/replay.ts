/** Replays a capture through the product's own pipeline, with its own signatures, and keeps all it says. */
import { fileURLToPath } from "node:url";
import { loadAnalyzers } from "../../src/analysis/registry.ts";
import type { Observation } from "../../src/observation/observation.ts";
import { type Outcome, runPipeline } from "../../src/pipeline.ts";
import { loadSignatures } from "../../src/signature/load.ts";
import { openFiles } from "../../src/source/files.ts";
import type { Found } from "./fact.ts";

const registry = await loadAnalyzers();
const folder = fileURLToPath(new URL("../../signatures", import.meta.url));
const { signatures } = loadSignatures(folder, registry.vocabulary, { examples: false });

export interface Replayed extends Found {
  readonly outcome: Outcome;
}

export async function replayed(path: string): Promise<Replayed> {
  const observations: Observation[] = [];
  const outcome = await runPipeline(
    openFiles([path]),
    {
      site: "test",
      sensor: "test",
      signatures,
      onObservation: (observation) => observations.push(observation),
    },
    new AbortController().signal,
  );
  return {
    observations,
    outcome,
    devices: outcome.devices,
    alerts: outcome.alerts,
    damage: outcome.summary.damage,
    frames: outcome.summary.counters.source?.frames ?? -1,
    vlans: Object.keys(outcome.summary.counters.vlan ?? {}).map(Number),
  };
}
