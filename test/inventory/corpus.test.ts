/** Devices of real captures, against tshark's reading of the same ARP packets. */
import { execFileSync } from "node:child_process";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { Judge } from "../../src/alert/judge.ts";
import { isInterface } from "../../src/inventory/address.ts";
import type { Device } from "../../src/inventory/device.ts";
import { SignatureSet } from "../../src/signature/set.ts";
import { CAPTURES, CORPUS, captureFiles, corpusFiles } from "../support/captures.ts";
import { observationsOf } from "../support/replay.ts";
import { installed } from "../support/tools.ts";

const OURS = captureFiles().filter((file) =>
  /\/(?:arp|hospital)\/|\/dhcp\/(?!discover)/.test(file),
);
const THEIRS = corpusFiles().filter((file) =>
  /iot-sentinel\/.*(?:C-9|C-3|A-14)|malcolm\/DHCP|mercury\/capture2/.test(file),
);

async function judged(...files: string[]): Promise<Judge> {
  const { observations, repeats } = await observationsOf(...files);
  const judge = new Judge({ site: "s", signatures: new SignatureSet([], new Map()) });
  for (const observation of observations) judge.observe(observation);
  for (const { observation, count, timestamp } of repeats)
    judge.repeat(observation, count, timestamp);
  return judge;
}

/** Pairs that ARP declares and that no other pair contradicts. */
function declaredPairs(file: string): [string, string][] {
  const fields = ["-e", "arp.src.hw_mac", "-e", "arp.src.proto_ipv4"];
  const filter = ["-Y", "arp.proto.type == 0x0800 && arp.hw.size == 6", "-T", "fields"];
  const output = execFileSync("tshark", ["-r", file, ...filter, ...fields], {
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1 << 26,
  });
  const lines = [...new Set(output.toString().trim().split("\n"))];
  const pairs = lines
    .map((line) => line.split("\t") as [string, string])
    .filter(([mac, ip]) => ip && ip !== "0.0.0.0" && isInterface(mac ?? ""));
  return pairs.filter(([, ip]) => pairs.filter((other) => other[1] === ip).length === 1);
}

function at(devices: readonly Device[], ip: string): Device | undefined {
  return devices.find(({ ips }) => ips.includes(ip));
}

describe.skipIf(!installed("tshark"))("devices of a real capture", () => {
  for (const file of [...OURS, ...THEIRS])
    it(`have the MAC addresses that ARP declares: ${basename(file)}`, async () => {
      const devices = (await judged(file)).devices();
      const pairs = declaredPairs(file);
      expect(pairs.length).toBeGreaterThan(0);
      for (const [mac, ip] of pairs) expect(at(devices, ip)?.macs, ip).toEqual([mac]);
    });
});

describe.skipIf(THEIRS.length === 0)(`captures of others (${CORPUS.split("/").pop()})`, () => {
  it("have no device twice: no id, and no address in the same network", async () => {
    for (const file of THEIRS) {
      const devices = (await judged(file)).devices();
      const ids = devices.map(({ id }) => id);
      expect(new Set(ids).size, file).toBe(ids.length);
      const macs = devices.flatMap((device) => device.macs);
      expect(new Set(macs).size, file).toBe(macs.length);
    }
  });
});

describe("the hospital", () => {
  const hospital = `${CAPTURES}/hospital/ward-and-office.pcap`;

  it("has one router with an address in each of its networks", async () => {
    const devices = (await judged(hospital)).devices();
    const router = at(devices, "10.10.10.1");
    expect(router?.ips).toEqual(["10.10.10.1", "10.10.20.1", "10.10.30.1", "10.10.40.1"]);
    expect(router?.macs).toHaveLength(1);
    // Everything else has one IPv4 address.
    for (const device of devices) if (device !== router) expect(device.ips).toHaveLength(1);
  });

  it("is the same whatever it is asked before: output depends on nothing but observations", async () => {
    const [one, other] = [await judged(hospital), await judged(hospital)];
    one.devices();
    one.alerts();
    expect(JSON.stringify(one.devices())).toBe(JSON.stringify(other.devices()));
    expect(one.statistics()).toEqual(other.statistics());
  });
});
