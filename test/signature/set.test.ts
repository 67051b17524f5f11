import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Observation } from "../../src/observation/observation.ts";
import type { Vocabulary } from "../../src/observation/vocabulary.ts";
import { beliefOf } from "../../src/signature/believe.ts";
import { problemText } from "../../src/signature/document.ts";
import { parseSignature } from "../../src/signature/load.ts";
import { SignatureSet } from "../../src/signature/set.ts";
import type { Signature } from "../../src/signature/signature.ts";

const VOCABULARY: Vocabulary = new Map([
  ["a.x", "open"],
  ["a.y", "open"],
  ["b.z", "open"],
]);

function signature(id: string, match: string, set = "{ role: r }", extra = ""): Signature {
  const text = `id: ${id}\ntitle: t\nmatch: ${match}\nset: ${set}\nfamily: banner\nconfidence: 50\nverified: 2026-01-01\nexamples: [{ observe: { a.x: placeholder } }]\n${extra}`;
  const { signature: read, problems } = parseSignature(text, `${id}.yaml`, VOCABULARY);
  const real = problems.filter(({ message }) => message !== "the example does not match");
  expect(real.map(problemText)).toEqual([]);
  if (read === null) throw new Error(`${id} was not read`);
  return read;
}

function observation(protocol: string, fields: Observation["fields"]): Observation {
  const evidence = { capture: "c", frame: 1 };
  return { timestamp: 0, subject: { ip: "10.0.0.1" }, protocol, evidence, fields };
}

const nothing = () => undefined;

describe("SignatureSet", () => {
  const matches = [
    "{ a.x: one }",
    "{ a.x: [one, two, /^t/] }",
    "{ a.x: { exists: true }, a.y: { not: one } }",
    "{ protocol: p }",
    "{ protocol: [p, q], a.y: /o/ }",
    "{ transport: tcp, b.z: 7 }",
    "[{ a.x: one }, { b.z: { from: 3 } }, { protocol: q, a.y: { prefix: [t] } }]",
    "{ device.role: pump, a.x: { exists: true } }",
    "{ device.role: pump }",
    "{ a.y: { has: [one, three] } }",
  ];
  const all = matches.map((match, index) => signature(`device.s${index}`, match));
  const set = new SignatureSet(all, VOCABULARY);

  const word = fc.constantFrom("one", "two", "three", "one two", "ONE");
  const observed = fc
    .record(
      {
        "a.x": word,
        "a.y": word,
        "b.z": fc.integer({ min: 0, max: 9 }),
        "device.role": fc.constantFrom("pump", "printer"),
      },
      { requiredKeys: [] },
    )
    .chain((fields) =>
      fc
        .tuple(fc.constantFrom("p", "q", "other"), fc.constantFrom("tcp", "udp", undefined))
        .map(([protocol, transport]) => ({
          ...observation(protocol, fields as Observation["fields"]),
          ...(transport === undefined ? {} : { transport: transport as "tcp" | "udp" }),
        })),
    );

  it("finds through its index what asking every signature alone finds", () => {
    const role = fc.constantFrom("pump", "printer", undefined);
    fc.assert(
      fc.property(observed, role, (seen, is) => {
        const device = (field: string) => (field === "device.role" ? is : undefined);
        const together = set.match(seen, device).filter(({ holds }) => holds);
        const alone = all.filter((each) =>
          new SignatureSet([each], VOCABULARY).match(seen, device).some(({ holds }) => holds),
        );
        expect(together.map(({ signature: { id } }) => id)).toEqual(alone.map(({ id }) => id));
      }),
    );
  });

  it("tests only what could match", () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      signature(`device.n${index}`, `{ protocol: p, a.x: "model ${index}" }`),
    );
    const large = new SignatureSet(many, VOCABULARY);
    const found = large.match(observation("p", { "a.x": "Model 321" }), nothing);
    expect(found.map(({ signature: { id } }) => id)).toEqual(["device.n321"]);
    expect(large.tested).toBe(1);
  });

  it("says when only the device is missing", () => {
    const [match] = set
      .match(observation("other", { "a.x": "nine" }), nothing)
      .filter(({ signature: { id } }) => id === "device.s7");
    expect(match).toMatchObject({ holds: false });
  });

  it("prefers the alternative that holds to one that waits for the device", () => {
    const either = signature(
      "device.e",
      "[{ a.x: one, device.role: pump }, { a.x: one, a.y: two }]",
    );
    const alone = new SignatureSet([either], VOCABULARY);
    const found = alone.match(observation("p", { "a.x": "one", "a.y": "two" }), nothing);
    expect(found).toMatchObject([{ holds: true, fields: ["a.x", "a.y"] }]);
  });

  it("does not take names that every object has for fields", () => {
    expect(set.match(observation("constructor", { "a.x": "valueOf" }), nothing)).toHaveLength(2);
  });
});

describe("beliefOf", () => {
  it("fills in groups and fields, leaves out what is incomplete, and says why", () => {
    const read = signature(
      "software.s",
      "{ protocol: p, a.x: '/^(?<name>[a-z]+)(?:-(?<version>[0-9.]+))?/' }",
      '{ vendor: "{a.y}", model: "{b.z}", software: [{ name: "{name}", version: "{version}" }, { name: fixed }] }',
    );
    const alone = new SignatureSet([read], VOCABULARY);
    const believed = (fields: Observation["fields"]) => {
      const seen = observation("p", fields);
      const [match] = alone.match(seen, nothing);
      return match && beliefOf(match, seen, nothing);
    };
    expect(believed({ "a.x": "vsftpd-3.0", "a.y": "Vendor" })).toEqual({
      attributes: [{ attribute: "vendor", value: "Vendor" }],
      software: [{ name: "vsftpd", version: "3.0" }, { name: "fixed" }],
      because: "a.x: vsftpd-3.0",
    });
    expect(believed({ "a.x": "vsftpd" })?.software).toEqual([
      { name: "vsftpd" },
      { name: "fixed" },
    ]);
  });
});
