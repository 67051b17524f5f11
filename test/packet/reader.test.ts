import fc from "fast-check";
import { expect, test } from "vitest";
import { Reader } from "../../src/packet/reader.ts";

const bytes = Uint8Array.of(0x01, 0x02, 0x03, 0x84, 0x05, 0x06, 0x07, 0xf8);
const view = new DataView(bytes.buffer);

test("reads what DataView reads, at every position", () => {
  const reader = new Reader();
  for (let at = 0; at <= 4; at++) {
    expect(reader.reset(bytes, at, 8).u8()).toBe(view.getUint8(at));
    expect(reader.reset(bytes, at, 8).u16()).toBe(view.getUint16(at));
    expect(reader.reset(bytes, at, 8).u16le()).toBe(view.getUint16(at, true));
    expect(reader.reset(bytes, at, 8).u24()).toBe(view.getUint32(at) >>> 8);
    expect(reader.reset(bytes, at, 8).u32()).toBe(view.getUint32(at));
    expect(reader.reset(bytes, at, 8).u32le()).toBe(view.getUint32(at, true));
  }
});

test("a read past the end yields 0, stays past the end, and never looks behind it", () => {
  const reads = ["u8", "u16", "u16le", "u24", "u32", "u32le"] as const;
  fc.assert(
    fc.property(
      fc.nat(8),
      fc.array(fc.constantFrom(...reads), { maxLength: 10 }),
      (end, sequence) => {
        const reader = new Reader().reset(bytes, 0, end);
        const width = { u8: 1, u16: 2, u16le: 2, u24: 3, u32: 4, u32le: 4 };
        let at = 0;
        let over = false;
        for (const read of sequence) {
          over ||= at + width[read] > end;
          if (over) expect(reader[read]()).toBe(0);
          else reader[read]();
          at += width[read];
          expect(reader.overrun).toBe(over);
          expect(reader.position).toBeLessThanOrEqual(end);
        }
      },
    ),
  );
});

test("lines end with LF or CR LF, and an unfinished one is left alone", () => {
  const text = new TextEncoder().encode("one\r\ntwo\n\r\nlast");
  const reader = new Reader().reset(text, 0, text.length);
  const lines: string[] = [];
  while (reader.line())
    lines.push(new TextDecoder().decode(text.subarray(reader.lineStart, reader.lineEnd)));
  expect(lines).toEqual(["one", "two", ""]);
  expect(reader.remaining).toBe("last".length);
  expect(reader.startsWith("LAS")).toBe(true);
  expect(reader.startsWith("lasting")).toBe(false);
});

test("skipping past the end, or backwards, is an overrun", () => {
  const reader = new Reader().reset(bytes, 0, 4);
  reader.skip(4);
  expect(reader.overrun).toBe(false);
  reader.rewind(0);
  reader.skip(5);
  expect(reader.overrun).toBe(true);
  reader.rewind(2);
  expect(reader.overrun).toBe(false);
  reader.skip(-1);
  expect(reader.overrun).toBe(true);
});
