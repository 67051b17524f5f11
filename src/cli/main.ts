#!/usr/bin/env node
/** `auscult`: reads the command line and runs one command. */
import { setFlagsFromString } from "node:v8";
import yargs from "yargs";
import { suggestion } from "../signature/suggest.ts";
import { SinkUnavailable, Undelivered } from "../sink/sink.ts";
import { collectCommand, collectOptionNames } from "./collect.ts";
import { type Context, onSignals, programVersion } from "./context.ts";
import { demoCommand, demoOptionNames } from "./demo.ts";
import { Exit, OperatorError } from "./exit.ts";
import { usage } from "./options.ts";
import { hideDash, replayCommand, replayOptionNames } from "./replay.ts";
import { signaturesCommand } from "./signatures.ts";
import { Terminal } from "./terminal.ts";

const OPTION_NAMES = [
  ...new Set([
    ...replayOptionNames,
    ...collectOptionNames,
    ...demoOptionNames,
    "json",
    "signatures",
    "help",
    "version",
  ]),
];

const DESCRIPTION =
  "Names every device on a network from what it sends, and says what is risky about it.";
const EXAMPLES = [
  ["auscult demo", "the whole way, from a capture to a query, in a few seconds"],
  ["auscult replay ward.pcapng", "a report of your own capture"],
  ["auscult replay --json ward.pcapng | jq", "the same for programs"],
] as const;

const COMMANDS = ["demo", "replay", "collect", "signatures"];

/**
 * V8 copies small functions into the hot ones that call them, up to this much bytecode. At its default of
 * 920 it compiles for longer than a replay runs: 13 % more CPU on a capture of 500 MB.
 */
const INLINED_BYTECODE = 300;

async function main(): Promise<void> {
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${INLINED_BYTECODE}`);
  const terminal = new Terminal(process.stdout, process.stderr, process.env);
  let code: number = Exit.Ok;
  const context: Context = {
    terminal,
    environment: process.env,
    ...onSignals(),
    exit: (value) => {
      code = value;
    },
  };
  try {
    await parse(process.argv.slice(2), context);
  } catch (error) {
    code = failure(error, terminal, process.argv[2]);
  }
  process.exitCode = code;
}

async function parse(words: readonly string[], context: Context): Promise<void> {
  const parser = yargs(words.map(hideDash))
    .scriptName("auscult")
    .usage(usage("<command>", DESCRIPTION, EXAMPLES))
    .command(demoCommand(context))
    .command(replayCommand(context))
    .command(collectCommand(context))
    .command(signaturesCommand(context))
    .completion("completion", "Print a script that completes commands and options (bash, zsh)")
    .demandCommand(1, "Say what to do.")
    .recommendCommands()
    .strict()
    .version(programVersion())
    .alias({ help: "h" })
    .detectLocale(false)
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .epilogue("Every option can also be set as AUSCULT_<OPTION>, for instance AUSCULT_SITE.")
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? new OperatorError([usageProblem(message ?? "", words)]);
    });
  await parser.parseAsync();
}

/** yargs' own message, or ours where it says little: an option spelled wrong swallows what follows. */
function usageProblem(message: string, words: readonly string[]): string {
  const options = words.filter((word) => /^--[a-z]/.test(word)).map(optionName);
  const unknown = options.find((name) => !OPTION_NAMES.includes(name));
  if (unknown !== undefined) {
    const names = OPTION_NAMES.map((name) => `--${name}`);
    return `unknown option --${unknown}${suggestion(`--${unknown}`, names)}`;
  }
  if (message.startsWith("Not enough non-option arguments")) return "an argument is missing";
  return message.replace(/\s+/g, " ");
}

function optionName(word: string): string {
  return word.replace(/^--(?:no-)?/, "").replace(/=.*$/s, "");
}

function failure(error: unknown, terminal: Terminal, command: string | undefined): number {
  if (error instanceof OperatorError) {
    // Problems of files begin with path and line: editors jump there when nothing stands before them.
    const prefix = error.code === Exit.Configuration ? "" : "auscult: ";
    for (const problem of error.problems) terminal.note(`${prefix}${problem}`);
    const known = COMMANDS.find((name) => name === command);
    const help = known === undefined ? "auscult --help" : `auscult ${known} --help`;
    if (error.code === Exit.Usage) terminal.note(`Try: ${help}`);
    return error.code;
  }
  const text = error instanceof Error ? error.message : String(error);
  terminal.note(`auscult: ${text}`);
  if (error instanceof SinkUnavailable || error instanceof Undelivered) return Exit.Unavailable;
  if (error instanceof Error && process.env.AUSCULT_TRACE !== undefined) {
    terminal.note(error.stack ?? "");
  }
  return Exit.Failure;
}

await main();
