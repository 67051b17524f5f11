import { describe, expect, it } from "vitest";
import { FlowState } from "../../src/flow/flow.ts";
import { keys, logins, SECRET, talk, upToVerdict } from "./telnet-driver.ts";

describe("Telnet that was only half seen", () => {
  it("reads the name from the echo when only the server was captured", () => {
    const talked = talk()
      .server("login: ")
      .server("b")
      .server("ob\r\nPassword: ")
      .server("\r\nLogin incorrect\r\nlogin: ");
    expect(logins(talked)).toEqual([["bob", "failure", undefined]]);
  });

  it("tells nothing when only the client was captured", () => {
    expect(talk().client(`bob\r\n${SECRET}\r\nls\r\n`).close().facts).toEqual([]);
  });

  it("does not take for a name what was typed before the question, or behind a gap", () => {
    // A blind script: both lines go out before the first question arrives, the second as its answer.
    const blind = talk().client("bob\r\n").server("login: ").client(`${SECRET}\r\n`);
    expect(JSON.stringify(blind.server("Password: ").close().facts)).not.toContain(SECRET);
    const gap = talk().server("login: ").client("bo").gap(0, 30).client(`${SECRET}\r\n`);
    expect(JSON.stringify(gap.server("\r\n$ ").close().facts)).not.toContain(SECRET);
  });

  it("calls a login that a gap cuts off an attempt", () => {
    expect(logins(upToVerdict().gap(1, 100))).toEqual([["biomed", "attempt", 1]]);
  });
});

describe("Telnet without a login", () => {
  const shell = "BusyBox v1.35.0 built-in shell (ash)\r\n\r\n/ # ";

  it("reports a shell once it takes a command", () => {
    const talked = talk().server(shell);
    expect(talked.all("telnet.shell")).toEqual([]);
    talked.client("id\r").server("id\r\nuid=0\r\n/ # ");
    expect(talked.all("telnet.shell")).toEqual([1]);
  });

  it("does not after a login, in mid-stream, or where the ends authenticated otherwise", () => {
    const after = upToVerdict().server("\r\n$ ").client("id\r").server("uid=0\r\n$ ");
    const middle = talk(FlowState.Midstream).server(shell).client("id\r").server("x\r\n/ # ");
    const kerberos = talk()
      .client("\xff\xfa\x25\x00\x02\x02\x00AB\xff\xf0")
      .server(shell)
      .client("id\r")
      .server("x\r\n/ # ");
    for (const talked of [after, middle, kerberos]) expect(talked.all("telnet.shell")).toEqual([]);
  });
});

describe("Telnet sessions", () => {
  const session = () => upToVerdict().server("$ ");

  it("tells lines that identify the system, and no other output", () => {
    const talked = session();
    keys(talked, "uname -a").client("\r\0");
    talked.server("\r\nLinux cm4116 2.6.30.2-uc0 #3 armv4tl unknown\r\n$ ");
    keys(talked, "cat patients").client("\r\0");
    talked.server("\r\nMeier, Anna, 1970-01-01\r\nChassis Firmware Revision:  05.35.16\r\n$ ");
    expect(talked.all("telnet.session")).toEqual([
      "Linux cm4116 2.6.30.2-uc0 #3 armv4tl unknown",
      "Chassis Firmware Revision:  05.35.16",
    ]);
    expect(JSON.stringify(talked.facts)).not.toContain("Meier");
  });

  it("does not tell what the user typed", () => {
    const talked = session();
    keys(talked, "show version 2 of mine").client("\r\0").server("\r\n$ ");
    talked.client("grep release 7\r\n").server("grep release 7\r\n$ ");
    expect(talked.all("telnet.session")).toEqual([]);
  });

  it("stops listening after a while", () => {
    const talked = session();
    for (let index = 0; index < 100; index++)
      talked.server(`line ${index} of many, many lines\r\n`);
    talked.server(`${"x".repeat(3000)}\r\n`);
    expect(talked.finished).toBe(true);
  });

  it("stops when the stream is encrypted, and hands over to TLS", () => {
    const encrypted = talk().server("login: ").client("\xff\xfa\x26\x03\x00\xff\xf0");
    expect(encrypted.finished).toBe(true);
    const tls = talk().client("\xff\xfa\x2e\x01\xff\xf0").server("\xff\xfa\x2e\x01\xff\xf0");
    expect(tls.handedOver).toBe("tls");
  });
});
