import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Privacy } from "../../src/observation/vocabulary.ts";
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

describe("pseudonyms", () => {
  it("are HMAC-SHA-256 of the name, so that equal names stay equal", () => {
    expect(pseudonyms.of("biomed")).toBe(of("biomed"));
    expect(new Pseudonyms(Buffer.alloc(32, 1), VOCABULARY).of("biomed")).not.toBe(of("biomed"));
  });

  it("replace an identifier in the fields and in the message, and nothing else", () => {
    const alert = pseudonyms.alert(alertOf());
    expect(alert.fields).toEqual({ "login.user": of("biomed"), "login.outcome": "success" });
    expect(alert.message).toBe(
      `10.20.4.17 logs in to 10.20.9.8 port 23 by Telnet as ${of("biomed")}.`,
    );
    expect(alert.id).toBe(alertOf().id);
  });

  it("replace whole words only: a user called `in` does not eat the sentence", () => {
    const alert = pseudonyms.alert(
      alertOf({ fields: { "login.user": "a" }, message: "a logs in as a, a.b and banana" }),
    );
    const a = of("a");
    expect(alert.message).toBe(`${a} logs in as ${a}, ${a}.b and banana`);
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
    for (const event of [alertEvent(), deviceEvent(), SUMMARY_EVENT]) {
      expect(encode(pseudonyms.event(event))).not.toMatch(/biomed|PUMP-17/i);
    }
  });

  it("are not confused by names that look like expressions", () => {
    const name = "a+b(c)*[d]|^$.\\/-";
    const alert = pseudonyms.alert(
      alertOf({ fields: { "login.user": name }, message: `as ${name} now` }),
    );
    expect(alert.message).toBe(`as ${of(name)} now`);
  });
});
