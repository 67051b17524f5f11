/**
 * Every answer of the corpus that we do not give, with the reason. A fact is named by file, key and index in
 * the manifest, never by what it says: some captures hold log-ins of real people. One that agrees again
 * fails the test, so that the list stays true.
 */
export interface Disagreement {
  /**
   * `corpus`: its answer is wrong. `choice`: we differ on purpose. `gap`: we should know and do not; counts
   * against the score.
   */
  readonly cause: "corpus" | "choice" | "gap";
  readonly reason: string;
  readonly facts: readonly string[];
}

export const DISAGREEMENTS: readonly Disagreement[] = [];
