/**
 * Facts about the files themselves: how many packets, and which are damaged. A link type that cannot be
 * analysed is no damage of the file: there, the right answer is to say so and how many frames were left out.
 */
import type { Facts, Found } from "../fact.ts";
import type { Answer, Entry } from "../manifest.ts";

export function fileFacts(entry: Entry, facts: Facts): void {
  const { packets, error } = entry.expect;
  if (typeof packets === "number") {
    facts.add("packets", "packet counts", { by: "capinfos" }, (found) =>
      found.frames + leftOut(found) === packets ? "agree" : "contradict",
    );
  }
  if (error !== undefined) {
    facts.add("error", "damaged files", error as Answer, ({ damage }) =>
      damage.length > 0 ? "agree" : "miss",
    );
    return;
  }
  // Not said, but meant: capinfos and tshark read the file to its end.
  facts.add("healthy", "healthy files", { by: "capinfos, tshark" }, ({ damage }) =>
    damage.every(({ kind }) => kind === "link-type") ? "agree" : "contradict",
  );
}

/** Frames of refused link types, as the message to the user counts them. */
function leftOut({ damage }: Found): number {
  return damage
    .map(({ message }) => Number(/(\d+) frames? left out/.exec(message)?.[1] ?? 0))
    .reduce((sum, count) => sum + count, 0);
}
