/** What a run knows: analyzers and signatures, checked before anything else starts. */
import { join } from "node:path";
import { loadAnalyzers, type Registry } from "../analysis/registry.ts";
import { type Loaded, loadSignatures } from "../signature/load.ts";
import { ROOT } from "./context.ts";
import { Exit, OperatorError } from "./exit.ts";
import { fileReason } from "./options.ts";

export const OWN_SIGNATURES = join(ROOT, "signatures");

/** Most problems that are printed: the first ones explain the rest. */
const PRINTED = 100;

export interface Knowledge extends Loaded {
  readonly registry: Registry;
}

/**
 * Reads all, valid or not, and runs the examples unless told not to. Throws `OperatorError` when the
 * folder cannot be read.
 */
export async function readSignatures(folder: string, examples = true): Promise<Knowledge> {
  const registry = await loadAnalyzers();
  try {
    return { ...loadSignatures(folder, registry.vocabulary, { examples }), registry };
  } catch (error) {
    throw new OperatorError([`${folder}: ${fileReason(error)}`], Exit.Configuration);
  }
}

/**
 * For a run. Throws `OperatorError` with every problem. The examples of the signatures that come with the
 * program have been run when it was built.
 */
export async function requireSignatures(folder: string): Promise<Knowledge> {
  const knowledge = await readSignatures(folder, folder !== OWN_SIGNATURES);
  const lines = problemLines(knowledge);
  if (lines.length > 0) throw new OperatorError(lines, Exit.Configuration);
  return knowledge;
}

/** `path:line:column: message`. */
export function problemLines({ problems }: Loaded): string[] {
  const lines = problems
    .slice(0, PRINTED)
    .map(({ path, line, column, message }) => `${path}:${line}:${column}: ${message}`);
  const more = problems.length - PRINTED;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}
