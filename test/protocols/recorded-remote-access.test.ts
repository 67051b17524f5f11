/** Telnet, FTP, TFTP, SSH and SNMP of real daemons, through the whole packet path, against tshark's reading. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyzer as snmp } from "../../src/protocols/snmp.ts";
import { analyzer as ssh } from "../../src/protocols/ssh.ts";
import { analyzer as tftp } from "../../src/protocols/tftp.ts";
import { CAPTURES, captureFiles } from "../support/captures.ts";
import { observationsOf } from "../support/replay.ts";
import { Conversation } from "./conversation.ts";
import { CANARIES, conversationIn, hasTshark, mutations, tshark } from "./recorded.ts";

const of = (protocol: string) =>
  captureFiles()
    .filter((file) => file.startsWith(`${CAPTURES}/${protocol}/`))
    .map((file) => file.slice(CAPTURES.length + 1));

/** tshark goes by the port: it cannot be asked about the others, nor about a segment of two messages. */
const readable = (protocol: string) =>
  of(protocol).filter((file) => !/-port-\d|banner-only|romsshell/.test(file));

/** Every value of a field in a capture, sorted, once each. */
async function told(file: string, ...fields: string[]): Promise<string[]> {
  const { observations } = await observationsOf(`${CAPTURES}/${file}`);
  const values = observations.flatMap((each) =>
    fields.every((field) => field in each.fields)
      ? [fields.map((field) => String(each.fields[field])).join(" ")]
      : [],
  );
  return [...new Set(values)].sort();
}

const unique = (values: readonly string[]) =>
  [...new Set(values.filter((value) => value !== ""))].sort();

describe.skipIf(!hasTshark)("what tshark reads too", () => {
  it.each(readable("ssh"))("identification and HASSH: %s", async (file) => {
    expect(await told(file, "ssh.banner")).toEqual(
      unique(tshark(file, "ssh.protocol", "ssh.protocol").flat()),
    );
    for (const [field, theirs] of [
      ["ssh.hassh", "ssh.kex.hassh"],
      ["ssh.hassh_server", "ssh.kex.hasshserver"],
    ] as const) {
      expect(await told(file, field)).toEqual(unique(tshark(file, theirs, theirs).flat()));
    }
  });

  it.each(readable("ftp"))("accounts and greetings: %s", async (file) => {
    const arguments_ = (command: string) =>
      unique(tshark(file, `ftp.request.command == "${command}"`, "ftp.request.arg").flat());
    expect(await told(file, "login.user")).toEqual(arguments_("USER"));
    const greeting = tshark(file, "ftp.response.code == 220", "ftp.response.arg").flat();
    expect(await told(file, "ftp.banner")).toEqual(unique(greeting));
  });

  it.each(readable("ftp").filter((file) => /(up|down)load/.test(file) && !/tls/.test(file)))(
    "files and their bytes: %s",
    async (file) => {
      const requests = tshark(file, "ftp.request", "ftp.request.command", "ftp.request.arg");
      const streams = new Map<string, number>();
      for (const [stream = "", length = ""] of tshark(file, "ftp-data", "tcp.stream", "tcp.len"))
        streams.set(stream, (streams.get(stream) ?? 0) + Number(length));
      const files = await told(file, "ftp.command", "file.name");
      const sizes = (await told(file, "file.size")).map(Number);
      expect(requests.map((request) => request.join(" "))).toEqual(expect.arrayContaining(files));
      expect([...streams.values()]).toEqual(expect.arrayContaining(sizes));
      expect([files.length, sizes.length]).not.toContain(0);
    },
  );

  it.each(readable("tftp"))("requests and bytes: %s", async (file) => {
    const asked = ["tftp.source_file", "tftp.destination_file"].flatMap((field) =>
      tshark(file, `tftp.opcode in {1, 2} && ${field}`, field).flat(),
    );
    expect(await told(file, "tftp.mode", "file.name")).toEqual(
      unique(
        tshark(file, "tftp.opcode in {1, 2}", "tftp.type").map(
          ([mode = ""], index) => `${mode} ${asked[index]}`,
        ),
      ),
    );
    const blocks = new Map(
      tshark(file, "tftp.opcode == 3", "tftp.block", "udp.length").map(
        ([block = "", length = ""]) => [block, Number(length) - 12] as const,
      ),
    );
    const size = [...blocks.values()].reduce((sum, length) => sum + length, 0);
    expect(await told(file, "file.size")).toEqual(blocks.size === 0 ? [] : [String(size)]);
  });

  it.each(readable("snmp"))("versions, users and names: %s", async (file) => {
    const versions: Record<string, string> = { 0: "1", 1: "2c", 3: "3" };
    const theirs = tshark(file, "snmp", "snmp.version", "snmp.msgVersion").map(
      ([early = "", late = ""]) => versions[early === "" ? late : early] ?? "",
    );
    expect(await told(file, "snmp.version")).toEqual(unique(theirs));
    expect(await told(file, "snmp.user")).toEqual(
      unique(tshark(file, "snmp.msgUserName", "snmp.msgUserName").flat()),
    );
  });
});

describe("logins of real daemons", () => {
  // As the scripts that recorded them say (captures/record/telnet.sh and ftp.sh).
  it.each([
    ["telnet/login-failure.pcap", ["administrator failure"]],
    ["telnet/login-failure-then-success.pcap", ["biomed failure", "biomed success"]],
    ["telnet/login-success-character-mode.pcap", ["biomed success"]],
    ["telnet/login-success-line-mode.pcap", ["linekeeper success"]],
    ["telnet/login-success-whole-lines.pcap", ["linekeeper success"]],
    ["telnet/prompt-only.pcap", []],
    ["ftp/login-failure.pcap", ["lab failure"]],
    ["ftp/login-refused-then-success.pcap", ["lab success", "nobodyknows failure"]],
    ["ftp/auth-tls-upload.pcap", []],
  ])("%s", async (file, logins) => {
    expect(await told(file, "login.user", "login.outcome")).toEqual(logins);
  });

  it("finds the shell that nobody has to log in to", async () => {
    expect(await told("telnet/shell-without-login-port-2323.pcap", "telnet.shell")).toEqual(["1"]);
    expect(await told("telnet/login-success-line-mode.pcap", "telnet.shell")).toEqual([]);
  });

  it("lets none of the secrets through that cross the wire", async () => {
    for (const protocol of ["telnet", "ftp", "snmp", "ssh", "tftp"]) {
      for (const file of of(protocol)) {
        const { observations } = await observationsOf(`${CAPTURES}/${file}`);
        const text = JSON.stringify(observations);
        expect(CANARIES.filter((canary) => text.includes(canary))).toEqual([]);
      }
    }
  });
});

describe("damaged recordings", () => {
  it.each([
    ["ssh/dropbear-client.pcap", ssh, "tcp"],
    ["snmp/v3-auth.pcap", snmp, "udp"],
    ["snmp/v2c-public-walk-system.pcap", snmp, "udp"],
    ["tftp/get.pcap", tftp, "udp"],
  ] as const)("%s: says something bounded, and ends", async (file, analyzer, transport) => {
    const said = (await conversationIn(file)).slice(0, 12);
    expect(said.length).toBeGreaterThan(0);
    fc.assert(
      fc.property(mutations(said), (parts) => {
        const talked = new Conversation(analyzer, transport);
        for (const { side, bytes } of parts) {
          if (side === 0) talked.client(bytes);
          else talked.server(bytes);
        }
        expect(talked.close().observations.length).toBeLessThan(parts.length * 4 + 200);
      }),
      { numRuns: 60 },
    );
  });
});
