/** Facts about the files themselves: how many packets, and which are damaged. */
import type { Facts } from "../fact.ts";
import type { Entry } from "../manifest.ts";

export function fileFacts(entry: Entry, facts: Facts): void {
  const { packets, error } = entry.expect;
  if (typeof packets === "number") {
    const by = { by: "capinfos" };
    facts.add("packets", "packet counts", by, ({ frames }) =>
      frames === packets ? "agree" : "contradict",
    );
  }
  if (error !== undefined) {
    facts.add("error", "damaged files", error as Record<string, unknown>, ({ damage }) =>
      damage.length > 0 ? "agree" : "miss",
    );
    return;
  }
  // Not said, but meant: capinfos and tshark read the file to its end.
  facts.add("healthy", "healthy files", { by: "capinfos, tshark" }, ({ damage }) =>
    damage.length === 0 ? "agree" : "contradict",
  );
}
