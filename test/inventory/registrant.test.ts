import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { isInterface, isLocallyAdministered } from "../../src/inventory/address.ts";
import { registrantOf } from "../../src/inventory/registrant.ts";
import { CAPTURES } from "../support/captures.ts";
import { installed } from "../support/tools.ts";

/** Companies that have another name in the newer of the two lists. */
const RENAMED = new Set(["marquette", "digiboard"]);

describe("registrantOf", () => {
  it("knows prefixes of 24, 28 and 36 bits, and takes the longest", () => {
    // IEEE: 00-00-0C is an MA-L; 00-1B-C5 and 8C-1F-64 are divided into MA-S; 3C-24-F0 into MA-M.
    expect(registrantOf("00:00:0c:12:34:56")).toBe("Cisco Systems, Inc");
    const entries = createRequire(import.meta.url)("oui-data") as Record<string, string>;
    for (const length of [9, 7]) {
      const [prefix = "", entry = ""] =
        Object.entries(entries).find(
          ([key, value]) => key.length === length && !/^private/i.test(value),
        ) ?? [];
      const mac = prefix.padEnd(12, "0").toLowerCase().match(/../g)?.join(":") ?? "";
      expect(registrantOf(mac)).toBe(entry.split("\n")[0]?.trim());
      expect(entries[prefix.slice(0, 6)]).not.toBe(entry);
    }
  });

  it("finds what the whole registry says, entry by entry", () => {
    const entries = createRequire(import.meta.url)("oui-data") as Record<string, string>;
    const wrong = Object.entries(entries).filter(([prefix, entry]) => {
      const mac = prefix.toLowerCase().padEnd(12, "f").match(/../g)?.join(":") ?? "";
      // An address below a longer prefix belongs to that; every f leads to no longer one here.
      const longer = [9, 7].some(
        (length) =>
          length > prefix.length && entries[prefix.padEnd(12, "F").slice(0, length)] !== undefined,
      );
      if (longer || !isInterface(mac) || isLocallyAdministered(mac)) return false;
      const name = entry.split("\n")[0]?.trim();
      return registrantOf(mac) !== (name?.toLowerCase() === "private" ? undefined : name);
    });
    expect(wrong).toEqual([]);
    expect(Object.keys(entries).length).toBeGreaterThan(50_000);
  });

  it("names nobody for randomised, group, private and unregistered addresses", () => {
    expect(registrantOf("02:42:ac:11:00:02")).toBeUndefined();
    expect(registrantOf("01:00:5e:00:00:01")).toBeUndefined();
    expect(registrantOf("fc:ff:ff:ff:ff:ff")).toBeUndefined();
    expect(registrantOf("")).toBeUndefined();
  });

  it.skipIf(!installed("tshark"))("agrees with tshark on the devices of a hospital", () => {
    const fields = ["-e", "eth.src", "-e", "eth.src.oui_resolved"];
    const capture = `${CAPTURES}/hospital/ward-and-office.pcap`;
    const output = execFileSync("tshark", ["-r", capture, "-T", "fields", ...fields], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const seen = new Set(output.toString().trim().split("\n"));
    expect(seen.size).toBeGreaterThan(20);
    for (const line of seen) {
      const [mac = "", maker = ""] = line.split("\t");
      const first = maker.split(/[ ,.-]/)[0]?.toLowerCase() ?? "";
      if (RENAMED.has(first)) continue;
      expect(registrantOf(mac)?.toLowerCase(), mac).toContain(first);
    }
  });
});
