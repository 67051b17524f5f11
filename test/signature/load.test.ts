import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SHARED_FIELDS, type Vocabulary } from "../../src/observation/vocabulary.ts";
import { problemText } from "../../src/signature/document.ts";
import { loadSignatures } from "../../src/signature/load.ts";

const VOCABULARY: Vocabulary = new Map([
  ...Object.entries(SHARED_FIELDS),
  ["http.server", "open"],
  ["snmp.community", "identifier"],
]);

const SOFTWARE = `id: software.vsftpd
title: vsftpd
match: { http.server: '/vsFTPd (?<version>[0-9.]+)/' }
set: { software: { name: vsftpd, version: "{version}" } }
family: banner
confidence: 90
verified: 2026-11-21
examples:
  - observe: { http.server: "220 (vsFTPd 3.0.3)" }
    give: { software.version: 3.0.3 }
`;

const RISK = `id: risk.telnet
title: Telnet login
match: { protocol: telnet, login.outcome: [attempt, success] }
alert:
  severity: high
  escalate:
    - when: { device.role: infusion-pump }
      severity: critical
  category: cleartext
  message: "Login to {subject.ip}[ as {login.user}]."
  remedy: Use SSH.
  attack: [T1021, T1040.001]
  key: [login.user]
verified: 2026-11-21
examples:
  - observe: { protocol: telnet, login.outcome: success, login.user: x, device.role: infusion-pump }
    give: { severity: critical, message: "Login to 192.0.2.1 as x." }
counterexamples:
  - observe: { protocol: telnet, service.port: 23 }
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "auscult-signatures-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Problems as `file:line:column: message`, without the folder. */
function problems(): string[] {
  return loadSignatures(folder, VOCABULARY).problems.map((problem) =>
    problemText(problem).slice(folder.length + 1),
  );
}

/** The problems of one file: its text with one line replaced. */
function changed(path: string, text: string, line: string, replacement: string): string[] {
  expect(text).toContain(line);
  write(path, text.replace(line, replacement));
  const found = problems().map((problem) => problem.slice(path.length + 1));
  rmSync(join(folder, path));
  return found;
}

describe("a folder of signatures", () => {
  it("is read whole, in the order of ids", () => {
    write("software/vsftpd.yaml", SOFTWARE);
    write("risks/telnet.yaml", RISK);
    write("risks/README.md", "not a signature");
    const { signatures, problems: found } = loadSignatures(folder, VOCABULARY);
    expect(found).toEqual([]);
    expect(signatures.signatures.map(({ id }) => id)).toEqual(["risk.telnet", "software.vsftpd"]);
    expect(signatures.get("risk.telnet")).toMatchObject({
      title: "Telnet login",
      verified: "2026-11-21",
      alert: { severity: "high", category: "cleartext", key: ["login.user"] },
    });
  });

  it("reports every problem of every file, by place", () => {
    write("software/a.yaml", SOFTWARE.replace("family", "famly").replace("90", "900"));
    write("risks/telnet.yaml", RISK.replace("severity: high", "severity: hihg"));
    expect(problems()).toEqual([
      'risks/telnet.yaml:5:13: severity "hihg" is none of critical, high, medium, low, info (did you mean high?)',
      "software/a.yaml:1:1: family is missing",
      'software/a.yaml:1:5: id "software.vsftpd" must be "software.a", after its folder and file name',
      'software/a.yaml:5:1: a signature has no key "famly" (did you mean family?)',
      "software/a.yaml:6:13: confidence must be a whole number from 0 to 100",
    ]);
  });

  it("leaves a signature with problems out and keeps the others", () => {
    write("software/vsftpd.yaml", SOFTWARE);
    write("risks/telnet.yaml", "id: [");
    const { signatures, problems: found } = loadSignatures(folder, VOCABULARY);
    expect(signatures.signatures).toHaveLength(1);
    expect(found.length).toBeGreaterThan(0);
  });

  it("does not run examples when asked not to", () => {
    write(
      "software/vsftpd.yaml",
      SOFTWARE.replace("give: { software.version: 3.0.3 }", "give: { software.version: 3.0.4 }"),
    );
    expect(problems()).toHaveLength(1);
    expect(loadSignatures(folder, VOCABULARY, { examples: false }).problems).toEqual([]);
  });

  it.each([
    ["software/deep/er.yaml", "belongs directly into one of devices, software"],
    ["softwares/vsftpd.yaml", "(did you mean software?)"],
    ["vsftpd.yaml", "belongs directly into one of"],
    ["software/VsFTPd.yaml", "lower-case words"],
    ["software/vsftpd.yml", "must end in .yaml"],
  ])("says where a file belongs: %s", (path, message) => {
    write(path, SOFTWARE);
    expect(problems().join("\n")).toContain(message);
  });
});

describe("a problem in a signature", () => {
  const inSoftware = (line: string, replacement: string) =>
    changed("software/vsftpd.yaml", SOFTWARE, line, replacement);
  const inRisk = (line: string, replacement: string) =>
    changed("risks/telnet.yaml", RISK, line, replacement);

  it("is an unknown field, with the one that was meant", () => {
    expect(inSoftware("match: { http.server", "match: { http.servr")).toEqual([
      '3:10: no analyzer declares the field "http.servr" (did you mean http.server?)',
    ]);
  });

  it("is an unknown field of an example", () => {
    expect(inRisk("service.port: 23", "service.prt: 23")).toEqual([
      '19:34: no analyzer declares the field "service.prt" (did you mean service.port?)',
    ]);
  });

  it("is an expression that RE2 does not know", () => {
    const [problem = ""] = inSoftware("/vsFTPd (?<version>[0-9.]+)/", "/(?<=x)a/");
    expect(problem).toMatch(/^3:23: not an RE2 expression: /);
  });

  it("is a name in a text that is neither field nor group", () => {
    expect(inSoftware('version: "{version}"', 'version: "{versoin}"')).toEqual([
      "4:43: {versoin} is neither a field nor a named group (did you mean version?)",
    ]);
    expect(inRisk("{subject.ip}", "{subject.pi}").join()).toContain("did you mean subject.ip?");
  });

  it("is a message that quotes a part of a name", () => {
    const risk = RISK.replace(
      "login.outcome: [attempt, success]",
      "snmp.community: '/^(?<start>.)/'",
    );
    const example = risk.replace("login.outcome: success", "snmp.community: x");
    expect(changed("risks/telnet.yaml", example, "{login.user}]", "{start}]")).toEqual([
      "10:12: {start} is a part of snmp.community, which may name a person: use {snmp.community}",
    ]);
  });

  it("is a condition that cannot hold, or that needs nothing", () => {
    expect(inRisk("[attempt, success]", "[]")).toEqual([
      "3:43: an empty list of conditions never holds",
    ]);
    const negative = "match: { http.server: { not: x }, login.user: { exists: false } }";
    expect(
      inSoftware("match: { http.server: '/vsFTPd (?<version>[0-9.]+)/' }", negative),
    ).toContain("3:8: at least one condition must need its field to be there");
    expect(
      inSoftware("match: { http.server: '/vsFTPd (?<version>[0-9.]+)/' }", "match: {}"),
    ).toContain("3:8: match is empty");
  });

  it.each([
    ["{ belw: 3 }", 'a condition has no key "belw" (did you mean below?)'],
    ["{ below: new }", '"new" is no version: it must begin with a digit'],
    ["{ exists: maybe }", "exists must be true or false"],
    ["{}", "a condition needs at least one operator"],
    ["~", "a condition must be a value, a list or a map"],
  ])("is a condition that is none: %s", (condition, message) => {
    const [problem = ""] = inSoftware("'/vsFTPd (?<version>[0-9.]+)/'", condition);
    expect(problem).toContain(message);
    expect(problem).toMatch(/^3:\d+: /);
  });

  it("is a technique, a date, a severity or a category that does not exist", () => {
    expect(inRisk("T1040.001", "T104").join()).toContain('12:19: "T104" is no ATT&CK technique');
    expect(inRisk("verified: 2026-11-21", "verified: 2026-02-30").join()).toContain(
      '14:11: verified "2026-02-30" must be a day',
    );
    expect(inRisk("category: cleartext", "category: cleartxt").join()).toContain(
      "(did you mean cleartext?)",
    );
  });

  it("is a key that is missing", () => {
    expect(inRisk("  remedy: Use SSH.\n", "")).toEqual(["5:3: alert needs remedy"]);
    expect(inSoftware("title: vsftpd\n", "")).toEqual(["1:1: title is missing"]);
    expect(inSoftware("set: { software", "notes: { software").join()).toContain(
      "1:1: a signature needs set or alert",
    );
  });

  it("is an escalation that does not ask about the device", () => {
    expect(inRisk("when: { device.role: infusion-pump }", "when: { login.user: x }")).toEqual([
      "7:7: when asks about the device: login.user is no device field",
    ]);
  });

  it("is an example that does not match or gives something else", () => {
    expect(inSoftware("220 (vsFTPd 3.0.3)", "220 (ProFTPD 1)")).toEqual([
      "9:5: the example does not match",
    ]);
    expect(
      inSoftware(
        "give: { software.version: 3.0.3 }",
        "give: { software.version: 3.0.30, vendor: X }",
      ),
    ).toEqual([
      '9:5: the example must give software.version "3.0.30" and gives "3.0.3"',
      '9:5: the example must give vendor "X" and gives nothing',
    ]);
  });

  it("is a counterexample that matches", () => {
    expect(
      inRisk("protocol: telnet, service.port: 23", "protocol: telnet, login.outcome: attempt"),
    ).toEqual(["19:5: the counterexample matches"]);
  });

  it("is a duplicate key, a tab, or no YAML at all", () => {
    expect(inSoftware("title: vsftpd", "title: vsftpd\ntitle: again").join()).toMatch(
      /3:1: .*unique/i,
    );
    expect(inSoftware("title: vsftpd", "title:\n\t- x").length).toBeGreaterThan(0);
    write("software/vsftpd.yaml", "");
    expect(problems()).toEqual(["software/vsftpd.yaml:1:1: the file is empty"]);
  });

  it("is an alias: signatures are read by people", () => {
    expect(inSoftware("title: vsftpd", "title: &t vsftpd").join()).toBe("");
    expect(inSoftware("family: banner", "family: &f banner\nnotes: *f").join()).toContain("alias");
  });
});

describe("what is written", () => {
  it("stays as it is: 2.10 is no number", () => {
    const text = SOFTWARE.replace("3.0.3)", "2.10)").replace("version: 3.0.3", "version: 2.10");
    write("software/vsftpd.yaml", text);
    expect(problems()).toEqual([]);
  });
});
