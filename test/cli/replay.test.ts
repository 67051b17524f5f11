import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auscult, captures, fewSignatures, ROOT, startAuscult } from "./program.ts";

const TELNET = "captures/telnet/login-success-character-mode.pcap";
const HOSPITAL = "captures/hospital/ward-and-office.pcap";

interface Line {
  event_type: string;
  timestamp: string;
  auscult_device?: { id: string; names: string[] };
  auscult_summary?: { captures: string[]; damage: unknown[]; counters: { source: object } };
  alert?: { metadata: Record<string, string[]> };
}

function linesOf(text: string): Line[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}

let folder: string;
/** For tests that are not about what the signatures say. */
let quick: string[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "auscult-cli-"));
  quick = ["replay", "--signatures", fewSignatures(folder)];
});
afterAll(() => rmSync(folder, { recursive: true }));

function temporary(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("auscult replay", () => {
  it("prints a report of alerts, devices and what was read", async () => {
    const { code, stdout, stderr } = await auscult(["replay", TELNET]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^ALERTS {2}\d/);
    expect(stdout).toContain("\nDEVICES  ");
    expect(stdout).toMatch(/23\/tcp +open +telnet/);
    expect(stdout).toMatch(/\nRead \d+ packets \(/);
    expect(stdout.endsWith("\n")).toBe(true);
    expect(stdout).not.toContain("\u001b");
  });

  it("gives a line per device and per alert, and one summary at the end", async () => {
    const { code, stdout } = await auscult(["replay", "--json", HOSPITAL]);
    expect(code).toBe(0);
    const lines = linesOf(stdout);
    const kinds = lines.map((line) => line.event_type);
    expect(kinds.at(-1)).toBe("auscult_summary");
    expect(kinds.filter((kind) => kind === "auscult_summary")).toHaveLength(1);
    expect(kinds.lastIndexOf("auscult_device")).toBeLessThan(kinds.indexOf("alert"));
    const known = new Set(lines.map((line) => line.auscult_device?.id));
    for (const { alert } of lines) {
      if (alert !== undefined) expect(known).toContain(alert.metadata.auscult_device?.[0]);
    }
    expect(lines.at(-1)?.auscult_summary).toMatchObject({ captures: [], damage: [] });
  });

  it("counts the packets that capinfos counts", async () => {
    let text: string;
    try {
      text = execFileSync("capinfos", ["-T", "-r", "-c", join(ROOT, HOSPITAL)], {
        encoding: "utf8",
      });
    } catch {
      process.stderr.write("capinfos is not installed: packet counts are not compared\n");
      return;
    }
    const packets = Number(text.trim().split("\t").at(-1));
    const { stdout } = await auscult(["replay", "--json", HOSPITAL]);
    expect(linesOf(stdout).at(-1)?.auscult_summary?.counters.source).toMatchObject({
      frames: packets,
    });
  });

  it("prints the same bytes again, in another time zone, locale and terminal width", async () => {
    const report = ["replay", HOSPITAL];
    const json = ["replay", "--json", HOSPITAL];
    const first = [await auscult(report), await auscult(json)];
    const environments = [
      { TZ: "Pacific/Auckland", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
      { TZ: "America/St_Johns", LANG: "C", COLUMNS: "40", TERM: "dumb" },
    ];
    for (const environment of environments) {
      const again = [await auscult(report, { environment }), await auscult(json, { environment })];
      // A comparison that does not print both when it fails: they are long.
      expect(again.map(({ stdout }, i) => stdout === first[i]?.stdout)).toEqual([true, true]);
    }
  });

  it("prints the same bytes for a file, by any name, and for a pipe", async () => {
    const input = readFileSync(join(ROOT, TELNET));
    const copy = temporary("other.pcap", input);
    for (const words of [["replay"], ["replay", "--json"]]) {
      const file = await auscult([...words, TELNET]);
      expect(file.stdout.length).toBeGreaterThan(500);
      expect((await auscult([...words, copy])).stdout).toBe(file.stdout);
      expect((await auscult([...words, "-"], { input })).stdout).toBe(file.stdout);
    }
  });

  it("names the captures of its evidence when there are several", async () => {
    const { stdout } = await auscult([...quick, "--json", TELNET, HOSPITAL]);
    expect(stdout).toContain(`"pcap_filename":"${TELNET}"`);
  });

  it("never repeats a secret that crossed the wire", async () => {
    const secrets = readFileSync(join(ROOT, "captures/canaries.txt"), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.slice(line.indexOf(" ") + 1));
    expect(secrets.length).toBeGreaterThan(10);
    for (const words of [["replay"], ["replay", "--json"]]) {
      const { stdout, stderr } = await auscult([...words, ...captures()]);
      expect(stdout.length).toBeGreaterThan(1000);
      // A count, so that a failure does not print the secret either.
      expect(secrets.filter((secret) => (stdout + stderr).includes(secret)).length).toBe(0);
    }
  });

  it("colours only when asked, or on a terminal", async () => {
    const coloured = async (words: string[], environment: Record<string, string>) =>
      (await auscult([...quick, TELNET, ...words], { environment })).stdout.includes("\u001b[");
    expect(await coloured([], {})).toBe(false);
    expect(await coloured(["--color"], {})).toBe(true);
    expect(await coloured([], { FORCE_COLOR: "1" })).toBe(true);
    expect(await coloured([], { FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
    expect(await coloured(["--no-color"], { FORCE_COLOR: "1" })).toBe(false);
    expect(await coloured([], { AUSCULT_COLOR: "true" })).toBe(true);
  });

  it("takes options from the environment, below the command line", async () => {
    const site = async (words: string[], environment: Record<string, string>) => {
      const { stdout } = await auscult([...quick, "--json", TELNET, ...words], { environment });
      return (linesOf(stdout).at(-1) as unknown as { auscult_summary: { site: string } })
        .auscult_summary.site;
    };
    expect(await site([], {})).toBe("default");
    expect(await site([], { AUSCULT_SITE: "st-anna" })).toBe("st-anna");
    expect(await site(["--site", "st-bela"], { AUSCULT_SITE: "st-anna" })).toBe("st-bela");
    // Options of other commands do no harm.
    expect(await site([], { AUSCULT_INFLUX: "http://x", AUSCULT_NONSENSE: "1" })).toBe("default");
  });

  it("ends quietly when nobody reads on", async () => {
    const { child, ended } = startAuscult([...quick, "--json", HOSPITAL, HOSPITAL]);
    child.stdout?.once("data", () => child.stdout?.destroy());
    const { code, stderr } = await ended;
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });
});

describe("pseudonyms", () => {
  it("hide the names of hosts and people, and leave everything else as it was", async () => {
    const key = temporary("key", "0123456789abcdef0123456789abcdef\n");
    const plain = linesOf((await auscult([...quick, "--json", HOSPITAL])).stdout);
    const hidden = await auscult([...quick, "--json", "--pseudonymise", key, HOSPITAL]);
    const names = plain.flatMap((line) => line.auscult_device?.names ?? []);
    const users = plain.flatMap((line) =>
      (line.alert?.metadata.auscult_fields ?? [])
        .filter((field) => field.startsWith("login.user="))
        .map((field) => field.slice("login.user=".length)),
    );
    expect(names.length).toBeGreaterThan(2);
    const records = linesOf(hidden.stdout);
    expect(records).toHaveLength(plain.length);
    const seen = records.flatMap((record) => record.auscult_device?.names ?? []);
    expect(seen.filter((name) => names.includes(name))).toEqual([]);
    expect(users.filter((user) => hidden.stdout.includes(`login.user=${user}"`))).toEqual([]);
    for (const record of records) {
      for (const name of record.auscult_device?.names ?? [])
        expect(name).toMatch(/^~[0-9a-f]{16}$/);
    }
  });

  it("need a key that cannot be guessed", async () => {
    const { code, stderr } = await auscult([
      "replay",
      "--pseudonymise",
      temporary("short", "secret"),
      TELNET,
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain("at least 16 bytes");
    expect(stderr).not.toContain("secret\n");
  });
});
