import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { decode } from "../../src/collector/decode.ts";
import { encode, encodeBounded, MESSAGE_LIMIT } from "../../src/sink/eve.ts";
import { pointOf } from "../../src/sink/points.ts";
import { auscult, ROOT } from "../cli/program.ts";
import { ORIGIN } from "../sink/samples.ts";

const CORPUS = fileURLToPath(new URL("../../../shared/corpus/", import.meta.url));
const present = existsSync(`${CORPUS}manifest.json`);
if (!present) process.stderr.write("../shared/corpus is not there: its captures are skipped\n");

describe.skipIf(!present)("what the captures of others give", () => {
  it("is understood by the collector, fits a message, and is a point", async () => {
    const names = readdirSync(CORPUS, { recursive: true }).map(String);
    const captures = names.filter((name) => /\.(?:pcap|pcapng|cap)$/.test(name)).sort();
    expect(captures.length).toBeGreaterThan(250);
    const paths = captures.map((name) => CORPUS + name);
    const { stdout } = await auscult(["replay", "--json", ...paths]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(500);
    for (const line of lines) {
      const decoded = decode(ORIGIN, line);
      if ("problem" in decoded) throw new Error(`${decoded.problem}: ${line.slice(0, 200)}`);
      const { event } = decoded;
      const back = encode({ ...event, origin: { site: "default", sensor: "replay" } });
      expect(JSON.parse(back)).toEqual(JSON.parse(line));
      if (event.type === "summary") continue;
      expect(Buffer.byteLength(encodeBounded(event))).toBeLessThanOrEqual(MESSAGE_LIMIT);
      expect(pointOf(event)).toBeDefined();
    }
  });

  it("holds none of the passwords that cross in them", async () => {
    const manifest = JSON.parse(readFileSync(`${CORPUS}manifest.json`, "utf8")) as readonly Entry[];
    const logins = manifest.filter((entry) => entry.expect?.credentials !== undefined);
    const { stdout } = await auscult([
      "replay",
      "--json",
      ...logins.map(({ file }) => CORPUS + file),
    ]);
    expect(stdout).toContain("login.user=");
    const records = stdout
      .trimEnd()
      .split("\n")
      .map((line) => new Told(line));
    const ours = signatureTexts();
    const users = logins.flatMap(({ expect: answers }) =>
      (answers?.credentials ?? []).map(({ user = "" }) => user),
    );
    let looked = 0;
    let leaks = 0;
    for (const { file, expect: answers } of logins) {
      const credentials = answers?.credentials ?? [];
      const told = records.filter(({ captures }) => captures.has(CORPUS + file));
      for (const { password = "" } of credentials) {
        // Short ones, parts of a user's name and words of our own prove nothing.
        if (password.length < 6 || ours.includes(password)) continue;
        if (users.some((user) => user.includes(password))) continue;
        looked++;
        if (told.some(({ texts }) => texts.some((text) => text.includes(password)))) leaks++;
      }
    }
    expect(looked).toBeGreaterThan(10);
    // A count, so that a failure does not print the secret either.
    expect(leaks).toBe(0);
  });
});

function signatureTexts(): string {
  const folder = join(ROOT, "signatures");
  const names = readdirSync(folder, { recursive: true }).map(String);
  return names
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
}

/** What one line says, without the paths of captures, which somebody may have named after a password. */
class Told {
  readonly texts: string[] = [];
  readonly captures = new Set<string>();

  constructor(line: string) {
    this.#walk(JSON.parse(line), "");
  }

  #walk(node: unknown, key: string): void {
    if (typeof node === "string") {
      if (key === "capture" || key === "pcap_filename") this.captures.add(node);
      else if (key !== "auscult_evidence") this.texts.push(node);
    } else if (Array.isArray(node)) {
      for (const item of node) this.#walk(item, key);
    } else if (typeof node === "object" && node !== null) {
      for (const [name, value] of Object.entries(node)) {
        if (name !== "captures" && name !== "damage") this.#walk(value, name);
      }
    }
  }
}

interface Entry {
  readonly file: string;
  readonly expect?: { readonly credentials?: { user?: string; password?: string }[] };
}
