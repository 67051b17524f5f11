/**
 * Every analyzer and detector there is, found by reading the folders they lie in, and the tables that pick
 * the few which can match a flow.
 */
import { readdir } from "node:fs/promises";
import { type Privacy, SHARED_FIELDS } from "../observation/vocabulary.ts";
import type {
  Analyzer,
  DatagramHandler,
  IpHandler,
  LinkHandler,
  StreamHandler,
} from "./analyzer.ts";
import type { Detector } from "./detector.ts";

export interface Entry<Handler> {
  readonly protocol: string;
  readonly handler: Handler;
}

export class Registry {
  readonly analyzers: readonly Analyzer[];
  readonly detectors: readonly Detector[];
  /** Every field that can be observed, with its privacy class. */
  readonly vocabulary: ReadonlyMap<string, Privacy>;
  readonly tcp: Candidates<StreamHandler>;
  readonly udp: Candidates<DatagramHandler>;
  readonly #link = new Map<number, Entry<LinkHandler>[]>();
  readonly #ip: Entry<IpHandler>[][] = Array.from({ length: 256 }, () => []);

  constructor(analyzers: readonly Analyzer[], detectors: readonly Detector[]) {
    this.analyzers = analyzers;
    this.detectors = detectors;
    this.vocabulary = vocabularyOf(analyzers, detectors);
    const tcp: Entry<StreamHandler>[] = [];
    const udp: Entry<DatagramHandler>[] = [];
    for (const { protocol, tcp: stream, udp: datagram, link, ip } of analyzers) {
      if (stream !== undefined) tcp.push({ protocol, handler: stream });
      if (datagram !== undefined) udp.push({ protocol, handler: datagram });
      if (link !== undefined) this.#addLink(protocol, link);
      for (const number of ip?.protocols ?? []) {
        if (ip !== undefined) this.#ip[number]?.push({ protocol, handler: ip });
      }
    }
    this.tcp = new Candidates(tcp, ({ leads }) => [leads?.originator, leads?.responder]);
    this.udp = new Candidates(udp, ({ leads }) => [leads, leads]);
  }

  link(etherType: number): readonly Entry<LinkHandler>[] | undefined {
    return this.#link.get(etherType);
  }

  ip(protocol: number): readonly Entry<IpHandler>[] {
    return this.#ip[protocol] as Entry<IpHandler>[];
  }

  #addLink(protocol: string, handler: LinkHandler): void {
    for (const etherType of handler.etherTypes) {
      const entries = this.#link.get(etherType) ?? [];
      entries.push({ protocol, handler });
      this.#link.set(etherType, entries);
    }
  }
}

type LeadsOf<Handler> = (
  handler: Handler,
) => readonly [readonly number[] | undefined, readonly number[] | undefined];

/** Handlers by the first byte of each end and by port: the probe stays cheap with a hundred of them. */
export class Candidates<Handler extends { readonly ports: readonly number[] }> {
  readonly entries: readonly Entry<Handler>[];
  readonly #byPort = new Map<number, Entry<Handler>[]>();
  readonly #byByte: readonly [Entry<Handler>[][], Entry<Handler>[][]];

  constructor(entries: readonly Entry<Handler>[], leadsOf: LeadsOf<Handler>) {
    this.entries = entries;
    for (const entry of entries) {
      for (const port of entry.handler.ports) {
        const sharing = this.#byPort.get(port) ?? [];
        sharing.push(entry);
        this.#byPort.set(port, sharing);
      }
    }
    const table = (side: 0 | 1) =>
      Array.from({ length: 256 }, (_, byte) =>
        entries.filter(({ handler }) => leadsOf(handler)[side]?.includes(byte) ?? true),
      );
    this.#byByte = [table(0), table(1)];
  }

  named(protocol: string): Entry<Handler> | undefined {
    return this.entries.find((entry) => entry.protocol === protocol);
  }

  atPort(port: number): readonly Entry<Handler>[] {
    return this.#byPort.get(port) ?? NONE;
  }

  /** Those whose first message from this side can begin with `byte`. */
  led(side: number, byte: number): readonly Entry<Handler>[] {
    return this.#byByte[side as 0 | 1][byte] as Entry<Handler>[];
  }
}

const NONE: readonly never[] = [];

function vocabularyOf(
  analyzers: readonly Analyzer[],
  detectors: readonly Detector[],
): ReadonlyMap<string, Privacy> {
  const vocabulary = new Map<string, Privacy>(Object.entries(SHARED_FIELDS));
  for (const { protocol, fields } of analyzers) declare(vocabulary, protocol, fields);
  for (const { name, fields } of detectors) declare(vocabulary, name, fields);
  return vocabulary;
}

function declare(
  vocabulary: Map<string, Privacy>,
  prefix: string,
  fields: Readonly<Record<string, Privacy>>,
): void {
  for (const [name, privacy] of Object.entries(fields))
    vocabulary.set(`${prefix}.${name}`, privacy);
}

/** Reads `src/protocols/` and `src/behaviour/`: whatever exports `analyzer` or `detector` takes part. */
export async function loadAnalyzers(): Promise<Registry> {
  const [analyzers, detectors] = await Promise.all([
    exportsOf<Analyzer>(new URL("../protocols/", import.meta.url), "analyzer"),
    exportsOf<Detector>(new URL("../behaviour/", import.meta.url), "detector"),
  ]);
  return new Registry(analyzers, detectors);
}

/** In the order of file names, so that every machine probes in the same order. */
async function exportsOf<T>(folder: URL, name: string): Promise<T[]> {
  const files = (await readdir(folder)).filter((file) => /^[a-z0-9-]+\.[jt]s$/.test(file)).sort();
  const modules = await Promise.all(
    files.map((file) => import(new URL(file, folder).href) as Promise<Record<string, T>>),
  );
  return modules.map((module) => module[name]).filter((value) => value !== undefined);
}
