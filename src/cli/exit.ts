/** Exit codes, documented in docs/output.md, and the errors that carry them. */

export const Exit = {
  Ok: 0,
  Failure: 1,
  Usage: 2,
  /** Findings at or above `--fail-on`. */
  Findings: 3,
  /** Input that is damaged or cannot be read; what could be read is in the output. */
  DamagedInput: 4,
  /** Broker or database: EX_UNAVAILABLE of sysexits.h. */
  Unavailable: 69,
  /** EX_NOPERM. */
  Permission: 77,
  /** Signatures or configuration: EX_CONFIG. */
  Configuration: 78,
  Interrupted: 130,
  Terminated: 143,
} as const;

/** What an operator must put right. Every problem is one line; all are printed. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
  readonly problems: readonly string[];
  readonly code: number;

  constructor(problems: readonly string[], code: number = Exit.Usage) {
    super(problems.join("\n"));
    this.problems = problems;
    this.code = code;
  }
}
