/** Finds out what a path names, and opens it in the way that fits. */
import { closeSync, constants, fstatSync, openSync, statSync } from "node:fs";
import { isatty } from "node:tty";
import type { ByteInput } from "./byte-input.ts";
import { FileInput } from "./file-input.ts";
import { PipeInput } from "./pipe-input.ts";

/** Opening or reading failed, for a reason that a person can read: it completes "it …". */
export class InputError extends Error {}

/**
 * `path` as the user gave it; `-` is the descriptor `standardInput`. Throws an `InputError` for what cannot
 * be opened.
 */
export function openInput(path: string, standardInput: number): ByteInput {
  try {
    return path === "-" ? inputOf(standardInput, true) : openPath(path);
  } catch (error) {
    throw explain(error);
  }
}

/** Turns what the system says into words. */
export function explain(error: unknown): InputError {
  if (error instanceof InputError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new InputError(REASONS[code ?? ""] ?? `cannot be read (${code ?? message})`);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist",
  EACCES: "may not be read: no permission",
  EPERM: "may not be read: no permission",
  EISDIR: "is a directory",
  EMFILE: "cannot be opened: too many files are open",
  ENFILE: "cannot be opened: too many files are open",
};

function openPath(path: string): ByteInput {
  // Opening a pipe to read it blocks the whole process until there is a writer, unless told not to.
  const pipe = statSync(path).isFIFO();
  const fd = openSync(path, constants.O_RDONLY | (pipe ? constants.O_NONBLOCK : 0));
  try {
    // What a shell passes for `<(…)` has its writer already, or never again.
    if (pipe && !/^\/(dev|proc)\//.test(path)) return new PipeInput(fd, true);
    return inputOf(fd, false);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function inputOf(fd: number, standardInput: boolean): ByteInput {
  const stat = fstatSync(fd);
  if (stat.isDirectory()) throw new InputError("is a directory");
  if (isatty(fd)) throw new InputError("is a terminal: pipe a capture into it");
  if (stat.isFIFO() || stat.isSocket()) return new PipeInput(fd, false);
  return new FileInput(fd, stat.isFile() ? stat.size : undefined, stat.isFile() && !standardInput);
}
