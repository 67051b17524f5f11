/** What every command is given: no command reaches for process globals. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Exit } from "./exit.ts";
import type { Terminal } from "./terminal.ts";

export interface Context {
  readonly terminal: Terminal;
  readonly environment: NodeJS.ProcessEnv;
  /** Aborts at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Exit code of the signal that came, 0 when none did. */
  interruption(): number;
  /** A command says how it ended. */
  exit(code: number): void;
}

/** Folder of the installed package: `signatures/` and `captures/` lie in it. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export function programVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** The first signal asks the run to end; the second one ends the process at once. */
export function onSignals(): { readonly signal: AbortSignal; interruption(): number } {
  const controller = new AbortController();
  let code = 0;
  const handle = (exit: number) => () => {
    if (code !== 0) process.exit(exit);
    code = exit;
    controller.abort();
  };
  process.on("SIGINT", handle(Exit.Interrupted));
  process.on("SIGTERM", handle(Exit.Terminated));
  return { signal: controller.signal, interruption: () => code };
}
