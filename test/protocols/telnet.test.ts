import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Verdict } from "../../src/analysis/analyzer.ts";
import { FlowState } from "../../src/flow/flow.ts";
import { analyzer } from "../../src/protocols/telnet.ts";
import { bytesOf, probeStream } from "./conversation.ts";
import { keys, logins, SECRET, talk, upToVerdict } from "./telnet-driver.ts";

describe("Telnet greeting", () => {
  it("tells the lines before the question, one by one, without terminal control", () => {
    const talked = talk().server(
      "\xff\xfb\x01\x1b[2J\x1b[1;31mACME\x1b[0m NP-5110\r\n\x1b]0;title\x07Version 2.2\r\n\r\nhost-7 login: ",
    );
    expect(talked.facts).toEqual([
      { about: "server", "telnet.banner": "ACME NP-5110" },
      { about: "server", "telnet.banner": "Version 2.2" },
      { about: "server", "telnet.prompt": "host-7 login:" },
    ]);
  });

  it("does not depend on how the stream was cut", () => {
    const text = "\xff\xfb\x01\xff\xfa\x18\x01\xff\xf0\x1b[2JACME\r\nVersion 2.2\r\nhost-7 login: ";
    const talked = talk();
    for (const byte of bytesOf(text)) talked.server(Uint8Array.of(byte));
    expect(talked.all("telnet.banner")).toEqual(["ACME", "Version 2.2"]);
    expect(talked.all("telnet.prompt")).toContain("host-7 login:");
  });

  it("keeps to itself what a gateway passes on without ever asking anything", () => {
    const talked = talk().server("\xff\xfb\x2cHR 72 SpO2 98\r\nHR 73 SpO2 97\r\n").close();
    expect(talked.facts).toEqual([]);
  });

  it("takes nothing for a greeting in the middle of a session", () => {
    const talked = talk(FlowState.Midstream).server("some output\r\nlogin: ");
    expect(talked.all("telnet.banner")).toEqual([]);
    expect(talked.all("telnet.prompt")).toEqual(["login:"]);
  });

  it("tells the terminal type, the account in the environment, and a serial server's signature", () => {
    const talked = talk()
      .client("\xff\xfa\x18\x00VT100\xff\xf0")
      .client("\xff\xfa\x27\x00\x00USER\x01-froot\xff\xf0")
      .server("\xff\xfa\x2c\x64NPort 5110\xff\xf0");
    expect(talked.facts).toEqual([
      { about: "client", "telnet.terminal": "VT100" },
      {
        about: "server",
        "login.user": "-froot",
        "login.outcome": "attempt",
        "login.mechanism": "environ",
        "login.password_seen": 0,
      },
      { about: "server", "telnet.signature": "NPort 5110" },
    ]);
  });
});

describe("Telnet logins", () => {
  it.each([
    ["login: "],
    ["Username:"],
    ["User Name : "],
    ["Enter username> "],
    ["Account: "],
    ["Login [admin]: "],
    ["Benutzername: "],
    ["host-7 login: "],
  ])("knows the question %j", (prompt) => {
    const talked = upToVerdict(prompt).server("\r\n$ ");
    expect(logins(talked)).toEqual([["biomed", "success", 1]]);
  });

  it.each([
    ["Login incorrect\r\nlogin: ", "failure"],
    ["% Access denied\r\n", "failure"],
    ["% Bad passwords\r\n", "failure"],
    ["login: ", "failure"],
    ["Last login: Sat Nov 21 from laptop\r\n", "success"],
    ["There were 3 failed login attempts since the last successful login.\r\n", "success"],
    ["router> ", "success"],
    ["root@pump:~# ", "success"],
    ["Matrix N7 Platinum(su)->", "success"],
  ])("takes %j for the verdict", (answer, outcome) => {
    expect(logins(upToVerdict().server(answer).close())).toEqual([["biomed", outcome, 1]]);
  });

  it("takes the next key for a verdict when the server shows a menu", () => {
    const talked = upToVerdict().server("1. Network\r\n2. Serial\r\nSelection");
    expect(logins(talked)).toEqual([]);
    expect(logins(talked.client("1"))).toEqual([["biomed", "success", 1]]);
  });

  it("says attempt when no verdict came", () => {
    expect(logins(upToVerdict().close())).toEqual([["biomed", "attempt", 1]]);
    expect(logins(talk().server("login: ").client("bob\r\n").close())).toEqual([
      ["bob", "attempt", 0],
    ]);
    expect(logins(talk().server("login: ").close())).toEqual([]);
  });

  it("takes corrections into account", () => {
    const talked = talk().server("login: ");
    keys(talked, "biXX\x7f\x7fomed").client("\r\0").server("\r\nPassword:");
    expect(logins(talked.client(`${SECRET}\r\0`).server("\r\n$ "))).toEqual([
      ["biomed", "success", 1],
    ]);
    const erased = talk().server("login: ").client("nonsense\x15bob\r\n").server("Password:");
    expect(logins(erased.close())).toEqual([["bob", "attempt", 0]]);
  });

  it.each(["\r\n", "\r\0", "\r", "\n"])("accepts whole lines that end with %j", (end) => {
    const talked = talk()
      .server("login: ")
      .client(`bob${end}`)
      .server("\xff\xfb\x01Password:")
      .client(`${SECRET}${end}`)
      .server("\r\nLast login: never\r\n$ ");
    expect(logins(talked)).toEqual([["bob", "success", 1]]);
  });

  it("follows several tries", () => {
    const talked = upToVerdict().server("Login incorrect\r\nlogin: ");
    talked.client("root\r\n").server("Password: ").client(`${SECRET}\r\n`).server("\r\n# ");
    expect(logins(talked)).toEqual([
      ["biomed", "failure", 1],
      ["root", "success", 1],
    ]);
  });

  it("knows a server that asks for a password only, and one that asks for none", () => {
    const only = talk().server("User Access Verification\r\n\r\nPassword: ");
    only.client(`${SECRET}\r\n`).server("\r\nrouter>");
    expect(logins(only)).toEqual([[undefined, "success", 1]]);
    const none = talk().server("login: ").client("guest\r\n").server("\r\n$ ");
    expect(logins(none)).toEqual([["guest", "success", 0]]);
  });

  it("uses the name of the environment when the server asks for a password at once", () => {
    const talked = talk()
      .client("\xff\xfa\x27\x00\x03USER\x01bob\xff\xf0")
      .server("Password: ")
      .client(`${SECRET}\r\n`)
      .server("\r\n$ ");
    expect(logins(talked)).toContainEqual(["bob", "success", 1]);
  });

  it("understands a script that sends name and password at once", () => {
    const talked = talk()
      .server("login: ")
      .client(`bob\r\n${SECRET}\r\n`)
      .server("bob\r\nPassword: \r\n$ ");
    expect(logins(talked)).toEqual([["bob", "success", 1]]);
  });
});

describe("recognising Telnet", () => {
  it.each([
    ["negotiation by the server", "", "\xff\xfd\x18", Verdict.Yes],
    ["negotiation by the client", "\xff\xfb\x1f", "", Verdict.Yes],
    ["a question without negotiation", "", "Welcome\r\nlogin: ", Verdict.Yes],
    ["text that may go on to ask", "", "Debian GNU/Linux 9\r\n", Verdict.Maybe],
    ["half a command", "", "\xff", Verdict.Maybe],
  ])("accepts %s on any port", (_, client, server, verdict) => {
    expect(probeStream(analyzer, client, server, 4000)).toBe(verdict);
  });

  it.each([
    ["an MPEG audio frame", "", "\xff\xfb\x90\x64"],
    ["HTTP", "GET / HTTP/1.1\r\n", ""],
    ["binary", "", "\x01\x02\x03\x04"],
  ])("refuses %s", (_, client, server) => {
    expect(probeStream(analyzer, client, server, 4000)).toBe(Verdict.No);
  });

  it("refuses binary on its own port too", () => {
    expect(probeStream(analyzer, "\x03\x06r\xc9", "", 23)).toBe(Verdict.No);
  });
});

describe("hostile Telnet", () => {
  it("keeps a name that was echoed into the greeting out of it", () => {
    const talked = talk().server("Ward 3\r\nhost login: bob\r\nlogin: ");
    expect(talked.all("telnet.banner")).toEqual(["Ward 3"]);
  });

  it("ends a subnegotiation that never ends", () => {
    const talked = talk()
      .server(`\xff\xfa${"B".repeat(100_000)}`)
      .server("\xff\xf0login: ");
    expect(talked.all("telnet.prompt")).toEqual(["login:"]);
  });

  it("never tells a password, however stream and segments are damaged", () => {
    const turns: [0 | 1, string][] = [
      [1, "\xff\xfb\x01\r\nWard\r\nlogin: "],
      [0, "bob\r\n"],
      [1, "bob\r\nPassword: "],
      [0, `${SECRET}\r\n`],
      [1, "\r\nLogin incorrect\r\nlogin: "],
      [0, "eve\r\n"],
      [1, "eve\r\nPassword: "],
      [0, `${SECRET}\r\n`],
      [1, "\r\nLast login: never\r\n$ "],
      [0, "uname\r\n"],
      [1, "uname\r\nLinux 2.6 version 3\r\n$ "],
    ];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(turns.length - 1), fc.nat(30), fc.nat(255)), { maxLength: 3 }),
        fc.integer({ min: 1, max: 12 }),
        fc.option(fc.tuple(fc.nat(turns.length - 1), fc.constantFrom(0 as const, 1 as const))),
        (changes, piece, hole) => {
          const talked = talk();
          turns.forEach(([side, text], index) => {
            const bytes = bytesOf(text);
            for (const [turn, at, value] of changes) {
              if (turn === index && at < bytes.length && side === 1) bytes[at] = value;
            }
            if (hole?.[0] === index) talked.gap(hole[1], 20);
            for (let at = 0; at < bytes.length; at += piece) {
              const part = bytes.subarray(at, at + piece);
              if (side === 0) talked.client(part);
              else talked.server(part);
            }
          });
          expect(JSON.stringify(talked.close().facts)).not.toContain("secret");
        },
      ),
      { numRuns: 300 },
    );
  });
});
