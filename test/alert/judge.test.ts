import { describe, expect, it } from "vitest";
import type { Alert } from "../../src/alert/alert.ts";
import { Judge } from "../../src/alert/judge.ts";
import type { Observation } from "../../src/observation/observation.ts";
import { type Privacy, SHARED_FIELDS } from "../../src/observation/vocabulary.ts";
import { problemText } from "../../src/signature/document.ts";
import { parseSignature } from "../../src/signature/load.ts";
import { SignatureSet } from "../../src/signature/set.ts";

const VOCABULARY = new Map<string, Privacy>([
  ...(Object.entries(SHARED_FIELDS) as [string, Privacy][]),
  ["http.server", "open"],
  ["dicom.implementation_version", "open"],
]);

const APACHE = `
id: software.apache-httpd
title: Apache HTTP Server
match:
  http.server: '/^Apache(?:\\/(?<version>[0-9][0-9.]*))?(?: |$)/'
set:
  software: { name: Apache httpd, vendor: Apache, version: "{version}", cpe: "cpe:2.3:a:apache:http_server:{version}" }
family: banner
confidence: 95
verified: 2026-11-21
examples:
  - observe: { http.server: "Apache/2.4.29 (Ubuntu)" }
    give: { software.name: Apache httpd, software.version: 2.4.29 }
counterexamples:
  - observe: { http.server: "Apache-Coyote/1.1" }
`;

const OLD_APACHE = `
id: advisory.apache-before-2-4-30
title: Apache httpd older than 2.4.30
match: { software.name: Apache httpd, software.version: { below: 2.4.30 } }
alert:
  severity: medium
  escalate:
    - when: { device.role: pacs }
      severity: critical
  category: outdated
  message: "{subject.ip} runs {software.name} {software.version}."
  remedy: Update.
verified: 2026-11-21
examples:
  - observe: { software.name: Apache httpd, software.version: 2.4.9 }
`;

const PACS = `
id: device.pacs
title: PACS
match: { dicom.implementation_version: /^PACS/ }
set: { role: pacs }
family: declared
confidence: 90
verified: 2026-11-21
examples:
  - observe: { dicom.implementation_version: PACS1 }
    give: { role: pacs }
`;

function signatures(...texts: string[]): SignatureSet {
  const parsed = texts.map((text) => parseSignature(text, "test.yaml", VOCABULARY));
  expect(parsed.flatMap(({ problems }) => problems.map(problemText))).toEqual([]);
  return new SignatureSet(
    parsed.flatMap(({ signature }) => signature ?? []),
    VOCABULARY,
  );
}

let frame = 0;
function observation(fields: Observation["fields"], rest: Partial<Observation> = {}): Observation {
  return {
    timestamp: 1_000_000,
    subject: { ip: "10.0.0.5", port: 80 },
    transport: "tcp",
    protocol: "http",
    evidence: { capture: "a.pcap", frame: ++frame },
    fields,
    ...rest,
  };
}

describe("Judge", () => {
  it("alerts on old software that a banner names, and raises the severity once the device is known", () => {
    const told: Alert[] = [];
    const judge = new Judge({
      site: "s",
      signatures: signatures(APACHE, OLD_APACHE, PACS),
      onAlert: (alert) => told.push(alert),
    });
    judge.observe(observation({ "http.server": "Apache/2.4.29 (Ubuntu)" }));
    expect(judge.alerts()).toMatchObject([
      { severity: "medium", message: "10.0.0.5 runs Apache httpd 2.4.29.", count: 1 },
    ]);
    judge.observe(observation({ "dicom.implementation_version": "PACS1" }));
    judge.finish(2_000_000);
    expect(judge.alerts()).toMatchObject([{ severity: "critical", state: "updated" }]);
    expect(told.map(({ state, severity }) => `${state} ${severity}`)).toEqual([
      "open medium",
      "updated critical",
    ]);
    expect(judge.devices()).toMatchObject([
      {
        ips: ["10.0.0.5"],
        role: { value: "pacs", confidence: 79 },
        software: [{ name: "Apache httpd", version: "2.4.29" }],
      },
    ]);
  });
});
