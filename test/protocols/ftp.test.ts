import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Verdict } from "../../src/analysis/analyzer.ts";
import { analyzer } from "../../src/protocols/ftp.ts";
import { Conversation, probeStream } from "./conversation.ts";

const SECRET = "Zq7secret";
const talk = () => new Conversation(analyzer, "tcp");
const login = (user = "bob") =>
  talk()
    .server("220 (vsFTPd 3.0.3)\r\n")
    .client(`USER ${user}\r\n`)
    .server("331 Please specify the password.\r\n")
    .client(`PASS ${SECRET}\r\n`);
const loggedIn = () => login().server("230 Login successful.\r\n");
const logins = (talked: Conversation) =>
  talked.facts.filter((fact) => "login.outcome" in fact).map(({ about: _, ...fact }) => fact);
const files = (talked: Conversation) =>
  talked.facts.filter((fact) => "file.direction" in fact).map(({ about: _, ...fact }) => fact);

describe("FTP greeting and system", () => {
  it("tells each line of a greeting without its code", () => {
    const talked = talk().server("220-Ward gateway\r\n220-FTP v2\r\n  No entry\r\n220 Ready.\r\n");
    expect(talked.all("ftp.banner")).toEqual(["Ward gateway", "FTP v2", "No entry", "Ready."]);
  });

  it("tells the operating system and what the client calls itself", () => {
    const talked = loggedIn()
      .client("SYST\r\n")
      .server("215 UNIX Type: L8\r\n")
      .client("CLNT FlashFXP 3.4.0.1145\r\n")
      .server("200 noted\r\n");
    expect(talked.facts.slice(-2)).toEqual([
      { about: "server", "ftp.system": "UNIX Type: L8" },
      { about: "client", "ftp.client": "FlashFXP 3.4.0.1145" },
    ]);
  });
});

describe("FTP logins", () => {
  it("knows success, and that a password crossed", () => {
    expect(logins(loggedIn())).toEqual([
      {
        "login.user": "bob",
        "login.outcome": "success",
        "login.mechanism": "plain",
        "login.password_seen": 1,
      },
    ]);
  });

  it("knows failure, with its code", () => {
    const talked = login().server("530 Login incorrect.\r\n");
    expect(logins(talked)[0]?.["login.outcome"]).toBe("failure");
    expect(talked.facts).toContainEqual({
      about: "server",
      "error.code": 530,
      "ftp.command": "PASS",
    });
  });

  it("knows a user who is refused, or let in, without being asked for a password", () => {
    const refused = talk().server("220 x\r\n").client("USER bob\r\n").server("530 No.\r\n");
    expect(logins(refused)).toMatchObject([
      { "login.outcome": "failure", "login.password_seen": 0 },
    ]);
    const open = talk().server("220 x\r\n").client("USER bob\r\n").server("230 Hello.\r\n");
    expect(logins(open)).toMatchObject([{ "login.outcome": "success", "login.password_seen": 0 }]);
  });

  it.each(["anonymous", "FTP"])("calls %s anonymous", (user) => {
    expect(logins(login(user).server("230 Hi.\r\n"))).toMatchObject([
      { "login.user": user, "login.mechanism": "anonymous" },
    ]);
  });

  it("waits for the account where one is asked for", () => {
    const talked = login().server("332 Need account.\r\n");
    expect(logins(talked)).toEqual([]);
    talked.client(`ACCT ${SECRET}\r\n`).server("230 Fine.\r\n");
    expect(logins(talked)).toMatchObject([{ "login.outcome": "success" }]);
  });

  it("follows several tries and commands that are sent ahead", () => {
    const talked = talk()
      .server("220 x\r\n")
      .client(`USER a\r\nPASS ${SECRET}\r\nUSER b\r\nPASS ${SECRET}\r\n`)
      .server("331 ?\r\n530 no\r\n331 ?\r\n230 yes\r\n");
    // When the second USER was read, the outcome of the first was not known.
    expect(logins(talked).map((fact) => [fact["login.user"], fact["login.outcome"]])).toEqual([
      ["a", "attempt"],
      ["b", "success"],
    ]);
  });

  it("says attempt when the answer never came, or was lost", () => {
    expect(logins(login().close())).toMatchObject([{ "login.outcome": "attempt" }]);
    const lost = login().gap(1, 30).server("215 UNIX\r\n").close();
    expect(logins(lost)).toMatchObject([{ "login.user": "bob", "login.outcome": "attempt" }]);
  });

  it("hands over at AUTH TLS, when the server agrees", () => {
    const talked = talk().server("220 x\r\n").client("AUTH TLS\r\n");
    expect(talked.handedOver).toBe(null);
    talked.server("234 Proceed.\r\n");
    expect(talked.handedOver).toBe("tls");
    expect(talked.all("ftp.tls")).toEqual([1]);
    const refused = talk().server("220 x\r\n").client("AUTH TLS\r\n").server("500 What?\r\n");
    expect(refused.handedOver).toBe(null);
  });
});

describe("FTP files", () => {
  it("counts what goes over a passive connection", () => {
    const talked = loggedIn().client("PASV\r\n").server("227 Entering (10,0,0,2,28,86).\r\n");
    expect(talked.expectations).toMatchObject([{ side: 1, port: 7254, transport: "tcp" }]);
    const channel = talked.expected();
    talked.client("RETR Music.mp3\r\n").server("150 Opening (9999 bytes).\r\n");
    channel.server(new Uint8Array(700)).gap(1, 200).server(new Uint8Array(100)).close();
    talked.server("226 Transfer complete.\r\n");
    expect(files(talked)).toEqual([
      {
        "file.name": "Music.mp3",
        "file.size": 1000,
        "file.direction": "sent",
        "ftp.command": "RETR",
      },
    ]);
    expect(channel.observations).toEqual([]);
  });

  it.each([
    ["PORT 10,0,0,1,174,127", 44671, 0],
    ["EPRT |1|10.0.0.1|5282|", 5282, 0],
    ["EPRT |2|2001:db8::1|5282|", 5282, 0],
  ])("expects the server at the port of %s", (command, port, side) => {
    const talked = loggedIn().client(`${command}\r\n`).server("200 ok\r\n");
    expect(talked.expectations).toMatchObject([{ side, port }]);
    const channel = talked.expected();
    talked.client("STOR x.bin\r\n").server("150 Go.\r\n");
    channel.server(new Uint8Array(321)).close();
    talked.server("226 ok\r\n");
    expect(files(talked)).toMatchObject([
      { "file.name": "x.bin", "file.size": 321, "file.direction": "received" },
    ]);
  });

  it("expects the client at the port of the reply to EPSV", () => {
    const talked = loggedIn().client("EPSV\r\n").server("229 Extended (|||6446|)\r\n");
    expect(talked.expectations).toMatchObject([{ side: 1, port: 6446 }]);
  });

  it("believes the server's size when the data was not seen", () => {
    const talked = loggedIn()
      .client("RETR a\r\n")
      .server("150 Opening BINARY mode data connection for a (39 bytes).\r\n226 ok\r\n");
    expect(files(talked)).toMatchObject([{ "file.size": 39 }]);
  });

  it("takes the name that the server gives to STOU", () => {
    const talked = loggedIn().client("STOU\r\n").server("150 FILE: unique.1\r\n226 ok\r\n");
    expect(files(talked)).toMatchObject([{ "file.name": "unique.1", "ftp.command": "STOU" }]);
  });

  it("does not take a listing, or a refused file, for a file that moved", () => {
    const talked = loggedIn()
      .client("LIST\r\n")
      .server("150 Here.\r\n226 ok\r\n")
      .client("RETR nothing\r\n")
      .server("550 Failed to open file.\r\n");
    expect(files(talked)).toEqual([]);
    expect(talked.all("error.code")).toEqual([550]);
  });

  it("tells what moved when only the client was captured", () => {
    const talked = talk().client(`USER bob\r\nPASS ${SECRET}\r\nPORT 10,0,0,1,4,1\r\n`);
    const channel = talked.expected();
    talked.client("STOR x\r\n");
    channel.server(new Uint8Array(50));
    talked.close();
    expect(files(talked)).toMatchObject([{ "file.name": "x", "file.size": 50 }]);
    expect(logins(talked)).toMatchObject([{ "login.user": "bob", "login.outcome": "attempt" }]);
  });
});

describe("recognising FTP", () => {
  it.each([
    ["a greeting that says so", "", "220 (vsFTPd 3.0.3)\r\n", Verdict.Yes],
    ["a greeting and USER", "USER bob\r\n", "220 Welcome\r\n", Verdict.Yes],
    ["a greeting and AUTH TLS", "AUTH TLS\r\n", "220 Welcome\r\n", Verdict.Yes],
    ["passive mode in mid-stream", "", "227 Entering Passive Mode (1,2,3,4,5,6)\r\n", Verdict.Yes],
    ["the client alone", "USER bob\r\nPASS x\r\nSYST\r\n", "", Verdict.Yes],
    ["a greeting that could be anybody's", "", "220 Welcome\r\n", Verdict.Maybe],
    ["USER alone", "USER bob\r\n", "", Verdict.Maybe],
    ["half a word", "US", "", Verdict.Maybe],
  ])("accepts %s", (_, client, server, verdict) => {
    expect(probeStream(analyzer, client, server, 4021)).toBe(verdict);
  });

  it.each([
    ["SMTP", "", "220 mail.example ESMTP Postfix\r\n"],
    ["SMTP by its client", "EHLO ftp.example\r\n", "220 mail.example\r\n"],
    ["POP3", "USER bob\r\n", "+OK ready\r\n"],
    ["IRC", "NICK bob\r\nUSER bob 0 * :Bob\r\n", ""],
    ["HTTP", "GET / HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n"],
  ])("refuses %s", (_, client, server) => {
    expect(probeStream(analyzer, client, server, 4021)).toBe(Verdict.No);
  });

  it("does not mistake NNTP for it", () => {
    expect(probeStream(analyzer, "LIST\r\n", "200 news.example\r\n", 119)).not.toBe(Verdict.Yes);
  });
});

describe("hostile FTP", () => {
  const client = `USER bob\r\nPASS ${SECRET}\r\nPASV\r\nRETR a\r\nACCT ${SECRET}\r\nAUTH TLS\r\n`;
  const server =
    "220-x\r\n220 x FTP\r\n331 p\r\n230 ok\r\n227 (1,2,3,4,5,6)\r\n150 (3 bytes)\r\n226 ok\r\n202 x\r\n";

  it("never tells a password, however the conversation is damaged", () => {
    const change = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(change, change, fc.integer({ min: 1, max: 40 }), (ours, theirs, piece) => {
        const talked = talk();
        const damage = (text: string, changes: [number, number][]) => {
          const bytes = Buffer.from(text);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          return bytes;
        };
        const [one, two] = [damage(client, ours), damage(server, theirs)];
        for (let at = 0; at < 200; at += piece) {
          talked.server(two.subarray(at, at + piece)).client(one.subarray(at, at + piece));
        }
        const told = JSON.stringify(talked.close().facts);
        // Only a changed command word could make a name of it: "PASS" turned into "USER" is a user.
        const words = one.toString("latin1").match(/^(PASS|ACCT) /gm);
        if (words?.length === 2) expect(told).not.toContain(SECRET);
      }),
      { numRuns: 300 },
    );
  });

  it("gives up on a server that does not speak FTP", () => {
    const talked = talk();
    for (let index = 0; index < 40; index++) talked.server("lorem ipsum\r\n");
    expect(talked.finished).toBe(true);
  });
});
