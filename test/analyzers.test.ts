/**
 * Every analyzer and detector there is, held to the rules of the packet path: declared privately, indexed
 * properly, and harmless whatever the wire carries. Drop in an analyzer and it is tested.
 */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FrameView, PacketPath } from "../src/analysis/packet-path.ts";
import { loadAnalyzers } from "../src/analysis/registry.ts";
import type { Observation } from "../src/observation/observation.ts";
import { SHARED_FIELDS } from "../src/observation/vocabulary.ts";
import { openFiles } from "../src/source/files.ts";
import { captureFiles } from "./support/captures.ts";

const registry = await loadAnalyzers();
const { analyzers, detectors, vocabulary } = registry;

describe.each(analyzers.map((analyzer) => [analyzer.protocol, analyzer] as const))(
  "the analyzer of %s",
  (protocol, analyzer) => {
    test("lies in the file of its name", () => {
      expect(readdirSync("src/protocols")).toContain(`${protocol}.ts`);
    });

    test("declares fields that are open or identify, and none for a secret", () => {
      for (const [name, privacy] of Object.entries(analyzer.fields)) {
        expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(name).not.toMatch(/passw(?!ord_seen)|secret|patient|cookie|payload|birth/);
        expect(["open", "identifier"]).toContain(privacy);
        expect(Object.keys(SHARED_FIELDS)).not.toContain(`${protocol}.${name}`);
      }
    });

    test("names real ports and first bytes", () => {
      const { tcp, udp } = analyzer;
      for (const port of [...(tcp?.ports ?? []), ...(udp?.ports ?? [])]) {
        expect(port).toBeGreaterThan(0);
        expect(port).toBeLessThan(65536);
      }
      const leads = [tcp?.leads?.originator, tcp?.leads?.responder, udp?.leads];
      for (const byte of leads.flatMap((each) => each ?? [])) {
        expect(Number.isInteger(byte) && byte >= 0 && byte < 256).toBe(true);
      }
    });
  },
);

test("names of analyzers and detectors are their own", () => {
  const names = [
    ...analyzers.map(({ protocol }) => protocol),
    ...detectors.map(({ name }) => name),
  ];
  expect(new Set(names).size).toBe(names.length);
});

test("no analyzer and no detector knows a severity, reads a clock or writes to the console", () => {
  for (const folder of [
    "src/protocols",
    "src/behaviour",
    "src/flow",
    "src/packet",
    "src/analysis",
  ]) {
    for (const file of readdirSync(folder)) {
      const code = readFileSync(`${folder}/${file}`, "utf8").replace(
        /\/\*[\s\S]*?\*\/|\/\/.*/g,
        "",
      );
      expect(code, file).not.toMatch(
        /severity|\bcritical\b|Date\.now|performance\.|console\.|Math\.random/,
      );
    }
  }
});

async function framesOfCapture(file: string): Promise<FrameView[]> {
  const frames: FrameView[] = [];
  await openFiles([file]).run((frame) => {
    const bytes = frame.bytes.slice(frame.start, frame.start + frame.length);
    frames.push({ ...frame, bytes, start: 0 });
  }, new AbortController().signal);
  return frames;
}

function replay(frames: Iterable<FrameView>) {
  const observations: Observation[] = [];
  const sink = { observe: (each: Observation) => void observations.push(each), repeat: () => {} };
  const path = new PacketPath({ registry, captures: ["damaged.pcap"], sink });
  for (const frame of frames) path.frame(frame);
  path.finish();
  return { observations, counters: path.statistics() };
}

/** Small captures, one conversation or so each: what is damaged in them meets a session that is awake. */
const captures = await Promise.all(
  captureFiles()
    .filter((file) => !file.includes("/hospital/"))
    .map(async (file) => ({ file, frames: await framesOfCapture(file) })),
);
const small = captures.filter(({ frames }) => frames.length < 200);

function expectLawful({ observations, counters }: ReturnType<typeof replay>): void {
  expect(counters.observation?.undeclared).toBe(0);
  for (const { fields } of observations) {
    for (const [name, value] of Object.entries(fields)) {
      expect(vocabulary.has(name)).toBe(true);
      if (typeof value === "string") expect(value.length).toBeLessThanOrEqual(256);
      else expect(Number.isFinite(value)).toBe(true);
    }
  }
}

test("bytes changed at random do no harm", () => {
  fc.assert(
    fc.property(
      fc.nat(small.length - 1),
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 20 }),
      (capture, mutations) => {
        const { frames } = small[capture] as (typeof small)[0];
        const changed = frames.map((frame) => ({ ...frame, bytes: frame.bytes.slice() }));
        for (const [which, at, value] of mutations) {
          const { bytes } = changed[which % changed.length] as (typeof changed)[0];
          bytes[at % bytes.length] = value;
        }
        expectLawful(replay(changed));
      },
    ),
    { numRuns: 400 },
  );
});

test("frames lost, doubled and out of order do no harm", () => {
  fc.assert(
    fc.property(
      fc.nat(small.length - 1),
      fc.array(fc.nat(), { minLength: 1, maxLength: 60 }),
      (capture, order) => {
        const { frames } = small[capture] as (typeof small)[0];
        expectLawful(replay(order.map((index) => frames[index % frames.length] as FrameView)));
      },
    ),
    { numRuns: 400 },
  );
});

test("a capture that kept only the start of each frame does no harm", () => {
  for (const { frames } of small) {
    for (const snap of [54, 68, 96, 200]) {
      expectLawful(
        replay(frames.map((frame) => ({ ...frame, length: Math.min(snap, frame.length) }))),
      );
    }
  }
}, 120_000);

test("a conversation cut off after a frame, or begun with it, does no harm", () => {
  for (const [index, { frames }] of small.entries()) {
    // Every capture at three places, which move from one capture to the next.
    for (let cut = 1 + (index % 5); cut < frames.length; cut += Math.ceil(frames.length / 3)) {
      expectLawful(replay(frames.slice(0, cut)));
      expectLawful(replay(frames.slice(cut)));
    }
  }
}, 120_000);
