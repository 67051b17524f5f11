import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Alert } from "../../src/alert/alert.ts";
import { eventsOf } from "../../src/cli/events.ts";
import { renderReport } from "../../src/report/report.ts";
import { PLAIN } from "../../src/report/style.ts";
import { encode } from "../../src/sink/eve.ts";
import { CORPUS, type Entry, entries, pathOf } from "./manifest.ts";
import { type Replayed, replayed } from "./replay.ts";
import { leaks, type Secret, secretsOf, valuesIn } from "./secrets.ts";

const ORIGIN = { site: "test", sensor: "test" };

/** Words of the signatures: they may stand in the sentences of an alert. */
const SENTENCES = signatureText().toLowerCase();

describe.skipIf(CORPUS === undefined)("secrets of others (needs ../shared/corpus)", () => {
  const folder = mkdtempSync(join(tmpdir(), "auscult-privacy-"));
  const cases: { entry: Entry; secrets: readonly Secret[]; found: Replayed }[] = [];

  beforeAll(async () => {
    for (const entry of entries()) {
      const secrets = secretsOf(entry);
      if (secrets.length === 0) continue;
      // Under another name: that of the file may hold a word that is a password in it.
      const path = join(folder, "0.pcap");
      symlinkSync(pathOf(entry), path);
      cases.push({ entry, secrets, found: await replayed(path) });
      rmSync(path);
    }
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Places of the secrets that `values` gives away. */
  function given(values: (found: Replayed, secret: Secret) => unknown): string[] {
    return cases.flatMap(({ entry, secrets, found }) =>
      secrets
        .filter((secret) => some(valuesIn(values(found, secret)), (value) => leaks(secret, value)))
        .map(({ at }) => `${entry.file}#${at}`),
    );
  }

  test("most secrets of the corpus can be told from innocent words", () => {
    const all = cases.flatMap(({ secrets }) => secrets);
    expect(all.length).toBeGreaterThan(40);
    expect(all.filter(({ ambiguous }) => !ambiguous).length).toBeGreaterThan(all.length * 0.75);
    expect(cases.some(({ found }) => found.observations.some(isLogin))).toBe(true);
  });

  test("no observation holds one", () => {
    expect(given(({ observations }) => observations)).toEqual([]);
  });

  test("no device holds one", () => {
    expect(given(({ devices }) => devices)).toEqual([]);
  });

  test("no alert holds one", () => {
    expect(given(({ alerts }, secret) => alerts.map((alert) => factsOf(alert, secret)))).toEqual(
      [],
    );
  });

  test("no line of JSON holds one", () => {
    const lines = ({ outcome }: Replayed, secret: Secret) =>
      isWordOfOurs(secret)
        ? []
        : [...eventsOf(outcome, ORIGIN)].map((event) => JSON.parse(encode(event)));
    expect(given(lines)).toEqual([]);
  });

  test("the report holds none", () => {
    const lines = ({ outcome }: Replayed, secret: Secret) =>
      isWordOfOurs(secret) ? [] : renderReport(outcome, PLAIN, 100).split(/[\s,;:"']+/);
    expect(given(lines)).toEqual([]);
  });
});

describe("the search for secrets", () => {
  const entry: Entry = {
    file: "invented",
    contains: [],
    expect: {
      credentials: [{ protocol: "ftp", user: "anna", password: "Winter-24", src: "a", dst: "b" }],
      snmp: [{ version: "2c", community: "ward7" }],
      software: [{ kind: "ftp-banner", banner: "ward7 printer" }],
    },
  };
  const [password, community] = secretsOf(entry) as [Secret, Secret];

  test.each([
    ["as it is", "PASS Winter-24"],
    ["in other case", "winter-24"],
    ["in Base64", `x ${Buffer.from("Winter-24").toString("base64")}`],
    ["in Base64 with the user", `Basic ${Buffer.from("anna:Winter-24").toString("base64")}`],
    ["in hexadecimal", Buffer.from("Winter-24").toString("hex")],
  ])("finds one %s", (_, text) => {
    expect(leaks(password, text)).toBe(true);
  });

  test("finds nothing in an innocent text", () => {
    expect(leaks(password, "anna logs in; the password crosses in clear text")).toBe(false);
  });

  test("does not take a word of a banner for a leak, but a field that is the secret", () => {
    expect(leaks(community, "ward7 printer")).toBe(false);
    expect(leaks(community, "ward7")).toBe(true);
  });

  test("looks at every value, however deep", () => {
    expect([...valuesIn({ a: [{ b: "x" }, 7], c: { d: null } })]).toEqual(["x", 7]);
  });
});

function some<T>(values: Iterable<T>, holds: (value: T) => boolean): boolean {
  for (const value of values) if (holds(value)) return true;
  return false;
}

function isLogin({ fields }: { fields: Readonly<Record<string, string | number>> }): boolean {
  return fields["login.password_seen"] === 1;
}

function isWordOfOurs({ value }: Secret): boolean {
  return SENTENCES.includes(value.toLowerCase());
}

/** The alert without the sentences of its signature, when the secret is a word of theirs. */
function factsOf(alert: Alert, secret: Secret): unknown {
  if (!isWordOfOurs(secret)) return alert;
  const { subject, peer, fields, flow, device } = alert;
  return { subject, peer, fields, flow, device };
}

function signatureText(): string {
  const folder = fileURLToPath(new URL("../../signatures", import.meta.url));
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
}
