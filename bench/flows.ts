/**
 * What a packet costs as the number of flows grows from a thousand to a million: one capture per size, all with
 * the same packets of the same length, dealt to the flows in turn so that every look-up meets a cold entry.
 * `npm run bench:flows -- [--packets 4000000] [--rounds 3] [--write]`. A flow has at least four packets (the
 * handshake and one of data).
 *
 * The cost of starting the program is measured with an empty capture and taken off.
 */
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeFileHeader, writeRecord } from "./capture.ts";
import { measure, median } from "./measure.ts";
import { machine, replaceSection, table } from "./report.ts";

const FLOWS = [1e3, 1e4, 1e5, 1e6];
const CLI = "dist/cli/main.js";
const CLIENTS = 1000;
const SERVERS = 10;
const PAYLOAD = 64;
const LENGTH = 14 + 20 + 20 + PAYLOAD;
const EPOCH = 1_700_000_000;
/** Packets per second of packet time: a million flows begin and end within seconds, none expires. */
const RATE = 1e6;
const CHUNK = 4 << 20;

const Flag = { Syn: 0x02, Ack: 0x10, Push: 0x08 } as const;

/**
 * The `turn`-th packet of flow `flow`: a handshake, then data that no protocol begins with, by turns. The hosts
 * are the same for every size: only their flows grow.
 */
function fill(frame: Buffer, flow: number, turn: number): void {
  const back = turn === 1 || (turn > 3 && turn % 2 === 0);
  const client = 0x0a000001 + (flow % CLIENTS);
  const server = 0x0b000001 + (flow % SERVERS);
  const clientPort = 1024 + Math.floor(flow / CLIENTS);
  const payload = turn < 3 ? 0 : PAYLOAD;
  frame.writeUInt16BE(40 + payload, 16);
  frame.writeUInt32BE(back ? server : client, 26);
  frame.writeUInt32BE(back ? client : server, 30);
  frame.writeUInt16BE(back ? 9999 : clientPort, 34);
  frame.writeUInt16BE(back ? clientPort : 9999, 36);
  frame.writeUInt32BE(back ? serverSent(turn) : clientSent(turn), 38);
  frame.writeUInt32BE(back ? clientSent(turn) : serverSent(turn), 42);
  const flags = turn === 0 ? Flag.Syn : turn === 1 ? Flag.Syn | Flag.Ack : Flag.Ack;
  frame.writeUInt8(payload > 0 ? flags | Flag.Push : flags, 47);
}

/** Sequence space used before `turn`: the SYN of turn 0, then the data of turns 3, 5, 7 … */
function clientSent(turn: number): number {
  return turn < 1 ? 0 : 1 + PAYLOAD * Math.max(0, Math.ceil((turn - 3) / 2));
}

/** The SYN-ACK of turn 1, then the data of turns 4, 6, 8 … */
function serverSent(turn: number): number {
  return turn < 2 ? 0 : 1 + PAYLOAD * Math.max(0, Math.ceil((turn - 4) / 2));
}

function template(): Buffer {
  const frame = Buffer.alloc(LENGTH);
  frame.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00, 0x45, 0], 0);
  frame.set([64, 6], 22);
  frame.writeUInt8(0x50, 46);
  frame.writeUInt16BE(64_240, 48);
  frame.fill(0xf7, 54);
  return frame;
}

function writeCapture(path: string, flows: number, packets: number): void {
  const file = openSync(path, "w");
  const chunk = Buffer.alloc(CHUNK + 1024);
  const frame = template();
  let used = writeFileHeader(chunk);
  for (let index = 0; index < packets; index++) {
    fill(frame, index % flows, Math.floor(index / flows));
    used = writeRecord(chunk, used, EPOCH + index / RATE, frame);
    if (used < CHUNK) continue;
    writeSync(file, chunk, 0, used);
    used = 0;
  }
  writeSync(file, chunk, 0, used);
  closeSync(file);
}

function cpuOf(path: string, rounds: number): { cpu: number; memory: number } {
  const costs = Array.from({ length: rounds }, () =>
    measure([process.execPath, CLI, "replay", "--json", path]),
  );
  return {
    cpu: median(costs.map((cost) => cost.cpu)),
    memory: median(costs.map((cost) => cost.memory)),
  };
}

function run(packets: number, rounds: number): string {
  const path = join(tmpdir(), `auscult-bench-flows-${process.pid}.pcap`);
  try {
    writeCapture(path, 1, 0);
    const start = cpuOf(path, rounds).cpu;
    const rows = FLOWS.map((flows) => {
      writeCapture(path, flows, packets);
      measure([process.execPath, CLI, "replay", "--json", path]);
      const { cpu, memory } = cpuOf(path, rounds);
      const perPacket = ((cpu - start) / packets) * 1e9;
      process.stderr.write(`${flows} flows: ${perPacket.toFixed(0)} ns a packet\n`);
      const opening = `${((Math.min(flows, packets) / packets) * 100).toFixed(2)} %`;
      const cells = [perPacket.toFixed(0), opening, cpu.toFixed(2), memory.toFixed(0)];
      return [flows.toLocaleString("en"), ...cells];
    });
    const head = ["flows", "ns a packet", "first packets", "CPU s", "peak MB"];
    const text = `${packets.toLocaleString("en")} packets, dealt to the flows in turn; start-up (${start.toFixed(2)} s) taken off. To open a flow costs more than to find it, so the share of first packets is given too.`;
    return `${machine()}\n\n${text}\n\n${table(head, rows)}`;
  } finally {
    rmSync(path, { force: true });
  }
}

const { values } = parseArgs({
  options: {
    packets: { type: "string", default: "4000000" },
    rounds: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
  },
});
const text = run(Number(values.packets), Number(values.rounds));
process.stdout.write(`${text}\n`);
if (values.write) {
  const path = "docs/benchmarks.md";
  const before = existsSync(path) ? readFileSync(path, "utf8") : "# Benchmarks\n";
  writeFileSync(path, replaceSection(before, "Cost per packet as flows grow", text));
}
