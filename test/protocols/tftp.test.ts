import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Verdict } from "../../src/analysis/analyzer.ts";
import { analyzer } from "../../src/protocols/tftp.ts";
import { bytesOf, Conversation, probeDatagram } from "./conversation.ts";

// Datagrams as in RFC 1350 §5, RFC 2347, RFC 2348 and RFC 2349.
const READ = "\x00\x01firmware.bin\x00octet\x00";
const WRITE = "\x00\x02settings.cfg\x00netascii\x00";
const data = (block: number, length: number) =>
  bytesOf(`\x00\x03${String.fromCharCode(block >> 8, block & 255)}${"d".repeat(length)}`);
const ack = (block: number) => bytesOf(`\x00\x04\x00${String.fromCharCode(block)}`);
const SENT_FACT = {
  about: "client",
  "tftp.operation": "read",
  "file.name": "firmware.bin",
};
const READ_FACT = { about: "server", "tftp.operation": "read", "file.name": "firmware.bin" };

const ask = (request: string) => new Conversation(analyzer, "udp").client(request);
/** The flow of the answer: its originator, here `client`, is the TFTP server. */
const answer = (asked: Conversation) => asked.expected({ port: 40000 });
const done = (conversation: Conversation) => conversation.facts.at(-1);

describe("TFTP requests", () => {
  it("tells what is asked for", () => {
    expect(ask(READ).facts).toEqual([{ ...READ_FACT, "tftp.mode": "octet" }]);
    expect(ask(WRITE).facts).toEqual([
      {
        about: "server",
        "tftp.operation": "write",
        "file.name": "settings.cfg",
        "tftp.mode": "netascii",
      },
    ]);
  });

  it("expects the answer at the port of the client, once", () => {
    const asked = ask(READ).client(READ);
    expect(asked.expectations.map(({ side, port }) => [side, port])).toEqual([[0, 40000]]);
    expect(asked.client(WRITE).expectations.length).toBe(2);
  });

  it("tells the size that the client announces, but not the zero that asks for one", () => {
    expect(ask(`${WRITE}tsize\x00123456\x00`).all("tftp.announced_size")).toEqual([123456]);
    expect(ask(`${READ}tsize\x000\x00`).all("tftp.announced_size")).toEqual([]);
  });
});

describe("TFTP transfers", () => {
  it("adds up the blocks of a file that is read", () => {
    const transfer = answer(ask(READ)).client(data(1, 512)).server(ack(1)).client(data(2, 88));
    expect(transfer.facts).toEqual([{ ...SENT_FACT, "file.size": 600, "file.direction": "sent" }]);
  });

  it("adds up the blocks of a file that is written", () => {
    const transfer = answer(ask(WRITE)).client(ack(0)).server(data(1, 512)).server(data(2, 0));
    expect(done(transfer)).toEqual({
      about: "client",
      "tftp.operation": "write",
      "file.name": "settings.cfg",
      "file.size": 512,
      "file.direction": "received",
    });
  });

  it("does not count a block twice that was sent twice", () => {
    const transfer = answer(ask(READ))
      .client(data(1, 512))
      .client(data(1, 512))
      .client(data(2, 512))
      .client(data(1, 512))
      .client(data(3, 1));
    expect(done(transfer)?.["file.size"]).toBe(1025);
  });

  it("counts blocks that the capture missed as full", () => {
    const transfer = answer(ask(READ)).client(data(1, 512)).client(data(5, 10));
    expect(done(transfer)?.["file.size"]).toBe(4 * 512 + 10);
  });

  it.each([0, 1])("goes on when block numbers wrap to %d", (next) => {
    const transfer = answer(ask(READ));
    for (let block = 1; block <= 0xffff; block += 0x4000) transfer.client(data(block, 512));
    transfer.client(data(0xffff, 512)).client(data(next, 7));
    expect(done(transfer)?.["file.size"]).toBe(0xffff * 512 + 7);
  });

  it("uses the block size that the server agrees to", () => {
    const transfer = answer(ask(`${READ}blksize\x001428\x00`))
      .client("\x00\x06blksize\x001024\x00tsize\x001100\x00")
      .client(data(1, 1024))
      .client(data(2, 76));
    expect(transfer.all("file.size")).toEqual([1100]);
    expect(transfer.all("tftp.announced_size")).toEqual([1100]);
  });

  it("keeps to 512 bytes when the server ignores the proposal", () => {
    const transfer = answer(ask(`${READ}blksize\x001428\x00`))
      .client(data(1, 512))
      .client(data(2, 512))
      .client(data(3, 20));
    expect(transfer.all("file.size")).toEqual([1044]);
  });

  it("learns the block size from the blocks when only one direction was captured", () => {
    const written = ask(`${WRITE}blksize\x001428\x00`).expected({ port: 3000 });
    written.client(data(1, 1428)).client(data(2, 2));
    expect(written.all("file.size")).toEqual([1430]);
    expect(done(written)?.about).toBe("server");
    const read = answer(ask(`${READ}blksize\x001428\x00`));
    read.client(data(1, 1428)).client(data(2, 2));
    expect(read.all("file.size")).toEqual([1430]);
  });

  it("tells what has arrived of a transfer that never ends", () => {
    const transfer = answer(ask(READ)).client(data(1, 512)).client(data(2, 512)).close();
    expect(transfer.all("file.size")).toEqual([1024]);
    expect(answer(ask(READ)).close().facts).toEqual([]);
  });

  it("follows a server that answers from the port that was asked", () => {
    const asked = ask(READ).server(data(1, 100));
    expect(done(asked)).toEqual({ ...READ_FACT, "file.size": 100, "file.direction": "sent" });
  });

  it("tells who broke off and why", () => {
    const refused = answer(ask(READ)).client("\x00\x05\x00\x01File not found\x00");
    expect(refused.facts).toEqual([
      SENT_FACT,
      { about: "client", "error.code": 1, "tftp.error": "File not found" },
    ]);
  });
});

describe("recognising TFTP", () => {
  it("takes a request on any port", () => {
    expect(probeDatagram(analyzer, READ, 16_000)).toBe(Verdict.Yes);
    expect(probeDatagram(analyzer, "\x00\x02x\x00OCTET\x00blksize\x001428\x00", 16_000)).toBe(
      Verdict.Yes,
    );
    // An empty name, as a broken client sends it.
    expect(probeDatagram(analyzer, "\x00\x01\x00octet\x00")).toBe(Verdict.Yes);
  });

  it.each([
    ["blocks out of nowhere", "\x00\x03\x00\x01data"],
    ["a name with control characters", "\x00\x01fi\x01le\x00octet\x00"],
    ["an unknown mode", "\x00\x01file\x00binary\x00"],
    ["a mode that does not end", "\x00\x01file\x00octet"],
    ["a name that does not end", `\x00\x01${"n".repeat(600)}\x00octet\x00`],
    ["nothing", ""],
  ])("refuses %s", (_, datagram) => {
    expect(probeDatagram(analyzer, datagram)).toBe(Verdict.No);
  });
});

describe("hostile TFTP", () => {
  it("takes no request that is cut, at whatever length", () => {
    for (let length = 0; length < READ.length; length++)
      expect(probeDatagram(analyzer, READ.slice(0, length))).toBe(Verdict.No);
  });

  it("survives damage and never invents a file larger than 65536 blocks could be", () => {
    const original = `${READ}blksize\x00512\x00tsize\x000\x00`;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.array(fc.uint8Array({ minLength: 2, maxLength: 40 }), { maxLength: 6 }),
        (changes, datagrams) => {
          const damaged = bytesOf(original);
          for (const [at, value] of changes) damaged[at] = value;
          const asked = new Conversation(analyzer, "udp").client(damaged);
          for (const each of datagrams) {
            each[0] = 0;
            each[1] = (each[1] ?? 0) % 8;
            asked.client(each).server(each);
          }
          for (const size of asked.close().all("file.size"))
            expect(size).toBeLessThan(12 * 0x8000 * 65_464);
        },
      ),
      { numRuns: 200 },
    );
  });
});
