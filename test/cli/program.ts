/** The built program as a process of its own, the way an operator runs it. */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

if (!existsSync(MAIN)) throw new Error("the program is not built: run `npm run build` first");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly environment?: Record<string, string>;
  readonly input?: Buffer;
}

/** Runs to its end. The environment holds nothing of the developer's but PATH. */
export async function auscult(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { child, ended } = startAuscult(words, options.environment);
  // A program that ends early closes its input: that is its right.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(options.input);
  return ended;
}

export function startAuscult(
  words: readonly string[],
  environment: Record<string, string> = {},
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const env = { PATH: process.env.PATH ?? "", ...environment };
  const child = spawn(process.execPath, [MAIN, ...words], { cwd: ROOT, env });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

/** A folder with a few of the signatures: a process that reads only these starts in half the time. */
export function fewSignatures(folder: string): string {
  const few = join(folder, "few-signatures");
  mkdirSync(join(few, "risks"), { recursive: true });
  const risks = join(ROOT, "signatures", "risks");
  for (const name of readdirSync(risks)) {
    if (name.startsWith("cleartext-")) copyFileSync(join(risks, name), join(few, "risks", name));
  }
  return few;
}

/** Every capture of the repository, as a path from its root. */
export function captures(): string[] {
  const names = readdirSync(`${ROOT}captures`, { recursive: true }).map(String);
  return names
    .filter((name) => /\.pcap(?:ng)?(?:\.gz)?$/.test(name))
    .map((name) => `captures/${name}`)
    .sort();
}
