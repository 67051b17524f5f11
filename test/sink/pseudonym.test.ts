import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Alert } from "../../src/alert/alert.ts";
import type { Privacy } from "../../src/observation/vocabulary.ts";
import { parseTemplate, render } from "../../src/signature/template.ts";
import { encode } from "../../src/sink/eve.ts";
import { Pseudonyms } from "../../src/sink/pseudonym.ts";
import { alertEvent, alertOf, deviceEvent, deviceOf, SUMMARY_EVENT } from "./samples.ts";

const KEY = Buffer.from("0123456789abcdef0123456789abcdef");
const VOCABULARY = new Map<string, Privacy>([
  ["login.user", "identifier"],
  ["login.outcome", "open"],
  ["http.server", "open"],
  ["dhcp.hostname", "identifier"],
  ["dhcp.vendor_class", "open"],
]);
const pseudonyms = new Pseudonyms(KEY, VOCABULARY);
const of = (name: string) =>
  `~${createHmac("sha256", KEY).update(name).digest("hex").slice(0, 16)}`;

/** An alert whose message names the user twice, between words that could be names too. */
function alertWith(user: string): Alert {
  const values: Record<string, string> = { "login.user": user, "subject.ip": "10.0.0.5" };
  const template = parseTemplate("{login.user} at {subject.ip}, again {login.user}, admin");
  const { text, spans } = render(template, (name) => values[name]);
  const identifiers = spans
    .filter(({ name }) => name === "login.user")
    .map(({ name, start, end }) => ({ field: name, start, end }));
  const fields = { "login.user": user, "http.server": "Apache" };
  return alertOf({ fields, message: text, identifiers });
}

describe("pseudonyms", () => {
  it("are HMAC-SHA-256 of the name, so that equal names stay equal", () => {
    expect(pseudonyms.of("biomed")).toBe(of("biomed"));
    expect(new Pseudonyms(Buffer.alloc(32, 1), VOCABULARY).of("biomed")).not.toBe(of("biomed"));
  });

  it("replace identifiers in fields and message by their place, and nothing else", () => {
    const alert = pseudonyms.alert(alertWith("at"));
    expect(alert.message).toBe(`${of("at")} at 10.0.0.5, again ${of("at")}, admin`);
    expect(alert.fields).toEqual({ "login.user": of("at"), "http.server": "Apache" });
    expect(alert).not.toHaveProperty("identifiers");
  });

  it("give the alert another id: the plain one would tell who guesses the name right", () => {
    const alert = pseudonyms.alert(alertWith("biomed"));
    expect(alert.id).not.toBe(alertWith("biomed").id);
    expect(alert.id).toHaveLength(alertWith("biomed").id.length);
    expect(pseudonyms.alert(alertWith("biomed")).id).toBe(alert.id);
  });

  it("leave no trace of any name, whatever it looks like", () => {
    const user = fc
      .string({ minLength: 6, maxLength: 40 })
      .filter((text) => text.trim().length > 5);
    fc.assert(
      fc.property(user, (name) => {
        const frame = JSON.stringify(pseudonyms.alert(alertWith("")));
        fc.pre(!frame.includes(JSON.stringify(name).slice(1, -1)));
        const text = JSON.stringify(pseudonyms.alert(alertWith(name)));
        expect(text).not.toContain(JSON.stringify(name).slice(1, -1));
      }),
    );
  });

  it("treat a field that nobody has declared as an identifier", () => {
    const alert = pseudonyms.alert(alertOf({ fields: { "new.thing": "Mrs Example" } }));
    expect(alert.fields["new.thing"]).toBe(of("Mrs Example"));
  });

  it("replace the names of a device wherever its record repeats them", () => {
    const device = pseudonyms.device(
      deviceOf({
        names: ["PUMP-17", "PUMP-1"],
        services: [
          {
            transport: "tcp",
            port: 21,
            product: "FTP server pump-17 ready",
            evidence: { capture: "ward.pcap", frame: 1 },
          },
        ],
        software: [
          {
            name: "x",
            signature: "software.x",
            because: "dhcp.hostname: PUMP-17.icu.example",
            evidence: { capture: "ward.pcap", frame: 1 },
          },
        ],
      }),
    );
    expect(device.names).toEqual([of("PUMP-17"), of("PUMP-1")]);
    expect(device.services[0]?.product).toBe(`FTP server ${of("PUMP-17")} ready`);
    expect(device.software[0]?.because).toBe(`dhcp.hostname: ${of("PUMP-17.icu.example")}`);
    expect(device.hypotheses[0]?.claims[0]?.because).toBe("dhcp.vendor_class: EXMED-PUMP");
  });

  it("leave no trace of a name in any line", () => {
    const identifiers = [{ field: "login.user", start: 53, end: 59 }];
    for (const event of [alertEvent({ identifiers }), deviceEvent(), SUMMARY_EVENT]) {
      expect(encode(pseudonyms.event(event))).not.toMatch(/biomed|PUMP-17/i);
    }
  });
});
