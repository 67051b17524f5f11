/** Real daemons for the system tests: each on a free loopback port, with a folder of its own. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Aedes } from "aedes";

export interface Daemon {
  readonly url: string;
  stop(): Promise<void>;
}

const PLACES = ["", "/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/usr/local/bin/"];

/** How to start a program, or undefined when it is not installed. */
function find(program: string): string | undefined {
  return PLACES.map((place) => place + program).find(
    (path) => spawnSync(path, ["--help"], { stdio: "ignore", timeout: 10_000 }).error === undefined,
  );
}

const mosquitto = find("mosquitto");
const influxd = find("influxd");

/** For `describe.skipIf`, and for the name of what is skipped. */
export const MISSING = { mosquitto: mosquitto === undefined, influxd: influxd === undefined };

for (const [name, missing] of Object.entries(MISSING)) {
  if (missing) process.stderr.write(`${name} is not installed: its tests are skipped\n`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** `lines`: who may connect, in the words of mosquitto.conf; anybody when there are none. */
export async function startMosquitto(
  lines: readonly string[] = [],
  wanted?: number,
): Promise<Daemon> {
  const folder = await mkdtemp(join(tmpdir(), "auscult-mosquitto-"));
  const port = wanted ?? (await freePort());
  const config = join(folder, "mosquitto.conf");
  const access = lines.length === 0 ? ["allow_anonymous true"] : lines;
  await writeFile(config, [`listener ${port} 127.0.0.1`, ...access, ""].join("\n"));
  const child = spawn(mosquitto ?? "mosquitto", ["-c", config], { stdio: "ignore" });
  await untilListening(port, child);
  return { url: `mqtt://127.0.0.1:${port}`, stop: () => end(child, folder) };
}

export async function startInfluxd(): Promise<Daemon> {
  const folder = await mkdtemp(join(tmpdir(), "auscult-influxd-"));
  const [rpc, http] = [await freePort(), await freePort()];
  const config = join(folder, "influxdb.conf");
  await writeFile(
    config,
    [
      "reporting-disabled = true",
      `bind-address = "127.0.0.1:${rpc}"`,
      `[meta]\n  dir = "${folder}/meta"`,
      `[data]\n  dir = "${folder}/data"\n  wal-dir = "${folder}/wal"`,
      "[monitor]\n  store-enabled = false",
      `[http]\n  bind-address = "127.0.0.1:${http}"\n  log-enabled = false`,
    ].join("\n"),
  );
  const child = spawn(influxd ?? "influxd", ["-config", config], { stdio: "ignore" });
  await untilListening(http, child);
  return { url: `http://127.0.0.1:${http}`, stop: () => end(child, folder) };
}

/** The embedded broker: speaks MQTT 3.1.1 only. */
export async function startAedes(): Promise<Daemon & { readonly broker: Aedes }> {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    broker,
    url: `mqtt://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        broker.close(() => server.close(() => resolve()));
      }),
  };
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  const { connect } = await import("node:net");
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`the daemon ended with ${child.exitCode}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on port ${port}`);
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(timer);
  }
  await rm(folder, { recursive: true, force: true });
}
