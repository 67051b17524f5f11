import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BerFault, BerReader, BerTag, OID_TEXT_LIMIT, oidText } from "../../src/packet/ber.ts";

function reader(hex: string): BerReader {
  const bytes = Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
  return new BerReader().reset(bytes, 0, bytes.length);
}

function oid(hex: string): string {
  const bytes = Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
  const into = new Uint8Array(OID_TEXT_LIMIT);
  return Buffer.from(into.subarray(0, oidText(bytes, 0, bytes.length, into))).toString();
}

describe("BER elements", () => {
  it("walks a sequence and what follows it", () => {
    // X.690 §8.9: SEQUENCE { INTEGER 5, OCTET STRING "ab" }, then NULL.
    const ber = reader("30 07 020105 04026162 0500");
    const outer = ber.end;
    expect(ber.take(BerTag.Sequence)).toBe(true);
    ber.enter();
    expect(ber.take(BerTag.Integer)).toBe(true);
    expect(ber.integer()).toBe(5);
    expect(ber.take(BerTag.OctetString)).toBe(true);
    expect([ber.start, ber.stop]).toEqual([7, 9]);
    expect(ber.more).toBe(false);
    ber.leave(outer);
    expect(ber.take(BerTag.Null)).toBe(true);
    expect(ber.more).toBe(false);
    expect(ber.fault).toBe(BerFault.None);
  });

  it.each([
    ["00", 0],
    ["7f", 127],
    ["0080", 128],
    ["80", -128],
    ["ff", -1],
    ["ff7f", -129],
    ["7fffffff", 2147483647],
    ["80000000", -2147483648],
    ["00ffffffff", 4294967295],
  ])("reads the integer %s as %d", (content, value) => {
    // Values by X.690 §8.3: two's complement.
    const ber = reader(`02${(content.length / 2).toString(16).padStart(2, "0")}${content}`);
    expect(ber.take(BerTag.Integer)).toBe(true);
    expect(ber.integer()).toBe(value);
  });

  it("refuses integers without octets and of more than six", () => {
    for (const hex of ["0200", "0207 01020304050607"]) {
      const ber = reader(hex);
      ber.next();
      expect(ber.integer()).toBe(0);
      expect(ber.fault).toBe(BerFault.Malformed);
    }
  });

  it("takes long lengths and refuses the indefinite form", () => {
    expect(reader("04 81 02 6162").take(BerTag.OctetString)).toBe(true);
    expect(reader("04 82 0002 6162").take(BerTag.OctetString)).toBe(true);
    const indefinite = reader("30 80 0500 0000");
    expect(indefinite.next()).toBe(false);
    expect(indefinite.fault).toBe(BerFault.Malformed);
    const absurd = reader("04 85 0000000002 6162");
    expect(absurd.next()).toBe(false);
    expect(absurd.fault).toBe(BerFault.Malformed);
  });

  it("reads tag numbers above 30", () => {
    // X.690 §8.1.2.4: application 31 constructed = 7f 1f.
    const ber = reader("7f 1f 02 0500");
    expect(ber.next()).toBe(true);
    expect(ber.tag).toBe(0x7f + 31 * 256);
  });

  it("tells cut bytes from a length that contradicts the enclosing element", () => {
    const cut = reader("04 05 6162");
    expect(cut.next()).toBe(false);
    expect(cut.fault).toBe(BerFault.Cut);

    const lie = reader("30 04 0405 6162 0500");
    lie.take(BerTag.Sequence);
    lie.enter();
    expect(lie.next()).toBe(false);
    expect(lie.fault).toBe(BerFault.Malformed);
  });

  it("gives what is there of a constructed element that was cut", () => {
    const ber = reader("30 20 020105 0404 61");
    expect(ber.take(BerTag.Sequence)).toBe(true);
    expect(ber.cut).toBe(true);
    ber.enter();
    expect(ber.take(BerTag.Integer)).toBe(true);
    expect(ber.next()).toBe(false);
    expect(ber.fault).toBe(BerFault.Cut);
  });

  it("clips a constructed element that is longer than the one around it", () => {
    // SEQUENCE of 4 octets that holds one which claims 9.
    const ber = reader("30 04 3009 0201 05 0500");
    const outer = ber.end;
    ber.take(BerTag.Sequence);
    ber.enter();
    expect(ber.take(BerTag.Sequence)).toBe(true);
    expect([ber.cut, ber.start, ber.stop]).toEqual([true, 4, 6]);
    ber.leave(outer);
    expect(ber.position).toBe(6);
  });

  it("stays at its fault", () => {
    const ber = reader("05 00 05");
    expect(ber.next()).toBe(true);
    expect(ber.next()).toBe(false);
    expect(ber.next()).toBe(false);
    expect(ber.more).toBe(false);
  });

  it("never leaves the bytes and always ends", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const ber = new BerReader().reset(bytes, 0, bytes.length);
        let steps = 0;
        while (ber.more) {
          if (!ber.next()) break;
          expect(ber.stop).toBeGreaterThanOrEqual(ber.start);
          expect(ber.stop).toBeLessThanOrEqual(bytes.length);
          if ((ber.tag & 0x20) !== 0) ber.enter();
          expect(++steps).toBeLessThanOrEqual(64);
        }
      }),
    );
  });
});

describe("object identifiers", () => {
  it.each([
    ["2b 06 01 02 01 01 02 00", "1.3.6.1.2.1.1.2.0"],
    // X.690 §8.19.5: {2 999 3}.
    ["88 37 03", "2.999.3"],
    ["2b 06 01 04 01 bf 08 03 02 0a", "1.3.6.1.4.1.8072.3.2.10"],
    ["00", "0.0"],
    ["2b 8f ff ff ff 7f", "1.3.4294967295"],
    ["", ""],
    ["2b 86", ""],
    ["2b 90 80 80 80 80 00", ""],
  ])("writes %s as %s", (hex, text) => expect(oid(hex)).toBe(text));

  it("refuses one that is longer than the limit", () => {
    expect(oid(`2b${"8fffffff7f".repeat(40)}`)).toBe("");
  });
});
