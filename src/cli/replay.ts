/** `auscult replay FILE…`: what recorded traffic tells about the devices in it. */
import { randomBytes } from "node:crypto";
import type { CommandModule } from "yargs";
import { SEVERITIES, type Severity } from "../alert/alert.ts";
import type { Vocabulary } from "../observation/vocabulary.ts";
import { type Outcome, type PipelineOptions, runPipeline } from "../pipeline.ts";
import { rank } from "../report/order.ts";
import { renderReport } from "../report/report.ts";
import { type DamageView, damageText } from "../report/summary.ts";
import { JsonlSink } from "../sink/jsonl.ts";
import { nameless } from "../sink/nameless.ts";
import { MINIMUM_KEY_BYTES, Pseudonyms, pseudonymised } from "../sink/pseudonym.ts";
import { ReportSink } from "../sink/report.ts";
import type { Origin, Sink } from "../sink/sink.ts";
import { openFiles } from "../source/files.ts";
import { type Context, programVersion } from "./context.ts";
import { eventsOf } from "./events.ts";
import { Exit, OperatorError } from "./exit.ts";
import * as shared from "./options.ts";
import { Progress } from "./progress.ts";
import { OWN_SIGNATURES, requireSignatures } from "./signature-files.ts";
import type { Terminal } from "./terminal.ts";

const OPTIONS = {
  json: {
    type: "boolean",
    default: false,
    describe: "One JSON object per line on standard output (docs/output.md)",
  },
  "fail-on": {
    type: "string",
    choices: SEVERITIES,
    describe: "Exit with 3 when an alert is at least this severe",
  },
  ...shared.ORIGIN,
  signatures: {
    type: "string",
    default: OWN_SIGNATURES,
    defaultDescription: "those that come with the program",
    describe: "Folder of signatures",
  },
  pseudonymise: {
    type: "string",
    describe: "File with a secret key: names of hosts, people and files become pseudonyms",
  },
  mqtt: { type: "string", describe: "Broker to publish to, for instance mqtt://127.0.0.1" },
  ...shared.BROKER,
  ...shared.PRESENTATION,
} as const;

interface ReplayArguments {
  files: string[];
  json: boolean;
  failOn: Severity | undefined;
  site: string;
  sensor: string;
  signatures: string;
  pseudonymise: string | undefined;
  mqtt: string | undefined;
  mqttUsername: string | undefined;
  mqttPasswordFile: string | undefined;
  quiet: boolean;
  color: boolean | undefined;
}

const COMMAND = "replay <files..>";
const DESCRIPTION = "Read captures, name the devices in them and what is risky about them";
const EXAMPLES = [
  ["auscult replay ward.pcapng", "a report of one capture"],
  ["auscult replay monday.pcap tuesday.pcap.gz", "several, merged by time"],
  ["tcpdump -w - | auscult replay -", "what another program captures"],
  ["auscult replay --json ward.pcap | jq .event_type", "for programs"],
  ["auscult replay --fail-on high ward.pcap", "for scripts: exit code 3"],
  ["auscult replay --mqtt mqtt://127.0.0.1 ward.pcap", "publish what was found"],
] as const;

/** Milliseconds for the broker to acknowledge the last message. */
const STOP_DEADLINE = 30_000;

export const replayOptionNames = Object.keys(OPTIONS);

export function replayCommand(context: Context): CommandModule<object, ReplayArguments> {
  return {
    command: COMMAND,
    describe: DESCRIPTION,
    builder: (yargs) =>
      shared
        .declare<ReplayArguments>(yargs, OPTIONS, context.environment)
        .positional("files", {
          type: "string",
          array: true,
          demandOption: true,
          describe: "pcap or pcapng, also packed with gzip; - is standard input",
        })
        .usage(shared.usage(COMMAND, DESCRIPTION, EXAMPLES)),
    handler: (argv) => replay({ ...argv, files: argv.files.map(showDash) }, context),
  };
}

/** yargs loses a lone `-` among the files; no file can have this name. */
const DASH = "\0-";

/** For the words of the command line, before yargs sees them. */
export function hideDash(word: string): string {
  return word === "-" ? DASH : word;
}

function showDash(file: string): string {
  return file === DASH ? "-" : file;
}

interface Prepared {
  readonly pipeline: PipelineOptions;
  /** Standard output. */
  readonly local: Sink;
  /** Others, which can be out of reach. */
  readonly remote: readonly Sink[];
}

async function replay(argv: ReplayArguments, context: Context): Promise<void> {
  const { pipeline, local, remote } = await prepare(argv, context);
  const { terminal } = context;
  const quiet = argv.quiet || !terminal.interactive;
  const progress = new Progress(terminal);
  const onProgress = (read: number, total: number | undefined) => progress.update(read, total);
  const source = openFiles(argv.files, quiet ? {} : { onProgress });
  try {
    for (const sink of remote) await sink.start();
    const signal = AbortSignal.any([context.signal, terminal.closed]);
    const outcome = await runPipeline(source, pipeline, signal);
    progress.end();
    if (context.signal.aborted) terminal.note("auscult: interrupted: only a part was read");
    if (argv.json) for (const damage of outcome.summary.damage) note(terminal, damage);
    context.exit(context.interruption() || exitCode(outcome, argv.failOn));
    await local.start();
    await deliver(outcome, { site: argv.site, sensor: argv.sensor }, [local, ...remote]);
  } finally {
    progress.end();
    for (const sink of remote) await sink.stop(0).catch(() => undefined);
  }
}

function note(terminal: Terminal, damage: DamageView): void {
  terminal.note(`auscult: ${damageText(damage)}`);
}

/** Each sink gets everything, even when another one fails; the first failure is thrown at the end. */
async function deliver(outcome: Outcome, origin: Origin, sinks: readonly Sink[]): Promise<void> {
  const failures: unknown[] = [];
  for (const sink of sinks) {
    try {
      for (const event of eventsOf(outcome, origin)) await sink.write(event);
      await sink.stop(STOP_DEADLINE);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Checks all that can be checked before anything is opened or connected. */
async function prepare(argv: ReplayArguments, context: Context): Promise<Prepared> {
  const problems = shared.originProblems(argv.site, argv.sensor);
  if (argv.mqtt !== undefined) {
    const problem = shared.urlProblem("mqtt", argv.mqtt, shared.MQTT_PROTOCOLS);
    if (problem !== undefined) problems.push(problem);
  }
  const login = shared.credentials(argv.mqttUsername, argv.mqttPasswordFile, problems);
  const key = readKey(argv.pseudonymise, problems);
  const twice = argv.files.filter((file) => file === "-").length > 1;
  if (twice) problems.push("standard input (-) can be read only once");
  if (problems.length > 0) throw new OperatorError(problems);

  const { signatures, registry } = await requireSignatures(argv.signatures);
  const origin = { site: argv.site, sensor: argv.sensor };
  const wrap = withPseudonyms(key, registry.vocabulary);
  const remote = argv.mqtt === undefined ? [] : [wrap(await mqttSink(argv, argv.mqtt, login))];
  const local =
    argv.files.length === 1 ? nameless(localSink(argv, context)) : localSink(argv, context);
  return { pipeline: { ...origin, signatures }, local: wrap(local), remote };
}

async function mqttSink(
  argv: ReplayArguments,
  url: string,
  login: shared.Credentials,
): Promise<Sink> {
  // Only here: a replay without a broker starts sooner.
  const { MqttSink } = await import("../sink/mqtt.ts");
  const { site, sensor } = argv;
  const epoch = randomBytes(5).toString("hex");
  return new MqttSink({
    url,
    ...login,
    // Not the id of the live sensor of that name: the broker would close that one's connection.
    clientId: `auscult-${site}-${sensor}-${epoch}`,
    origin: { site, sensor },
    epoch,
    version: programVersion(),
  });
}

function localSink(argv: ReplayArguments, { terminal }: Context): Sink {
  const output = (text: string) => terminal.write(text);
  if (argv.json) return new JsonlSink(output);
  const style = terminal.style(argv.color);
  return new ReportSink((content) => renderReport(content, style, terminal.width), output);
}

function withPseudonyms(key: Uint8Array | undefined, vocabulary: Vocabulary): (sink: Sink) => Sink {
  if (key === undefined) return (sink) => sink;
  const pseudonyms = new Pseudonyms(key, vocabulary);
  return (sink) => pseudonymised(sink, pseudonyms);
}

function readKey(path: string | undefined, problems: string[]): Uint8Array | undefined {
  if (path === undefined) return undefined;
  const key = shared.readOperatorFile(path, problems);
  if (key !== undefined && key.length < MINIMUM_KEY_BYTES) {
    problems.push(
      `${path}: a key needs at least ${MINIMUM_KEY_BYTES} bytes; try: openssl rand -hex 32`,
    );
  }
  return key;
}

/** A finding is certain even when the input is damaged, so it goes first. */
function exitCode(outcome: Outcome, failOn: Severity | undefined): number {
  if (failOn !== undefined && outcome.alerts.some((a) => rank(a.severity) <= rank(failOn))) {
    return Exit.Findings;
  }
  return outcome.summary.damage.length > 0 ? Exit.DamagedInput : Exit.Ok;
}
