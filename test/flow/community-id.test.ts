import { describe, expect, test } from "vitest";
import { PacketPath } from "../../src/analysis/packet-path.ts";
import { Registry } from "../../src/analysis/registry.ts";
import type { Flow } from "../../src/flow/flow.ts";
import { openFiles } from "../../src/source/files.ts";
import { CORPUS, corpusEntries } from "../support/captures.ts";

/** Community IDs of all flows in a capture, by a detector that asks for them. */
async function idsOf(file: string): Promise<Set<string>> {
  const ids = new Set<string>();
  const detector = {
    name: "ids",
    fields: {},
    open: () => ({ closed: (flow: Flow) => void ids.add(flow.communityId()) }),
  };
  const source = openFiles([file]);
  const sink = { observe: () => {}, repeat: () => {} };
  const path = new PacketPath({
    registry: new Registry([], [detector]),
    captures: source.names,
    sink,
  });
  await source.run((frame) => path.frame(frame), new AbortController().signal);
  path.finish();
  return ids;
}

/** Link types that we refuse by name. */
const REFUSED = /ieee-802-11|frelay/;

const entries = corpusEntries().filter(
  ({ expect: { community_ids, format } }) =>
    community_ids !== undefined && !REFUSED.test((format as { linktype: string }).linktype),
);

describe.skipIf(entries.length === 0)("Community IDs that other tools gave", () => {
  test.each(entries.map((entry) => [entry.file, entry] as const))("%s", async (file, entry) => {
    const told = entry.expect.community_ids as readonly { id: string; proto: number }[];
    const ids = await idsOf(`${CORPUS}/${file}`);
    const missing = told.filter(({ id }) => !ids.has(id));
    expect(missing).toEqual([]);
  });
});
