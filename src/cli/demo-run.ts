/** What `auscult demo` does; loaded only then, because a replay needs neither broker nor database. */
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join, relative } from "node:path";
import { Aedes } from "aedes";
import { Collector } from "../collector/collector.ts";
import type { EventStore } from "../collector/event-store.ts";
import { SqliteStore } from "../collector/sqlite-store.ts";
import { StoreSink } from "../collector/store-sink.ts";
import { runPipeline } from "../pipeline.ts";
import { renderReport } from "../report/report.ts";
import { columns, plural, printable } from "../report/text.ts";
import { MqttSink } from "../sink/mqtt.ts";
import type { SinkEvent } from "../sink/sink.ts";
import { openFiles } from "../source/files.ts";
import { type Context, programVersion, ROOT } from "./context.ts";
import { eventsOf } from "./events.ts";
import { Exit, OperatorError } from "./exit.ts";
import { OWN_SIGNATURES, requireSignatures } from "./signature-files.ts";

export interface DemoOptions {
  readonly color: boolean | undefined;
  /** Where the store is made. */
  readonly folder: string;
  /** Whether the store stays there. */
  readonly keep: boolean;
}

const ORIGIN = { site: "demo-hospital", sensor: "demo" };
/** Milliseconds for the last message to reach the store. */
const PATIENCE = 20_000;
const ROWS = 10;

export async function demo(options: DemoOptions, context: Context): Promise<void> {
  const { terminal } = context;
  const captures = hospitalCaptures();
  const { signatures } = await requireSignatures(OWN_SIGNATURES);
  await terminal.write(`Replaying ${captures.join(", ")}\n\n`);
  const pipeline = { ...ORIGIN, signatures };
  const outcome = await runPipeline(openFiles(captures), pipeline, context.signal);
  const style = terminal.style(options.color);
  await terminal.write(renderReport(outcome, style, terminal.width));
  if (context.signal.aborted) return context.exit(context.interruption());

  const events = [...eventsOf(outcome, ORIGIN)];
  const path = join(options.folder, "auscult.db");
  const store = new SqliteStore(path);
  try {
    const protocol = await throughBroker(events, store, terminal);
    const what = plural(events.length, "event");
    await terminal.write(`\n${style.bold("ROUND TRIP")}  ${what} over ${protocol} into SQLite\n`);
    await terminal.write(answers(store, style.dim));
  } finally {
    store.close();
  }
  if (options.keep) await terminal.write(`\nThe store stays in ${path}.\n`);
}

/** Sensor, broker and collector, each as in production, in one process. */
async function throughBroker(
  events: readonly SinkEvent[],
  store: EventStore,
  terminal: Context["terminal"],
): Promise<string> {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const url = `mqtt://127.0.0.1:${port}`;
  const epoch = randomBytes(5).toString("hex");
  const log = (message: string) => terminal.note(`auscult: ${message}`);
  const sink = new StoreSink(store);
  const collector = new Collector({
    url,
    clientId: "auscult-demo-collector",
    clean: true,
    sink,
    log,
  });
  const publisher = new MqttSink({
    url,
    clientId: "auscult-demo-sensor",
    origin: ORIGIN,
    epoch,
    version: programVersion(),
  });
  try {
    await collector.start();
    await publisher.start();
    for (const event of events) await publisher.write(event);
    await publisher.stop(PATIENCE);
    await until(() => collector.statistics().received >= events.length);
  } finally {
    await collector.stop(PATIENCE);
    await new Promise<void>((resolve) => broker.close(() => server.close(() => resolve())));
  }
  return "MQTT 3.1.1 (embedded broker)";
}

async function until(done: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!done()) {
    if (Date.now() > end) throw new Error("not every message has reached the store");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What was asked of the store, and what it said. */
function answers(store: EventStore, dim: (text: string) => string): string {
  const { alerts, devices } = store.counts();
  const severities = store
    .alertsBySeverity()
    .map((row) => [row.severity, row.deviceClass, String(row.findings), String(row.sightings)]);
  const risky = store
    .riskiestDevices(ROWS)
    .map((row) => [row.worst, String(row.findings), row.address, row.deviceClass, row.vendor]);
  const lines = [
    `The store holds ${plural(alerts, "finding")} and ${plural(devices, "device")}.`,
    "",
    ...table(["SEVERITY", "DEVICE CLASS", "FINDINGS", "SIGHTINGS"], severities, dim),
    "",
    ...table(["WORST", "FINDINGS", "ADDRESS", "DEVICE CLASS", "VENDOR"], risky, dim),
  ];
  return `${lines.join("\n")}\n`;
}

function table(head: string[], rows: string[][], dim: (text: string) => string): string[] {
  const [first = "", ...rest] = columns([head, ...rows.map((row) => row.map(printable))], 2);
  return [dim(first), ...rest];
}

/** As paths that can be typed from here. */
function hospitalCaptures(): string[] {
  const folder = join(ROOT, "captures", "hospital");
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => /\.pcap(?:ng)?(?:\.gz)?$/.test(name));
  } catch {
    // Said below, like an empty folder.
  }
  if (names.length === 0) {
    throw new OperatorError([`${folder}: no capture to show`], Exit.DamagedInput);
  }
  return names.sort().map((name) => {
    const path = relative(process.cwd(), join(folder, name));
    return path.startsWith("..") ? join(folder, name) : path;
  });
}
