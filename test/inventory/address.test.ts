import { BlockList, isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ipBytes,
  ipOrder,
  ipReach,
  isInterface,
  isIpv6LinkLocal,
  isLocallyAdministered,
} from "../../src/inventory/address.ts";

const ipv4 = fc.ipV4();
const ipv6 = fc.ipV6();

/** Node's own address matcher as the second opinion. */
function list(...subnets: [string, number, "ipv4" | "ipv6"][]): BlockList {
  const block = new BlockList();
  for (const [net, prefix, family] of subnets) block.addSubnet(net, prefix, family);
  return block;
}

const LOCAL = list(
  ["10.0.0.0", 8, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
);
const NEVER = list(
  ["0.0.0.0", 8, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["ff00::", 8, "ipv6"],
  ["::", 128, "ipv6"],
);
const LOOPBACK = list(["127.0.0.0", 8, "ipv4"], ["::1", 128, "ipv6"]);

describe("ipReach", () => {
  const edges = [
    "9.255.255.255 10.0.0.0 172.15.255.255 172.16.0.0 172.31.255.255 172.32.0.0 192.167.255.255",
    "192.168.0.0 192.169.0.0 100.63.255.255 100.64.0.0 100.127.255.255 100.128.0.0 169.254.1.1",
    "0.0.0.0 0.255.255.255 1.0.0.0 127.0.0.1 127.255.255.255 223.255.255.255 224.0.0.1",
    "255.255.255.255 :: ::1 ::2 fe7f:: fe80::1 febf::1 fec0::1 fbff:: fc00::1 fdff::1 ff02::fb",
    "2001:db8::1",
  ].flatMap((line) => line.split(" "));

  function expected(ip: string): string {
    const family = isIP(ip) === 4 ? "ipv4" : "ipv6";
    if (NEVER.check(ip, family)) return "none";
    if (LOOPBACK.check(ip, family)) return "loopback";
    return LOCAL.check(ip, family) ? "local" : "remote";
  }

  it.each(edges)("agrees with node:net on %s", (ip) => {
    expect(ipReach(ip)).toBe(expected(ip));
  });

  it("agrees with node:net on any address", () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6), (ip) => {
        fc.pre(!/^(?:0*:)*:?(?:0*:)*ffff:/i.test(ip));
        expect(ipReach(ip)).toBe(expected(ip));
      }),
    );
  });

  it.each(["", "1.2.3", "1.2.3.256", "1.2.3.4.5", "::1::", "12345::", "1:2:3:4:5:6:7", "x"])(
    "takes %j for no address",
    (text) => {
      expect(ipReach(text)).toBe("none");
    },
  );
});

describe("ipBytes", () => {
  it("accepts what node:net accepts", () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6, fc.stringMatching(/^[0-9a-f:.]{0,24}$/)), (text) => {
        // Node takes IPv4 octets without leading zeros only; the wire never writes any.
        fc.pre(!/(?:^|[.:])0\d+\./.test(text) && !/\.0\d/.test(text));
        expect(ipBytes(text) !== null).toBe(isIP(text) !== 0);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("ipOrder", () => {
  it("sorts by number, IPv4 first", () => {
    const sorted = ["9.9.9.9", "10.0.0.9", "10.0.0.10", "192.168.1.1", "2001:db8::2", "fe80::1"];
    const order = [...sorted].reverse().sort((a, b) => (ipOrder(a) < ipOrder(b) ? -1 : 1));
    expect(order).toEqual(sorted);
  });
});

describe("MAC addresses", () => {
  it("are no interface when they are a group, zero or malformed", () => {
    const bad = [
      "ff:ff:ff:ff:ff:ff",
      "01:00:5e:00:00:fb",
      "33:33:00:00:00:01",
      "00:00:00:00:00:00",
    ];
    expect([...bad, "00:11:22:33:44", "00-11-22-33-44-55", ""].some(isInterface)).toBe(false);
    expect(isInterface("00:1b:21:aa:bb:cc")).toBe(true);
  });

  it("say by their second bit that nobody registered them", () => {
    expect(["02:42:ac:11:00:02", "5a:4f:34:b1:af:66"].every(isLocallyAdministered)).toBe(true);
    expect(["00:1b:21:aa:bb:cc", "a8:b1:d4:1e:f5:72"].some(isLocallyAdministered)).toBe(false);
  });
});

describe("isIpv6LinkLocal", () => {
  it("is fe80::/10", () => {
    expect(["fe80::1", "febf::1"].every(isIpv6LinkLocal)).toBe(true);
    expect(["fec0::1", "fd00::1", "169.254.1.1"].some(isIpv6LinkLocal)).toBe(false);
  });
});
