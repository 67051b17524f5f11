/**
 * Builds Ethernet frames byte by byte, for tests that need a conversation nobody has recorded. Checksums are
 * left 0: nothing here reads them.
 */
import type { FrameView } from "../../src/analysis/packet-path.ts";

export interface End {
  readonly ip: readonly [number, number, number, number];
  readonly port: number;
}

export const CLIENT: End = { ip: [10, 0, 0, 1], port: 40000 };
export const SERVER: End = { ip: [10, 0, 0, 2], port: 7777 };

const FLAGS = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;
type Flag = keyof typeof FLAGS;

/** Frames in the order they were made, 1 ms apart. */
export class Wire {
  readonly frames: FrameView[] = [];
  #ipId = 1;

  tcp(
    from: End,
    to: End,
    sequence: number,
    acknowledgment: number,
    flags: Flag[],
    data = "",
  ): this {
    const payload = Buffer.from(data, "latin1");
    const header = Buffer.alloc(20);
    header.writeUInt16BE(from.port, 0);
    header.writeUInt16BE(to.port, 2);
    header.writeUInt32BE(sequence >>> 0, 4);
    header.writeUInt32BE(acknowledgment >>> 0, 8);
    header[12] = 5 << 4;
    header[13] = flags.reduce((all, flag) => all | FLAGS[flag], 0);
    return this.#ip(from, to, 6, Buffer.concat([header, payload]));
  }

  udp(from: End, to: End, data: string): this {
    const payload = Buffer.from(data, "latin1");
    const header = Buffer.alloc(8);
    header.writeUInt16BE(from.port, 0);
    header.writeUInt16BE(to.port, 2);
    header.writeUInt16BE(8 + payload.length, 4);
    return this.#ip(from, to, 17, Buffer.concat([header, payload]));
  }

  /** Time passes, ms, until the next frame. */
  wait(milliseconds: number): this {
    this.#clock += milliseconds * 1000;
    return this;
  }

  #clock = 1_700_000_000e6;

  #ip(from: End, to: End, protocol: number, above: Buffer): this {
    const header = Buffer.alloc(20);
    header[0] = 0x45;
    header.writeUInt16BE(20 + above.length, 2);
    header.writeUInt16BE(this.#ipId++ & 0xffff, 4);
    header[8] = 64;
    header[9] = protocol;
    header.set(from.ip, 12);
    header.set(to.ip, 16);
    const ethernet = Buffer.from([2, 0, ...to.ip, 2, 0, ...from.ip, 0x08, 0x00]);
    const bytes = Buffer.concat([ethernet, header, above]);
    this.#clock += 1000;
    this.frames.push({
      bytes,
      start: 0,
      length: bytes.length,
      wireLength: bytes.length,
      timestamp: this.#clock,
      linkType: 1,
      number: this.frames.length + 1,
      capture: 0,
    });
    return this;
  }
}

/** A TCP connection from its handshake on, with the sequence numbers kept. */
export class Talk {
  readonly wire: Wire;
  readonly #ends: readonly [End, End];
  readonly #next: [number, number] = [1001, 5001];

  constructor(wire = new Wire(), client = CLIENT, server = SERVER, handshake = true) {
    this.wire = wire;
    this.#ends = [client, server];
    if (!handshake) return;
    wire.tcp(client, server, 1000, 0, ["syn"]);
    wire.tcp(server, client, 5000, 1001, ["syn", "ack"]);
    wire.tcp(client, server, 1001, 5001, ["ack"]);
  }

  client(data: string): this {
    return this.#say(0, data, true);
  }

  server(data: string): this {
    return this.#say(1, data, true);
  }

  /** Sent, acknowledged, but not on this capture. */
  lose(side: 0 | 1, data: string): this {
    return this.#say(side, data, false);
  }

  end(): this {
    const [client, server] = this.#ends;
    this.wire.tcp(client, server, this.#next[0], this.#next[1], ["fin", "ack"]);
    this.wire.tcp(server, client, this.#next[1], this.#next[0] + 1, ["fin", "ack"]);
    return this;
  }

  #say(side: 0 | 1, data: string, captured: boolean): this {
    const from = this.#ends[side];
    const to = this.#ends[1 - side] as End;
    const acknowledgment = this.#next[1 - side] as number;
    if (captured) this.wire.tcp(from, to, this.#next[side], acknowledgment, ["psh", "ack"], data);
    this.#next[side] += data.length;
    return this;
  }
}
