/**
 * `auscult demo`: the whole way on one machine. A recorded hospital capture through the pipeline, its
 * findings over a real MQTT broker (embedded, on the loopback) into an embedded store, and questions to it.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandModule } from "yargs";
import type { Context } from "./context.ts";
import * as shared from "./options.ts";

const OPTIONS = {
  keep: { type: "string", describe: "Folder in which the store stays, as auscult.db" },
  color: shared.PRESENTATION.color,
} as const;

interface DemoArguments {
  keep: string | undefined;
  color: boolean | undefined;
}

const DESCRIPTION = "Show the whole way on a recorded hospital: no root, no other service";
const EXAMPLES = [
  ["auscult demo", ""],
  ["auscult demo --keep ./demo", "and look into the store afterwards"],
] as const;

export const demoOptionNames = Object.keys(OPTIONS);

export function demoCommand(context: Context): CommandModule<object, DemoArguments> {
  return {
    command: "demo",
    describe: DESCRIPTION,
    builder: (yargs) =>
      shared
        .declare<DemoArguments>(yargs, OPTIONS, context.environment)
        .usage(shared.usage("demo", DESCRIPTION, EXAMPLES)),
    handler: async (argv) => {
      const folder = argv.keep ?? mkdtempSync(join(tmpdir(), "auscult-demo-"));
      if (argv.keep !== undefined) mkdirSync(folder, { recursive: true });
      try {
        const { demo } = await import("./demo-run.ts");
        await demo({ color: argv.color, folder, keep: argv.keep !== undefined }, context);
      } finally {
        if (argv.keep === undefined) rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
