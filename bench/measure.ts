/** One run of one program: wall time, CPU time and peak memory, as the kernel counted them. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const LIMIT_MILLISECONDS = 600_000;

export interface Cost {
  /** Seconds. */
  readonly wall: number;
  /** Seconds of user and system time together, over all threads. */
  readonly cpu: number;
  /** Peak resident memory in megabytes. */
  readonly memory: number;
}

/**
 * bash counts time to the millisecond, GNU time knows the peak memory; started from bash, so that the
 * memory of this process is not taken for the program's. stdout goes to /dev/null.
 */
const SCRIPT = `
TIMEFORMAT='%3R %3U %3S'
{ time env time -o "$1/memory" -f %M "\${@:2}" > /dev/null 2> "$1/stderr"; } 2> "$1/times"`;

export function measure(command: readonly string[]): Cost {
  const folder = mkdtempSync(join(tmpdir(), "auscult-measure-"));
  try {
    const run = spawnSync("bash", ["-c", SCRIPT, "bash", folder, ...command], {
      stdio: "ignore",
      timeout: LIMIT_MILLISECONDS,
    });
    if (run.status !== 0) {
      const words = readFileSync(join(folder, "stderr"), "utf8").trim().split("\n").slice(-3);
      throw new Error(`${command.join(" ")} ended with status ${run.status}: ${words.join(" ")}`);
    }
    const [wall = 0, user = 0, system = 0] = numbers(join(folder, "times"));
    const [kilobytes = 0] = numbers(join(folder, "memory"));
    return { wall, cpu: user + system, memory: kilobytes / 1024 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The last line of a file as numbers. A locale may write decimals with a comma. */
function numbers(path: string): number[] {
  const line = readFileSync(path, "utf8").trim().split("\n").at(-1) ?? "";
  return line.replaceAll(",", ".").split(" ").map(Number);
}

export function isThere(program: string): boolean {
  const folders = `${process.env.PATH ?? ""}${delimiter}/usr/sbin`.split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
