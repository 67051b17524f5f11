/** Whether a program that a test compares with is on this machine. */
import { spawnSync } from "node:child_process";

export function installed(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" }).status === 0;
}
