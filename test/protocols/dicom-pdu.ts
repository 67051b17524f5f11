/** DICOM PDUs, built from PS3.8 §9.3 and PS3.7 annex D and E for the tests. */
const latin = (text: string) => Buffer.from(text, "latin1");
const u16 = (value: number) => Buffer.from([value >> 8, value & 255]);

function item(type: number, ...parts: (Buffer | string)[]): Buffer {
  const content = Buffer.concat(
    parts.map((part) => (typeof part === "string" ? latin(part) : part)),
  );
  return Buffer.concat([Buffer.from([type, 0]), u16(content.length), content]);
}

export function pdu(type: number, ...parts: Buffer[]): Uint8Array {
  const content = Buffer.concat(parts);
  const header = Buffer.from([type, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(content.length, 2);
  return Uint8Array.from(Buffer.concat([header, content]));
}

export interface Associate {
  readonly called?: string;
  readonly calling?: string;
  readonly implementation?: string;
  readonly version?: string;
  /** Abstract syntaxes; contexts 1, 3, 5 … */
  readonly syntaxes?: readonly string[];
  /** Results of the contexts, in an answer. */
  readonly results?: readonly number[];
  /** Further sub-items of the user information. */
  readonly user?: readonly Buffer[];
}

export const IMPLICIT = "1.2.840.10008.1.2";

export function associate(type: 1 | 2, options: Associate = {}): Uint8Array {
  const { called = "PACS_MAIN", calling = "CT_GE_01", implementation = "1.2.3", version } = options;
  const contexts = (options.syntaxes ?? []).map((syntax, index) =>
    item(0x20, Buffer.from([index * 2 + 1, 0, 0, 0]), item(0x30, syntax), item(0x40, IMPLICIT)),
  );
  const results = (options.results ?? []).map((result, index) =>
    item(
      0x21,
      Buffer.from([index * 2 + 1, 0, result, 0]),
      item(0x40, result === 0 ? IMPLICIT : ""),
    ),
  );
  const user = item(
    0x50,
    item(0x51, Buffer.from([0, 0, 0x40, 0])),
    item(0x52, implementation),
    ...(version === undefined ? [] : [item(0x55, version)]),
    ...(options.user ?? []),
  );
  return pdu(
    type,
    Buffer.from([0, 1, 0, 0]),
    latin(called.padEnd(16)),
    latin(calling.padEnd(16)),
    Buffer.alloc(32),
    item(0x10, "1.2.840.10008.3.1.1.1"),
    ...contexts,
    ...results,
    user,
  );
}

export function role(syntax: string, scu: number, scp: number): Buffer {
  return item(0x54, u16(syntax.length), syntax, Buffer.from([scu, scp]));
}

export function identity(type: number, primary: string, secondary = ""): Buffer {
  return item(
    0x58,
    Buffer.from([type, 0]),
    u16(primary.length),
    primary,
    u16(secondary.length),
    secondary,
  );
}

/** An element of a command set: group 0000, implicit VR, little-endian. */
export function element(number: number, value: string | number): Buffer {
  const content = typeof value === "string" ? latin(value) : Buffer.from([value & 255, value >> 8]);
  const header = Buffer.alloc(8);
  header.writeUInt16LE(number, 2);
  header.writeUInt32LE(content.length, 4);
  return Buffer.concat([header, content]);
}

/** A presentation data value; control 3: a whole command set, 2: the last of a data set. */
export function value(control: number, content: Buffer): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt32BE(content.length + 2, 0);
  header[4] = 1;
  header[5] = control;
  return Buffer.concat([header, content]);
}

export function command(field: number, ...elements: Buffer[]): Uint8Array {
  const set = Buffer.concat([element(0x0100, field), ...elements]);
  const length = Buffer.from([0, 0, 0, 0, 4, 0, 0, 0, set.length & 255, set.length >> 8, 0, 0]);
  return pdu(4, value(3, Buffer.concat([length, set])));
}
