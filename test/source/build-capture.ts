/** Builds capture files byte by byte, after the format drafts, for what no recorded file shows. */

export type Order = "little" | "big";

export interface RecordFields {
  readonly seconds?: number;
  readonly fraction?: number;
  readonly data?: Uint8Array;
  /** What the record claims; the data's length unless told otherwise. */
  readonly captured?: number;
  readonly onWire?: number;
}

export interface PcapFields {
  readonly order?: Order;
  readonly magic?: number;
  readonly version?: readonly [number, number];
  readonly linkType?: number;
  /** Bytes between a record's header and its data. */
  readonly recordExtra?: number;
}

/** A pcap file of these records. */
export function pcap(records: readonly RecordFields[], fields: PcapFields = {}): Uint8Array {
  const put = writer(fields.order ?? "little");
  const [major, minor] = fields.version ?? [2, 4];
  const header = put("u32", fields.magic ?? 0xa1b2c3d4, "u16", major, "u16", minor);
  const rest = put("u32", 0, "u32", 0, "u32", 65_535, "u32", fields.linkType ?? 1);
  const parts = [header, rest];
  for (const record of records) {
    const data = record.data ?? frameOf(60);
    const captured = record.captured ?? data.length;
    parts.push(
      put("u32", record.seconds ?? 1_600_000_000, "u32", record.fraction ?? 0),
      put("u32", captured, "u32", record.onWire ?? captured),
      new Uint8Array(fields.recordExtra ?? 0),
      data,
    );
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** A pcapng block, padded, with both its lengths. */
export function block(order: Order, type: number, ...body: Uint8Array[]): Uint8Array {
  const put = writer(order);
  const content = joined(...body);
  const padding = new Uint8Array(-content.length & 3);
  const length = content.length + padding.length + 12;
  return joined(put("u32", type, "u32", length), content, padding, put("u32", length));
}

export function section(order: Order, ...options: Uint8Array[]): Uint8Array {
  const put = writer(order);
  const version = put("u32", 0x1a2b3c4d, "u16", 1, "u16", 0);
  return block(order, 0x0a0d0d0a, version, new Uint8Array(8).fill(0xff), ...options);
}

export interface InterfaceFields {
  readonly linkType?: number;
  readonly snapLength?: number;
  readonly resolution?: number;
  /** Seconds. */
  readonly offset?: bigint;
}

export function networkInterface(order: Order, fields: InterfaceFields = {}): Uint8Array {
  const put = writer(order);
  const options: Uint8Array[] = [];
  if (fields.resolution !== undefined) {
    options.push(option(order, 9, Uint8Array.of(fields.resolution)));
  }
  if (fields.offset !== undefined) {
    const value = new DataView(new ArrayBuffer(8));
    value.setBigInt64(0, fields.offset, order === "little");
    options.push(option(order, 14, new Uint8Array(value.buffer)));
  }
  if (options.length > 0) options.push(put("u16", 0, "u16", 0));
  const head = put("u16", fields.linkType ?? 1, "u16", 0, "u32", fields.snapLength ?? 0);
  return block(order, 1, head, ...options);
}

export function option(order: Order, code: number, value: Uint8Array): Uint8Array {
  const padding = new Uint8Array(-value.length & 3);
  return joined(writer(order)("u16", code, "u16", value.length), value, padding);
}

export interface PacketFields {
  readonly index?: number;
  readonly units?: bigint;
  readonly data?: Uint8Array;
  readonly captured?: number;
  readonly onWire?: number;
  /** Options behind the data. */
  readonly behind?: Uint8Array;
}

export function enhancedPacket(order: Order, fields: PacketFields = {}): Uint8Array {
  const put = writer(order);
  return block(order, 6, put("u32", fields.index ?? 0), ...packetBody(order, fields));
}

/** The packet block of the first drafts: 16 bits of interface, 16 bits of drops. */
export function obsoletePacket(order: Order, fields: PacketFields = {}): Uint8Array {
  const put = writer(order);
  const head = put("u16", fields.index ?? 0, "u16", 0xffff);
  return block(order, 2, head, ...packetBody(order, fields));
}

export function simplePacket(order: Order, onWire: number, data: Uint8Array): Uint8Array {
  return block(order, 3, writer(order)("u32", onWire), data);
}

function packetBody(order: Order, fields: PacketFields): Uint8Array[] {
  const put = writer(order);
  const data = fields.data ?? frameOf(60);
  const captured = fields.captured ?? data.length;
  const units = fields.units ?? 1_600_000_000_000_000n;
  return [
    put("u32", Number(units >> 32n), "u32", Number(units & 0xffff_ffffn)),
    put("u32", captured, "u32", fields.onWire ?? captured),
    joined(data, new Uint8Array(-data.length & 3)),
    fields.behind ?? new Uint8Array(0),
  ];
}

/** An Ethernet frame of an experimental type with no content worth reading. */
export function frameOf(length: number, fill = 0): Uint8Array {
  const bytes = new Uint8Array(length).fill(fill);
  bytes.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5].slice(0, length));
  return bytes;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

type Put = (...fields: readonly ("u16" | "u32" | number)[]) => Uint8Array;

function writer(order: Order): Put {
  return (...fields) => {
    const bytes: number[] = [];
    for (let index = 0; index < fields.length; index += 2) {
      const width = fields[index] === "u16" ? 2 : 4;
      const value = Number(fields[index + 1]);
      for (let place = 0; place < width; place++) {
        const shift = order === "little" ? place : width - 1 - place;
        bytes.push(Math.floor(value / 256 ** shift) & 0xff);
      }
    }
    return Uint8Array.from(bytes);
  };
}
