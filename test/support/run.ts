/** Runs captures through the whole pipeline as `auscult replay` does, and keeps everything it says. */
import { eventsOf } from "../../src/cli/events.ts";
import { OWN_SIGNATURES, requireSignatures } from "../../src/cli/signature-files.ts";
import type { Observation } from "../../src/observation/observation.ts";
import { type Outcome, runPipeline } from "../../src/pipeline.ts";
import { renderReport } from "../../src/report/report.ts";
import { PLAIN } from "../../src/report/style.ts";
import { encode } from "../../src/sink/eve.ts";
import { openFiles } from "../../src/source/files.ts";

export interface Run {
  readonly outcome: Outcome;
  readonly observations: readonly Observation[];
  /** What `auscult replay` prints to a file. */
  readonly report: string;
  /** What `auscult replay --json` prints. */
  readonly json: string;
}

const knowledge = requireSignatures(OWN_SIGNATURES);

/** Width of a report that does not go to a terminal. */
const WIDTH = 100;

export async function run(...paths: string[]): Promise<Run> {
  const { signatures } = await knowledge;
  const observations: Observation[] = [];
  const origin = { site: "default", sensor: "replay" };
  const outcome = await runPipeline(
    openFiles(paths),
    { ...origin, signatures, onObservation: (each) => observations.push(each) },
    new AbortController().signal,
  );
  const json = [...eventsOf(outcome, origin)].map((event) => `${encode(event)}\n`).join("");
  return { outcome, observations, report: renderReport(outcome, PLAIN, WIDTH), json };
}
