/** `auscult collect`: from an MQTT broker into a time-series database. */
import type { CommandModule } from "yargs";
import type { Context } from "./context.ts";
import { OperatorError } from "./exit.ts";
import * as shared from "./options.ts";

const OPTIONS = {
  mqtt: {
    type: "string",
    demandOption: true,
    describe: "Broker to read from, for instance mqtt://127.0.0.1",
  },
  ...shared.BROKER,
  influx: {
    type: "string",
    demandOption: true,
    describe: "InfluxDB 1.x to write to, for instance http://127.0.0.1:8086",
  },
  "influx-username": { type: "string", describe: "User name at the database" },
  "influx-password-file": { type: "string", describe: "File that holds the database's password" },
  database: { type: "string", default: "auscult", describe: "Created when it is not there" },
  "client-id": {
    type: "string",
    default: "auscult-collector",
    describe: "Name at the broker, which keeps what arrives while a collector of this name is away",
  },
  quiet: shared.PRESENTATION.quiet,
} as const;

interface CollectArguments {
  mqtt: string;
  mqttUsername: string | undefined;
  mqttPasswordFile: string | undefined;
  influx: string;
  influxUsername: string | undefined;
  influxPasswordFile: string | undefined;
  database: string;
  clientId: string;
  quiet: boolean;
}

const DESCRIPTION = "Write what sensors publish over MQTT into InfluxDB";
const EXAMPLES = [
  ["auscult collect --mqtt mqtt://127.0.0.1 --influx http://127.0.0.1:8086", ""],
  ["AUSCULT_MQTT_USERNAME=ward AUSCULT_MQTT_PASSWORD_FILE=/run/secrets/mqtt auscult collect …", ""],
] as const;

/** Milliseconds to write what has been taken, once asked to end. */
const STOP_DEADLINE = 10_000;

export const collectOptionNames = Object.keys(OPTIONS);

export function collectCommand(context: Context): CommandModule<object, CollectArguments> {
  return {
    command: "collect",
    describe: DESCRIPTION,
    builder: (yargs) =>
      shared
        .declare<CollectArguments>(yargs, OPTIONS, context.environment)
        .usage(shared.usage("collect", DESCRIPTION, EXAMPLES))
        .epilogue("Ends with SIGINT or SIGTERM, after it has written what it has taken."),
    handler: (argv) => collect(argv, context),
  };
}

async function collect(argv: CollectArguments, context: Context): Promise<void> {
  const { broker, database } = prepare(argv);
  const note = (text: string) => {
    if (!argv.quiet) context.terminal.note(`auscult: ${text}`);
  };
  const log = (message: string) => context.terminal.note(`auscult: ${message}`);
  // Only here: a replay starts sooner without the database client.
  const { InfluxSink } = await import("../sink/influx.ts");
  const { Collector } = await import("../collector/collector.ts");
  const sink = new InfluxSink({ url: argv.influx, database: argv.database, ...database, log });
  const collector = new Collector({
    ...broker,
    url: argv.mqtt,
    clientId: argv.clientId,
    sink,
    log,
  });
  await collector.start();
  note(`collecting from ${argv.mqtt} into ${argv.database} at ${argv.influx}`);
  try {
    await collector.run(context.signal);
  } finally {
    await collector.stop(STOP_DEADLINE);
    const { received, refused } = collector.statistics();
    note(`${received} messages, ${refused} not understood, ${sink.refused} points refused`);
  }
}

function prepare(argv: CollectArguments) {
  const problems: string[] = [];
  const urls = [
    shared.urlProblem("mqtt", argv.mqtt, shared.MQTT_PROTOCOLS),
    shared.urlProblem("influx", argv.influx, shared.INFLUX_PROTOCOLS),
  ];
  problems.push(...urls.filter((problem) => problem !== undefined));
  if (!/^\w[\w-]*$/.test(argv.database)) {
    problems.push(`--database: "${argv.database}" may hold only letters, digits, "_" and "-"`);
  }
  const broker = shared.credentials(argv.mqttUsername, argv.mqttPasswordFile, problems);
  const database = shared.credentials(argv.influxUsername, argv.influxPasswordFile, problems);
  if (problems.length > 0) throw new OperatorError(problems);
  return { broker, database };
}
