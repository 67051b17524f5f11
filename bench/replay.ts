/**
 * Replays one large capture through Auscult and through other passive tools, in interleaved rounds, and prints
 * medians and the ratios within a round: `npm run bench -- [--rounds 5] [--megabytes 570] [--only a,b] [--write]`.
 * `--write` puts the table into docs/benchmarks.md.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type LargeCapture, largeCapture } from "./capture.ts";
import { type Cost, isThere, measure, median } from "./measure.ts";
import { machine, replaceSection, table } from "./report.ts";

interface Tool {
  readonly name: string;
  readonly what: string;
  command(capture: string): readonly string[];
  /** Slow tools run in the first rounds only. */
  readonly rounds?: number;
}

const CLI = "dist/cli/main.js";

const TOOLS: readonly Tool[] = [
  {
    name: "auscult",
    what: "`auscult replay --json`: everything",
    command: (capture) => [process.execPath, CLI, "replay", "--json", capture],
  },
  {
    name: "tcpdump",
    what: "`tcpdump -r … -w /dev/null`: read and copy, the limit",
    command: (capture) => ["tcpdump", "-n", "-r", capture, "-w", "/dev/null"],
  },
  {
    name: "ndpiReader",
    what: "`ndpiReader -q`: names protocols",
    command: (capture) => ["ndpiReader", "-q", "-i", capture],
  },
  {
    name: "prads",
    what: "`prads`: lists assets",
    command: (capture) => ["prads", "-r", capture, "-l", "/dev/null"],
  },
  {
    name: "p0f",
    what: "`p0f`: SYN and HTTP fingerprints",
    command: (capture) => ["p0f", "-r", capture],
  },
  {
    name: "tshark",
    what: "`tshark -n -q -z io,phs`: decodes everything",
    command: (capture) => ["tshark", "-n", "-q", "-z", "io,phs", "-r", capture],
    rounds: 2,
  },
];

/** Costs of each tool, one per round that it took part in. */
type Results = ReadonlyMap<Tool, Cost[]>;

function runRounds(tools: readonly Tool[], capture: LargeCapture, rounds: number): Results {
  const results = new Map<Tool, Cost[]>(tools.map((tool) => [tool, []]));
  // Round 0 warms the page cache and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const tool of tools) {
      if (round > (tool.rounds ?? rounds) || (round === 0 && tool.rounds !== undefined)) continue;
      const cost = measure(tool.command(capture.path));
      if (round > 0) results.get(tool)?.push(cost);
      process.stderr.write(`round ${round} ${tool.name}: ${cost.cpu.toFixed(2)} s CPU\n`);
    }
  }
  return results;
}

/** How many times the CPU time of `tool` Auscult needs: the median over the rounds that both took part in. */
function ratio(results: Results, tool: Tool): string {
  const ours = results.get(TOOLS[0] as Tool) ?? [];
  const theirs = results.get(tool) ?? [];
  const ratios = theirs.flatMap((cost, round) => {
    const own = ours[round];
    return own === undefined ? [] : [own.cpu / cost.cpu];
  });
  return ratios.length === 0 ? "–" : `${median(ratios).toFixed(2)}×`;
}

function report(results: Results, capture: LargeCapture): string {
  const rows = [...results].map(([tool, costs]) => {
    const wall = median(costs.map((cost) => cost.wall));
    return [
      tool.what,
      wall.toFixed(2),
      median(costs.map((cost) => cost.cpu)).toFixed(2),
      (capture.packets / wall / 1e6).toFixed(2),
      median(costs.map((cost) => cost.memory)).toFixed(0),
      ratio(results, tool),
      String(costs.length),
    ];
  });
  const head = ["tool", "wall s", "CPU s", "Mpps", "peak MB", "Auscult's CPU is", "rounds"];
  const size = `${(capture.bytes / 1e6).toFixed(0)} MB, ${capture.packets.toLocaleString("en")} packets`;
  return `${machine()}\n\nOne capture of ${size}; medians of interleaved rounds after a warm-up, whole process.\n\n${table(head, rows)}`;
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    megabytes: { type: "string", default: "570" },
    only: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
if (!existsSync(CLI)) throw new Error(`${CLI} is missing: npm run build`);
const only = values.only?.split(",");
const chosen = TOOLS.filter((tool) => only === undefined || only.includes(tool.name));
const tools = chosen.filter((tool) => isThere(tool.command("")[0]?.split("/").at(-1) ?? ""));
for (const tool of chosen) {
  if (!tools.includes(tool)) process.stderr.write(`${tool.name} is not installed: left out\n`);
}
const capture = largeCapture(["captures", "../shared/corpus"], Number(values.megabytes));
const text = report(runRounds(tools, capture, Number(values.rounds)), capture);
process.stdout.write(`${text}\n`);
if (values.write) {
  const path = "docs/benchmarks.md";
  const before = existsSync(path) ? readFileSync(path, "utf8") : "# Benchmarks\n";
  writeFileSync(path, replaceSection(before, "Replay", text));
}
