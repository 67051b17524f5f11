/**
 * Every capture of the project: the report is the golden answer beside it, no secret gets out, nothing
 * undeclared is observed, and harmless traffic raises no alert. Drop in a capture and it is tested;
 * `npx vitest run test/captures.test.ts -u` writes its golden answer, which a person then reads.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { describe, expect, test } from "vitest";
import { CAPTURES, captureFiles } from "./support/captures.ts";
import { run } from "./support/run.ts";
import { installed } from "./support/tools.ts";

const canaries = readFileSync(`${CAPTURES}/canaries.txt`, "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.slice(line.indexOf(" ") + 1));

const files = captureFiles().map((file) => relative(process.cwd(), file));

test("there are canaries to look for, and captures to find them in", () => {
  expect(canaries.length).toBeGreaterThan(20);
  expect(files.length).toBeGreaterThan(100);
});

describe.each(files)("%s", (file) => {
  const result = run(file);

  test("is reported as its golden answer says", async () => {
    const { report } = await result;
    await expect(report).toMatchFileSnapshot(`../${file.replace(/\.pcap(ng)?$/, ".golden.txt")}`);
  });

  test("gives away no secret and nothing undeclared", async () => {
    const { report, json, observations, outcome } = await result;
    const said = [report, json, JSON.stringify(observations)].join("\n").toLowerCase();
    for (const canary of canaries) expect(said).not.toContain(canary.toLowerCase());
    expect(outcome.summary.counters.observation).toMatchObject({ undeclared: 0, overfull: 0 });
  });

  test.runIf(file.includes("/benign/"))("raises no alert", async () => {
    const { outcome } = await result;
    expect(outcome.alerts.map(({ signature, message }) => `${signature}: ${message}`)).toEqual([]);
  });

  test.skipIf(!installed("tshark"))("has as many frames as tshark reads", async () => {
    const { outcome } = await result;
    const output = execFileSync("tshark", ["-n", "-r", file, "-T", "fields", "-e", "frame.number"]);
    expect(outcome.summary.counters.source?.frames).toBe(output.toString().split("\n").length - 1);
  });
});
