import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CATEGORIES, SEVERITIES } from "../../src/alert/alert.ts";
import { decode } from "../../src/collector/decode.ts";
import { encode, encodeBounded } from "../../src/sink/eve.ts";
import type { SinkEvent } from "../../src/sink/sink.ts";
import { alertEvent, deviceEvent, EVENTS, ORIGIN, SUMMARY_EVENT } from "../sink/samples.ts";

/** The event that a line gives; a refusal fails the test with its reason. */
function eventOf(line: string): SinkEvent {
  const decoded = decode(ORIGIN, line);
  if ("problem" in decoded) throw new Error(decoded.problem);
  return decoded.event;
}

describe("what a sensor sends", () => {
  it("comes back as the event it was", () => {
    for (const event of EVENTS) expect(eventOf(encode(event))).toEqual(event);
  });

  it("comes back whatever an alert holds", () => {
    const text = fc.string({ unit: "binary", maxLength: 40 });
    const time = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    const alert = fc.record({
      id: text,
      state: fc.constantFrom("open" as const, "updated" as const, "closed" as const),
      title: text,
      severity: fc.constantFrom(...SEVERITIES),
      category: fc.constantFrom(...CATEGORIES),
      message: text,
      fields: fc.dictionary(fc.stringMatching(/^[a-z]+\.[a-z_]+$/), text, {
        noNullPrototype: true,
      }),
      evidence: fc.array(fc.record({ capture: text, frame: fc.nat() }), { maxLength: 5 }),
      attack: fc.array(text, { maxLength: 3 }),
      count: fc.integer({ min: 1 }),
      firstSeen: time,
      lastSeen: time,
    });
    fc.assert(
      fc.property(alert, (changes) => {
        const event = alertEvent(changes);
        const line = encode(event);
        expect(eventOf(line)).toEqual(event);
        // A second round is the same bytes: what a collector stores is what the sensor sent.
        expect(encode(eventOf(line))).toBe(line);
      }),
    );
  });

  it("comes back without its claims when it was shortened", () => {
    const names = Array.from({ length: 300 }, (_, index) => `name-${index}`.padEnd(200, "."));
    const decoded = eventOf(encodeBounded(deviceEvent({ names })));
    expect(decoded.type).toBe("device");
    if (decoded.type === "device") expect(decoded.device.names.length).toBeLessThan(300);
  });

  it("belongs to the site of its topic, whatever the payload says", () => {
    const other = { ...deviceEvent(), origin: { site: "elsewhere", sensor: "x" } };
    expect(eventOf(encode(other)).origin).toEqual(ORIGIN);
  });
});

describe("what is not ours", () => {
  it("is refused with a reason", () => {
    const lines = [
      "",
      "{",
      "null",
      "[]",
      "1",
      '{"event_type":"flow"}',
      '{"event_type":"alert"}',
      '{"event_type":"auscult_device","auscult_device":{"id":1}}',
      JSON.stringify({ a: "x".repeat(300 * 1024) }),
    ];
    for (const line of lines) {
      const decoded = decode(ORIGIN, line);
      expect(decoded).toHaveProperty("problem");
      expect((decoded as { problem: string }).problem).not.toBe("");
    }
  });

  it("never throws, whichever value of a real line is replaced by another", () => {
    const lines = [encode(alertEvent()), encode(deviceEvent()), encode(SUMMARY_EVENT)];
    fc.assert(
      fc.property(fc.constantFrom(...lines), fc.nat(), fc.jsonValue(), (line, seed, value) => {
        const paths: [Record<string, unknown>, string][] = [];
        const walk = (node: unknown) => {
          if (typeof node !== "object" || node === null) return;
          for (const key of Object.keys(node)) {
            paths.push([node as Record<string, unknown>, key]);
            walk((node as Record<string, unknown>)[key]);
          }
        };
        const record: unknown = JSON.parse(line);
        walk(record);
        const [node, key] = paths[seed % paths.length] ?? [{}, ""];
        node[key] = value;
        const decoded = decode(ORIGIN, JSON.stringify(record));
        if ("event" in decoded) expect(() => encode(decoded.event)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it("does not reach the prototype of objects", () => {
    const line = encode(alertEvent({ fields: { "__proto__.x": "1" } }));
    const withProto = line.replace("__proto__.x=1", "__proto__=polluted");
    decode(ORIGIN, withProto);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.prototype.toString()).toBe("[object Object]");
  });
});
