import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Alert } from "../../src/alert/alert.ts";
import { pseudonym, pseudonymiseAlert, pseudonymiseDevice } from "../../src/alert/pseudonym.ts";
import type { Device } from "../../src/inventory/device.ts";
import type { Vocabulary } from "../../src/observation/vocabulary.ts";
import { parseTemplate, render } from "../../src/signature/template.ts";

const KEY = new Uint8Array(32).fill(7);
const VOCABULARY: Vocabulary = new Map([
  ["login.user", "identifier"],
  ["http.server", "open"],
]);

function alertWith(user: string): Alert {
  const values: Record<string, string> = { "login.user": user, "subject.ip": "10.0.0.5" };
  const template = parseTemplate("{login.user} at {subject.ip}, again {login.user}, admin");
  const { text, spans } = render(template, (name) => values[name]);
  return {
    id: "0123456789abcdef0123456789abcdef",
    state: "open",
    signature: "risk.x",
    title: "t",
    severity: "low",
    category: "cleartext",
    message: text,
    identifiers: spans
      .filter(({ name }) => name === "login.user")
      .map(({ name, start, end }) => ({ field: name, start, end })),
    remedy: "r",
    references: [],
    attack: [],
    device: "d-0",
    subject: { ip: "10.0.0.5" },
    protocol: "telnet",
    fields: { "login.user": user, "http.server": "Apache", "unknown.field": user },
    evidence: [],
    count: 1,
    firstSeen: 0,
    lastSeen: 0,
  };
}

describe("pseudonyms", () => {
  it("are keyed HMAC-SHA-256", () => {
    const expected = createHmac("sha256", KEY).update("admin").digest("hex").slice(0, 16);
    expect(pseudonym("admin", KEY)).toBe(`~${expected}`);
    expect(pseudonym("admin", new Uint8Array(32))).not.toBe(`~${expected}`);
  });

  it("replace identifiers in fields and message, and nothing else", () => {
    const hidden = pseudonymiseAlert(alertWith("at"), KEY, VOCABULARY);
    const name = pseudonym("at", KEY);
    expect(hidden.message).toBe(`${name} at 10.0.0.5, again ${name}, admin`);
    expect(hidden.fields).toEqual({
      "login.user": name,
      "http.server": "Apache",
      "unknown.field": name,
    });
    expect(hidden.device).toBe("d-0");
    expect(hidden.id).not.toBe("0123456789abcdef0123456789abcdef");
    expect(hidden.id).toMatch(/^[0-9a-f]{32}$/);
  });

  it("leave no trace of any name, whatever it looks like", () => {
    const user = fc
      .string({ minLength: 6, maxLength: 40 })
      .filter((text) => text.trim().length > 5);
    fc.assert(
      fc.property(user, (name) => {
        fc.pre(!"at 10.0.0.5, again , admin identifier login.user unknown.field".includes(name));
        const text = JSON.stringify(pseudonymiseAlert(alertWith(name), KEY, VOCABULARY));
        expect(text).not.toContain(JSON.stringify(name).slice(1, -1));
      }),
    );
  });

  it("replace the names of a device and the evidence that quotes them", () => {
    const evidence = { capture: "c", frame: 1 };
    const claim = {
      attribute: "role",
      value: "pump",
      family: "weak",
      confidence: 40,
      signature: "device.x",
      because: "login.user: PUMP-12: ward 3",
      evidence,
    } as const;
    const device: Device = {
      id: "d-0",
      macs: [],
      ips: ["10.0.0.5"],
      vlans: [],
      names: ["PUMP-12", "a"],
      hypotheses: [{ attribute: "role", value: "pump", confidence: 40, claims: [claim] }],
      software: [{ name: "x", signature: "s", because: "http.server: Apache", evidence }],
      services: [],
      firstSeen: 0,
      lastSeen: 0,
    };
    const hidden = pseudonymiseDevice(device, KEY, VOCABULARY);
    expect(hidden.names).toEqual([pseudonym("PUMP-12", KEY), pseudonym("a", KEY)].sort());
    expect(hidden.hypotheses[0]?.claims[0]?.because).toBe(
      `login.user: ${pseudonym("PUMP-12: ward 3", KEY)}`,
    );
    expect(hidden.software).toEqual(device.software);
    expect(device.names).toEqual(["PUMP-12", "a"]);
  });
});
