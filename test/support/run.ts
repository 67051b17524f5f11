/** Runs captures through the whole pipeline as `auscult replay` does, and keeps everything it says. */
import { eventsOf } from "../../src/cli/events.ts";
import { OWN_SIGNATURES, requireSignatures } from "../../src/cli/signature-files.ts";
import type { Observation } from "../../src/observation/observation.ts";
import { type Outcome, runPipeline } from "../../src/pipeline.ts";
import { renderReport } from "../../src/report/report.ts";
import { PLAIN } from "../../src/report/style.ts";
import { JsonlSink, type Output } from "../../src/sink/jsonl.ts";
import { nameless } from "../../src/sink/nameless.ts";
import { ReportSink } from "../../src/sink/report.ts";
import type { Sink } from "../../src/sink/sink.ts";
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

const ORIGIN = { site: "default", sensor: "replay" };

/** Width of a report that does not go to a terminal. */
const WIDTH = 100;

export async function run(...paths: string[]): Promise<Run> {
  const { signatures } = await knowledge;
  const observations: Observation[] = [];
  const outcome = await runPipeline(
    openFiles(paths),
    { ...ORIGIN, signatures, onObservation: (each) => observations.push(each) },
    new AbortController().signal,
  );
  const write = (local: (output: Output) => Sink) => printed(outcome, local, paths.length === 1);
  return {
    outcome,
    observations,
    report: await write(
      (output) => new ReportSink((content) => renderReport(content, PLAIN, WIDTH), output),
    ),
    json: await write((output) => new JsonlSink(output)),
  };
}

async function printed(
  outcome: Outcome,
  local: (output: Output) => Sink,
  single: boolean,
): Promise<string> {
  let text = "";
  const sink = local(async (part) => {
    text += part;
  });
  const wrapped = single ? nameless(sink) : sink;
  await wrapped.start();
  for (const event of eventsOf(outcome, ORIGIN)) await wrapped.write(event);
  await wrapped.stop(0);
  return text;
}
