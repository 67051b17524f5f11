import { describe, expect, test } from "vitest";
import { ipText, macText } from "../../src/observation/address.ts";
import { cleanText, TEXT_LIMIT, wireText } from "../../src/observation/text.ts";
import { record } from "../support/recorder.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("the hinge", () => {
  test("hands on what is new and counts what is not", () => {
    const { observer, observations } = record("toy", { name: "open" });
    for (const name of ["one", "two", "one", " one "]) {
      const wire = bytes(name);
      observer.about(0).text("name", wire, 0, wire.length).emit();
    }
    expect(observations.map(({ fields }) => fields["toy.name"])).toEqual(["one", "two"]);
    expect(observer.statistics()).toMatchObject({ emitted: 2, repeated: 2 });
  });

  test("lets out only declared fields", () => {
    const { observer, observations } = record("toy", { name: "open" });
    observer.about(0).string("name", "x").string("password", "never").emit();
    expect(observations[0]?.fields).toEqual({ "toy.name": "x" });
    expect(observer.statistics()).toMatchObject({ undeclared: 1 });
  });

  test("leaves out empty fields, and observations without any", () => {
    const { observer, observations } = record("toy", { name: "open" });
    observer.about(0).text("name", bytes("  "), 0, 2).emit();
    expect(observations).toEqual([]);
  });

  test("tells subject from peer, and a login for every pair of ends", () => {
    const { observer, observations } = record("toy", {}, 23);
    observer.about(1).string("login.user", "anna").emit();
    expect(observations[0]).toMatchObject({
      subject: { ip: "10.0.0.2", port: 23 },
      peer: { ip: "10.0.0.1", port: 40000 },
    });
    const flow = observer.flow as { addresses: Uint8Array };
    flow.addresses[3] = 9;
    observer.about(1).string("login.user", "anna").emit();
    observer.about(1).number("service.port", 23).emit();
    flow.addresses[3] = 8;
    observer.about(1).number("service.port", 23).emit();
    expect(observations.map(({ peer }) => peer?.ip)).toEqual(["10.0.0.1", "10.0.0.9", "10.0.0.9"]);
  });

  test("keeps numbers apart that differ only beyond 32 bits", () => {
    const { observer, observations } = record("toy", { size: "open" });
    for (const size of [1, 1 + 2 ** 32, 1]) observer.about(0).number("size", size).emit();
    expect(observations.map(({ fields }) => fields["toy.size"])).toEqual([1, 4294967297]);
  });
});

describe("text from the wire", () => {
  test("is UTF-8, or Latin-1 where it is not", () => {
    expect(wireText(bytes("Müller"), 0, 7)).toBe("Müller");
    expect(wireText(Uint8Array.of(0x4d, 0xfc), 0, 2)).toBe("Mü");
  });

  test("cannot move a cursor, break a line, or turn the direction of writing", () => {
    expect(cleanText("a\u001b[2Jb\r\nc\u202ed\u2028e\u0000")).toBe("a [2Jb c d e");
  });

  test("is cut at the limit, never inside a character", () => {
    const text = cleanText("😀".repeat(TEXT_LIMIT));
    expect(text.length).toBeLessThanOrEqual(TEXT_LIMIT);
    expect(() => encodeURIComponent(text)).not.toThrow();
    expect(cleanText(`x${"😀".repeat(TEXT_LIMIT)}`).endsWith("😀")).toBe(true);
  });
});

test("addresses are written as RFC 5952 and the registries write them", () => {
  const v6 = (groups: number[]) =>
    Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
  const cases: [number[], string][] = [
    [[0x2001, 0xdb8, 0, 0, 0, 0, 2, 1], "2001:db8::2:1"],
    [[0x2001, 0xdb8, 0, 1, 1, 1, 1, 1], "2001:db8:0:1:1:1:1:1"],
    [[0x2001, 0xdb8, 0, 0, 1, 0, 0, 1], "2001:db8::1:0:0:1"],
    [[0, 0, 0, 0, 0, 0, 0, 0], "::"],
    [[0, 0, 0, 0, 0, 0, 0, 1], "::1"],
    [[0xfe80, 0, 0, 0, 0, 0, 0, 0], "fe80::"],
  ];
  for (const [groups, text] of cases) expect(ipText(v6(groups), 0, 6)).toBe(text);
  expect(ipText(Uint8Array.of(192, 0, 2, 255), 0, 4)).toBe("192.0.2.255");
  expect(macText(Uint8Array.of(0, 0x1b, 0x21, 0xaa, 9, 255), 0)).toBe("00:1b:21:aa:09:ff");
});
