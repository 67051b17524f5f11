/**
 * The only file that knows the order: source → packet path → judge. A replay and a live sensor differ in the
 * source alone.
 */

import type { Alert } from "./alert/alert.ts";
import { Judge } from "./alert/judge.ts";
import { PacketPath } from "./analysis/packet-path.ts";
import { loadAnalyzers } from "./analysis/registry.ts";
import type { Device } from "./inventory/device.ts";
import type { Observation } from "./observation/observation.ts";
import type { SignatureSet } from "./signature/set.ts";
import type { RunSummary } from "./sink/sink.ts";
import type { Frame, Source } from "./source/source.ts";

export interface PipelineOptions {
  /** Names that device and alert ids are derived from; lower case, digits, hyphens. */
  readonly site: string;
  readonly sensor: string;
  readonly signatures: SignatureSet;
  /** Called whenever an alert opens, changes or closes, in packet time. */
  onAlert?(alert: Alert): void;
  /** Sees every observation before it is judged. */
  onObservation?(observation: Observation): void;
}

export interface Outcome {
  readonly devices: readonly Device[];
  readonly alerts: readonly Alert[];
  readonly summary: RunSummary;
}

/** Runs `source` to its end, or until `signal` aborts, and says what was found. */
export async function runPipeline(
  source: Source,
  options: PipelineOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const { site, signatures, onAlert, onObservation } = options;
  const judge = new Judge({ site, signatures, ...(onAlert === undefined ? {} : { onAlert }) });
  const path = new PacketPath({
    registry: await loadAnalyzers(),
    captures: source.names,
    sink: {
      observe(observation) {
        onObservation?.(observation);
        judge.observe(observation);
      },
      repeat: (observation, count, timestamp) => judge.repeat(observation, count, timestamp),
    },
  });
  const span = new Span();
  await source.run((frame) => {
    span.include(frame);
    path.frame(frame);
  }, signal);
  path.finish();
  judge.finish(span.last);
  const { frames, bytes, damage } = source.statistics();
  const counters = {
    source: { frames, bytes, damage: damage.length },
    ...path.statistics(),
    judge: judge.statistics(),
  };
  const summary = {
    version: 1,
    captures: source.names,
    ...span.times(),
    damage,
    counters,
  } as const;
  return { devices: judge.devices(), alerts: judge.alerts(), summary };
}

/** First and last packet time seen. */
class Span {
  first = Number.POSITIVE_INFINITY;
  last = 0;

  include({ timestamp }: Frame): void {
    if (timestamp < this.first) this.first = timestamp;
    if (timestamp > this.last) this.last = timestamp;
  }

  times(): { firstPacket?: number; lastPacket?: number } {
    if (this.first > this.last) return {};
    return { firstPacket: this.first, lastPacket: this.last };
  }
}
