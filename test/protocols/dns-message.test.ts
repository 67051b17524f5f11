import { describe, expect, it } from "vitest";
import { DnsName, NameFault } from "../../src/protocols/dns-message.ts";
import { hex } from "./conversation.ts";

const text = (value: string) => Buffer.from(value, "latin1").toString("hex");
const label = (value: string) => Buffer.from([value.length]).toString("hex") + text(value);
const name = (value: string) => `${value.split(".").map(label).join("")}00`;

describe("DNS names", () => {
  const read = (bytes: string, at: number) => {
    const message = hex(bytes);
    const found = new DnsName();
    const after = found.read(message, 0, message.length, at);
    return {
      after,
      fault: found.fault,
      text: Buffer.from(found.bytes.subarray(0, found.length)).toString(),
    };
  };
  const header = "00".repeat(12);

  it("follows a pointer to a prior name", () => {
    expect(read(`${header}${name("ward.example")}${label("pump")}c00c`, 26)).toEqual({
      after: 33,
      fault: NameFault.None,
      text: "pump.ward.example",
    });
  });

  it.each([
    ["to itself", `${header}c00c`, NameFault.Pointer],
    ["forward", `${header}c00e00`, NameFault.Pointer],
    ["into the header", `${header}c003`, NameFault.Pointer],
    ["in a circle", `${header}01 61 c00c`, NameFault.Pointer],
    ["nowhere, as it is cut", `${header}c0`, NameFault.Cut],
    ["to no label: a reserved kind", `${header}40 61`, NameFault.Label],
    ["past the end of a label", `${header}05 6161`, NameFault.Cut],
  ])("refuses a name that leads %s", (_, bytes, fault) => {
    expect(read(bytes, 12)).toMatchObject({ after: -1, fault });
  });

  it("refuses more than 255 octets", () => {
    const long = `${header}${label("a".repeat(63)).repeat(5)}00`;
    expect(read(long, 12)).toMatchObject({ after: -1, fault: NameFault.Long });
  });
});
