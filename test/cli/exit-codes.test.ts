import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../sink/daemons.ts";
import { auscult, fewSignatures, ROOT, startAuscult } from "./program.ts";

const TELNET = "captures/telnet/login-success-character-mode.pcap";
const HOSPITAL = "captures/hospital/ward-and-office.pcap";
const BENIGN = "captures/benign/arp-and-ping.pcap";

let folder: string;
let quick: string[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "auscult-exit-"));
  quick = ["replay", "--signatures", fewSignatures(folder)];
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("exit codes", () => {
  it("2, with every problem at once, before anything is opened", async () => {
    const { code, stdout, stderr } = await auscult([
      "replay",
      "--site=Ward 1",
      "--sensor=a/b",
      "--mqtt=http://127.0.0.1",
      "--pseudonymise=/no/such/key",
      TELNET,
    ]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    for (const part of ["--site", "--sensor", "--mqtt", "/no/such/key: there is no such file"]) {
      expect(stderr).toContain(part);
    }
  });

  it("2 for a slip of the finger, with what was probably meant", async () => {
    const cases = [
      [["repaly", TELNET], "Did you mean replay?"],
      [["replay", "--fail-onn", "high", TELNET], "did you mean --fail-on?"],
      [["replay", "--fail-on", "hihg", TELNET], "critical"],
      [["replay"], "an argument is missing"],
      [[], "Say what to do"],
      [["signatures", "lst"], "Did you mean list?"],
    ] as const;
    for (const [words, hint] of cases) {
      const { code, stdout, stderr } = await auscult(words);
      expect([words, code, stdout]).toEqual([words, 2, ""]);
      expect(stderr).toContain(hint);
      expect(stderr).toMatch(/Try: auscult .*--help\n$/);
    }
  });

  it("2 for a password on the command line, which is not repeated", async () => {
    const { code, stderr } = await auscult(["replay", "--mqtt", "mqtt://u:hush-hush@h", TELNET]);
    expect(code).toBe(2);
    expect(stderr).toContain("AUSCULT_MQTT_PASSWORD_FILE");
    expect(stderr).not.toContain("hush-hush");
  });

  it("3 when an alert is severe enough, 0 when none is", async () => {
    expect((await auscult([...quick, "--fail-on", "info", TELNET])).code).toBe(3);
    expect((await auscult([...quick, "--fail-on", "info", BENIGN])).code).toBe(0);
    expect((await auscult([...quick, TELNET])).code).toBe(0);
  });

  it("4 for a cut capture, with everything before the cut", async () => {
    const path = join(folder, "cut.pcap");
    const whole = readFileSync(join(ROOT, TELNET));
    writeFileSync(path, whole.subarray(0, whole.length - 10));
    const { code, stdout } = await auscult([...quick, path]);
    expect(code).toBe(4);
    expect(stdout).toMatch(/23\/tcp +open +telnet/);
    expect(stdout).toMatch(/Damaged: byte \d+: /);
  });

  it("4 for a file that is not there, and says so on standard error beside JSON", async () => {
    const { code, stdout, stderr } = await auscult([...quick, "--json", "no-such.pcap", TELNET]);
    expect(code).toBe(4);
    expect(stderr).toContain("no-such.pcap");
    expect(stdout).toContain('"event_type":"auscult_device"');
  });

  it("69 in one sentence when the broker is not there, and no report that was not made", async () => {
    const url = `mqtt://127.0.0.1:${await freePort()}`;
    const { code, stdout, stderr } = await auscult([...quick, "--mqtt", url, TELNET]);
    expect(code).toBe(69);
    expect(stdout).toBe("");
    expect(stderr).toBe(`auscult: the broker at ${url} cannot be used: connection refused\n`);
  });

  it("69 in one sentence when the database is not there", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const broker = `mqtt://127.0.0.1:${await freePort()}`;
    const { code, stderr } = await auscult(["collect", "--mqtt", broker, "--influx", url]);
    expect(code).toBe(69);
    expect(stderr).toBe(`auscult: the database at ${url} cannot be used: connection refused\n`);
  });

  it("78 for wrong signatures, each problem with its place", async () => {
    mkdirSync(join(folder, "signatures", "risks"), { recursive: true });
    const path = join(folder, "signatures", "risks", "wrong.yaml");
    writeFileSync(path, "id: risk.other\ntitle: Wrong\nmatch: { telnet.bannner: x }\n");
    const own = join(folder, "signatures");
    for (const words of [
      ["signatures", "check", own],
      ["replay", "--signatures", own, TELNET],
    ]) {
      const { code, stdout, stderr } = await auscult(words);
      expect(code).toBe(78);
      expect(stdout + stderr).toMatch(new RegExp(`^${path}:3:\\d+: `, "m"));
    }
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "%s ends a replay with what was read until then, and %i",
    async (signal, expected) => {
      const { child, ended } = startAuscult([...quick, "--json", "-"]);
      // Standard input stays open, as that of a capture that goes on. More than any pipe holds: once it is
      // written, most of it has been read.
      const whole = readFileSync(join(ROOT, HOSPITAL));
      const frames = whole.subarray(24);
      await new Promise<void>((resolve) => {
        child.stdin?.write(Buffer.concat([whole, frames, frames, frames]), () => resolve());
      });
      child.kill(signal);
      const { code, stdout, stderr } = await ended;
      expect(code).toBe(expected);
      expect(stderr).toContain("interrupted");
      expect(stdout).toContain('"event_type":"auscult_summary"');
      expect(stdout).toContain('"event_type":"auscult_device"');
    },
  );
});

describe("help", () => {
  it("shows examples before options, for every command, and fits a terminal", async () => {
    for (const words of [
      [],
      ["replay"],
      ["collect"],
      ["demo"],
      ["signatures", "check"],
      ["signatures", "list"],
      ["signatures", "show"],
    ]) {
      const { code, stdout } = await auscult([...words, "--help"]);
      expect(code).toBe(0);
      expect(stdout.indexOf("Examples:")).toBeGreaterThan(0);
      expect(stdout.indexOf("Examples:")).toBeLessThan(stdout.indexOf("Options:"));
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    }
  });

  it("speaks one language, whatever the locale", async () => {
    const environment = { LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8" };
    const german = await auscult(["replay", "--help"], { environment });
    expect(german.stdout).toBe((await auscult(["replay", "--help"])).stdout);
  });

  it("has the version of the package, and a completion script", async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect((await auscult(["--version"])).stdout).toBe(`${version}\n`);
    expect((await auscult(["completion"])).stdout).toContain("complete ");
  });
});

describe("auscult signatures", () => {
  it("checks those that come with the program", async () => {
    const { code, stdout } = await auscult(["signatures", "check"]);
    expect(stdout).toMatch(/^\d+ signatures and \d+ examples: all good\n$/);
    expect(code).toBe(0);
  });

  it("lists them for people and for programs, and shows one as it is written", async () => {
    const json = await auscult(["signatures", "list", "--json"]);
    const records = json.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string });
    expect(records.length).toBeGreaterThan(0);
    const list = await auscult(["signatures", "list"]);
    expect(list.stdout.trim().split("\n")).toHaveLength(records.length);
    const id = records[0]?.id ?? "";
    const shown = await auscult(["signatures", "show", id]);
    expect(shown.stdout).toContain(`id: ${id}`);
    const slip = await auscult(["signatures", "show", `${id}x`]);
    expect(slip.code).toBe(2);
    expect(slip.stderr).toContain(`did you mean ${id}?`);
  });
});
