import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Verdict } from "../../src/analysis/analyzer.ts";
import { analyzer } from "../../src/protocols/ssh.ts";
import { Conversation, probeStream } from "./conversation.ts";

const KEX = "diffie-hellman-group1-sha1,diffie-hellman-group14-sha1";
const HOST_KEYS = "ssh-rsa,ssh-dss";
const LISTS = [
  KEX,
  HOST_KEYS,
  "aes128-ctr,3des-cbc",
  "aes256-ctr",
  "hmac-md5,hmac-sha1",
  "hmac-sha2-256",
  "none",
  "zlib,none",
  "",
  "",
];

/** RFC 4253 §7.1, in a packet as in §6. */
function kexInit(lists: readonly string[] = LISTS): Uint8Array {
  const body: number[] = [20, ...new Array<number>(16).fill(0xcc)];
  for (const list of lists) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(list.length);
    body.push(...length, ...Buffer.from(list));
  }
  body.push(0, 0, 0, 0, 0);
  return packet(body);
}

function packet(payload: readonly number[]): Uint8Array {
  const padding = 8;
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length + padding + 1);
  head[4] = padding;
  return Uint8Array.from([...head, ...payload, ...new Array<number>(padding).fill(0)]);
}

const talk = () => new Conversation(analyzer, "tcp");
const SERVER_LINE = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u1\r\n";
const CLIENT_LINE = "SSH-2.0-PuTTY_Release_0.78\r\n";

describe("SSH identification", () => {
  it("splits the line of each end", () => {
    expect(talk().server(SERVER_LINE).client(CLIENT_LINE).facts).toEqual([
      {
        about: "server",
        "ssh.banner": "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u1",
        "ssh.protocol_version": "2.0",
        "ssh.software": "OpenSSH_9.2p1",
      },
      {
        about: "client",
        "ssh.banner": "SSH-2.0-PuTTY_Release_0.78",
        "ssh.protocol_version": "2.0",
        "ssh.software": "PuTTY_Release_0.78",
      },
    ]);
  });

  it("waits for a line that comes in pieces", () => {
    const talked = talk();
    for (const byte of Buffer.from(SERVER_LINE)) talked.server(Uint8Array.of(byte));
    expect(talked.all("ssh.software")).toEqual(["OpenSSH_9.2p1"]);
  });

  it("accepts a line that ends with LF alone, as version 1 servers send it", () => {
    const talked = talk().server("SSH-1.99-Cisco-1.25\n").client("SSH-1.5-OldClient\n");
    expect(talked.all("ssh.protocol_version")).toEqual(["1.99", "1.5"]);
    expect(talked.all("ssh.software")).toEqual(["Cisco-1.25", "OldClient"]);
  });

  it("lets a server say something before it", () => {
    const talked = talk().server(`Welcome.\r\nNo entry.\r\n${SERVER_LINE}`);
    expect(talked.all("ssh.banner")).toEqual([SERVER_LINE.trim()]);
  });

  it("is done when neither end can say more", () => {
    const talked = talk().server("SSH-1.5-1.2.27\n").client("SSH-1.5-1.2.27\n");
    expect(talked.finished).toBe(true);
    expect(talk().server(SERVER_LINE).finished).toBe(false);
  });
});

describe("SSH key exchange", () => {
  it("fingerprints what each end offers for its own direction", () => {
    const talked = talk()
      .server(SERVER_LINE)
      .client(CLIENT_LINE)
      .client(kexInit())
      .server(kexInit());
    // md5sum of the lists joined with semicolons.
    expect(talked.all("ssh.hassh")).toEqual(["1aa135a40ddd4a868265c68daca3957f"]);
    expect(talked.all("ssh.hassh_server")).toEqual(["d541c8e632206adc77c0c2842ef6baf6"]);
    expect(talked.finished).toBe(true);
  });

  it("lists what each end offers", () => {
    const talked = talk().server(SERVER_LINE).server(kexInit());
    expect(talked.facts.slice(2)).toEqual([
      { about: "server", "ssh.kex": KEX, "ssh.side": "server" },
      { about: "server", "ssh.host_key_algorithms": HOST_KEYS, "ssh.side": "server" },
      { about: "server", "ssh.ciphers": "aes256-ctr", "ssh.side": "server" },
      { about: "server", "ssh.macs": "hmac-sha2-256", "ssh.side": "server" },
      { about: "server", "ssh.compression": "zlib,none", "ssh.side": "server" },
    ]);
  });

  it("tells a list that is longer than one text in several, and loses no algorithm", () => {
    const many = Array.from({ length: 40 }, (_, index) => `algorithm-number-${index}@example.com`);
    const lists = LISTS.with(0, many.join(","));
    const told = talk().server(SERVER_LINE).server(kexInit(lists)).all("ssh.kex") as string[];
    expect(told.length).toBeGreaterThan(1);
    expect(told.flatMap((part) => part.split(","))).toEqual(many);
  });

  it("takes a packet that arrives byte by byte, and messages that may come before it", () => {
    const talked = talk()
      .client(CLIENT_LINE)
      .client(packet([2, 0, 0, 0, 0]));
    for (const byte of kexInit()) talked.client(Uint8Array.of(byte));
    expect(talked.all("ssh.kex")).toEqual([KEX]);
  });

  it("stops listening to an end after a gap", () => {
    const talked = talk().client(CLIENT_LINE).gap(0, 500).client(kexInit());
    expect(talked.all("ssh.kex")).toEqual([]);
  });

  it("gives up on a silent end after a while", () => {
    const talked = talk().server(SERVER_LINE).server(kexInit());
    for (let index = 0; index < 40 && !talked.finished; index++)
      talked.server(new Uint8Array(2000));
    expect(talked.finished).toBe(true);
  });
});

describe("recognising SSH", () => {
  it("knows it by either end, on any port", () => {
    expect(probeStream(analyzer, CLIENT_LINE, "", 8022)).toBe(Verdict.Yes);
    expect(probeStream(analyzer, "", "SSH-1.99-Cisco-1.25\n", 8022)).toBe(Verdict.Yes);
  });

  it("waits behind other lines on its own port only", () => {
    expect(probeStream(analyzer, "", "Welcome.\r\n")).toBe(Verdict.Maybe);
    expect(probeStream(analyzer, "", "Welcome.\r\n", 21)).toBe(Verdict.No);
    expect(probeStream(analyzer, "", "\x00\x01binary")).toBe(Verdict.No);
  });

  it("leaves others alone", () => {
    expect(probeStream(analyzer, "SSTP_DUPLEX_POST /", "", 8022)).toBe(Verdict.No);
    expect(probeStream(analyzer, "SSH-x", "", 8022)).toBe(Verdict.No);
    expect(probeStream(analyzer, "GET / HTTP/1.1\r\n", "")).toBe(Verdict.No);
  });
});

describe("hostile SSH", () => {
  it("waits for, and never reads past, a key exchange cut at any length", () => {
    const whole = kexInit();
    for (let length = 0; length < whole.length; length++) {
      const talked = talk().client(CLIENT_LINE).client(whole.subarray(0, length)).close();
      expect(talked.all("ssh.hassh")).toEqual([]);
    }
  });

  it("survives damage", () => {
    const original = [...Buffer.from(CLIENT_LINE), ...kexInit()];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { maxLength: 6 }),
        (changes) => {
          const damaged = Uint8Array.from(original);
          for (const [at, value] of changes) damaged[at] = value;
          const talked = talk().client(damaged).server(damaged).close();
          expect(talked.observations.length).toBeLessThan(100);
        },
      ),
      { numRuns: 200 },
    );
  });
});
