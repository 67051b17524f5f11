import { describe, expect, it } from "vitest";
import type { Software } from "../../src/inventory/device.ts";
import { bySoftware, FACT_LIMITS, Facts, Overflow } from "../../src/inventory/facts.ts";

const evidence = { capture: "c", frame: 1 };

function software(name: string, version?: string): Software {
  const base = { name, signature: "s", because: "b", evidence };
  return version === undefined ? base : { ...base, version };
}

describe("software of a device", () => {
  it("is named once, with a version as soon as one is seen", () => {
    const [facts, overflow] = [new Facts(), new Overflow()];
    expect(facts.run(software("Apache httpd"), overflow)).toBe(true);
    expect(facts.run(software("Apache httpd", "2.4.29"), overflow)).toBe(true);
    expect(facts.run(software("apache httpd"), overflow)).toBe(false);
    expect(facts.run(software("Apache httpd", "2.4.29"), overflow)).toBe(false);
    expect([...facts.software.values()].map(({ version }) => version)).toEqual(["2.4.29"]);
  });

  it("keeps the latest few versions of one product", () => {
    const [facts, overflow] = [new Facts(), new Overflow()];
    for (let patch = 1; patch <= 9; patch++)
      facts.run(software("vsftpd", `3.0.${patch}`), overflow);
    const versions = [...facts.software.values()].map(({ version }) => version);
    expect(versions).toEqual(["3.0.6", "3.0.7", "3.0.8", "3.0.9"]);
    expect(overflow.software).toBe(5);
  });

  it("is bounded, and says how much did not fit", () => {
    const [facts, overflow] = [new Facts(), new Overflow()];
    for (let index = 0; index < 100; index++) facts.run(software(`product ${index}`), overflow);
    expect(facts.software.size).toBe(FACT_LIMITS.software);
    expect(overflow.software).toBe(100 - FACT_LIMITS.software);
  });

  it("sorts by name, then by version as numbers", () => {
    const all = [software("b", "2.10"), software("B", "2.9"), software("a")].sort(bySoftware);
    expect(all.map(({ name, version }) => `${name} ${version}`)).toEqual([
      "a undefined",
      "B 2.9",
      "b 2.10",
    ]);
  });
});

describe("a service", () => {
  it("gets its protocol and product when content shows them, and keeps them", () => {
    const [facts, overflow] = [new Facts(), new Overflow()];
    const port = { transport: "tcp", port: 80, evidence };
    facts.serve(port, overflow);
    facts.serve({ ...port, product: "Apache httpd 2.4.29" }, overflow);
    const later = { capture: "c", frame: 9 };
    facts.serve({ ...port, protocol: "http", evidence: later }, overflow);
    facts.serve({ ...port, product: "something else" }, overflow);
    expect([...facts.services.values()]).toEqual([
      { ...port, protocol: "http", product: "Apache httpd 2.4.29", evidence: later },
    ]);
  });

  it("is one of a bounded number", () => {
    const [facts, overflow] = [new Facts(), new Overflow()];
    for (let port = 1; port <= 1000; port++)
      facts.serve({ transport: "tcp", port, evidence }, overflow);
    expect(facts.services.size).toBe(FACT_LIMITS.services);
    expect(overflow.services).toBe(1000 - FACT_LIMITS.services);
  });
});

describe("names", () => {
  it("are bounded", () => {
    const [facts, overflow] = [new Facts(), new Overflow()];
    for (let index = 0; index < 20; index++) facts.name(`host-${index}`, overflow);
    expect(facts.names.size).toBe(FACT_LIMITS.names);
    expect(overflow.names).toBe(20 - FACT_LIMITS.names);
  });
});
