/** `auscult signatures`: what the monitor knows, and whether it is written down correctly. */
import { readFileSync } from "node:fs";
import type { CommandModule } from "yargs";
import { columns } from "../report/text.ts";
import type { Signature } from "../signature/signature.ts";
import { suggestion } from "../signature/suggest.ts";
import type { Context } from "./context.ts";
import { Exit, OperatorError } from "./exit.ts";
import { declare, usage } from "./options.ts";
import { OWN_SIGNATURES, problemLines, readSignatures } from "./signature-files.ts";

const OPTIONS = {
  signatures: {
    type: "string",
    default: OWN_SIGNATURES,
    defaultDescription: "those that come with the program",
    describe: "Folder of signatures",
  },
} as const;

const CHECK = "Check format, field names and examples; every problem with its line";
const CHECK_EXAMPLES = [
  ["auscult signatures check", "those that come with the program"],
  ["auscult signatures check /etc/auscult/signatures", "your own"],
] as const;
const LIST_EXAMPLES = [
  ["auscult signatures list", ""],
  ["auscult signatures list --json | jq -r .id", "only the names"],
] as const;
const SHOW = "Print one signature as it is written";
const SHOW_EXAMPLES = [["auscult signatures show risk.cleartext-telnet-login", ""]] as const;

interface ListArguments {
  signatures: string;
  json: boolean;
}

interface ShowArguments {
  id: string;
  signatures: string;
}

export function signaturesCommand(context: Context): CommandModule {
  return {
    command: "signatures <command>",
    describe: "Check, list or show signatures",
    builder: (yargs) =>
      yargs
        .command(checkCommand(context))
        .command(listCommand(context))
        .command(showCommand(context))
        .demandCommand(1, "Say which: check, list or show."),
    handler: () => undefined,
  };
}

function checkCommand(context: Context): CommandModule<object, { folder: string }> {
  return {
    command: "check [folder]",
    describe: CHECK,
    builder: (yargs) =>
      yargs
        .positional("folder", {
          type: "string",
          default: OWN_SIGNATURES,
          defaultDescription: OPTIONS.signatures.defaultDescription,
          describe: OPTIONS.signatures.describe,
        })
        .usage(usage("signatures check [folder]", CHECK, CHECK_EXAMPLES)),
    handler: async ({ folder }) => {
      const knowledge = await readSignatures(folder);
      const lines = problemLines(knowledge);
      if (lines.length > 0) {
        await context.terminal.write(`${lines.join("\n")}\n`);
        context.exit(Exit.Configuration);
        return;
      }
      const all = knowledge.signatures.signatures;
      const examples = all.reduce(
        (sum, one) => sum + one.examples.length + one.counterexamples.length,
        0,
      );
      await context.terminal.write(`${all.length} signatures and ${examples} examples: all good\n`);
    },
  };
}

function listCommand(context: Context): CommandModule<object, ListArguments> {
  const options = {
    ...OPTIONS,
    json: { type: "boolean", default: false, describe: "One JSON object per line" },
  } as const;
  return {
    command: "list",
    describe: "List all signatures",
    builder: (yargs) =>
      declare<ListArguments>(yargs, options, context.environment).usage(
        usage("signatures list", "List all signatures", LIST_EXAMPLES),
      ),
    handler: async ({ signatures, json }) => {
      const { signatures: set } = await readSignatures(signatures, false);
      const all = set.signatures;
      const lines = json ? all.map(jsonLine) : columns(all.map(row), 0);
      if (lines.length > 0) await context.terminal.write(`${lines.join("\n")}\n`);
    },
  };
}

function row(signature: Signature): string[] {
  return [signature.id, signature.alert?.severity ?? "-", signature.title];
}

function jsonLine({ id, title, alert, verified, references }: Signature): string {
  const { severity, category, attack } = alert ?? {};
  return JSON.stringify({ id, title, severity, category, attack, verified, references });
}

function showCommand(context: Context): CommandModule<object, ShowArguments> {
  return {
    command: "show <id>",
    describe: SHOW,
    builder: (yargs) =>
      declare<ShowArguments>(yargs, OPTIONS, context.environment)
        .positional("id", { type: "string", demandOption: true, describe: "Name of a signature" })
        .usage(usage("signatures show <id>", SHOW, SHOW_EXAMPLES)),
    handler: async ({ id, signatures }) => {
      const { signatures: set } = await readSignatures(signatures, false);
      const signature = set.get(id);
      if (signature === undefined) {
        const names = set.signatures.map((one) => one.id);
        throw new OperatorError([`no signature is called ${id}${suggestion(id, names)}`]);
      }
      await context.terminal.write(readFileSync(signature.path, "utf8"));
    },
  };
}
