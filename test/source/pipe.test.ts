import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { openFiles } from "../../src/source/files.ts";
import { pcap } from "./build-capture.ts";
import { installed, kinds, ownCaptures, read, temporary, temporaryFolder } from "./read-capture.ts";

/** A named pipe in the folder of temporary files. */
function namedPipe(name: string): string {
  const path = join(temporaryFolder(), name);
  spawnSync("mkfifo", [path]);
  return path;
}

/** Its reading end, as a shell would give it to us as standard input, with `command` writing to it. */
function piped(name: string, command: string): number {
  const path = namedPipe(name);
  spawn("sh", ["-c", `${command} > '${path}'`], { stdio: "ignore" });
  // Opening either end waits for the other.
  return openSync(path, "r");
}

const many = pcap(Array.from({ length: 100_000 }, (_, seconds) => ({ seconds })));

describe.skipIf(process.platform === "win32")("standard input", () => {
  it("reads a redirected file from where it stands", async () => {
    const [path = ""] = ownCaptures(".pcap", 1);
    const expected = await read(path);
    const fd = openSync(path, "r");
    const reading = await read("-", { standardInput: fd });
    expect(reading.seen).toEqual(expected.seen);
    expect(reading.damage).toEqual([]);
  });

  it("reads a pipe", async () => {
    const path = temporary("many.pcap", many);
    const fd = piped("in", `cat '${path}'`);
    const reading = await read("-", { standardInput: fd });
    expect(reading).toMatchObject({ frames: 100_000, damage: [] });
  });

  it("reads a pipe with gzip data", async () => {
    const path = temporary("many.pcap.gz", gzipSync(many));
    const fd = piped("in-gz", `cat '${path}'`);
    expect(await read("-", { standardInput: fd })).toMatchObject({ frames: 100_000, damage: [] });
  });

  it("tells a pipe that ends inside a frame from one that ends behind it", async () => {
    const path = temporary("cut.pcap", many.subarray(0, 24 + 76 * 3 + 40));
    const fd = piped("in-cut", `cat '${path}'`);
    const reading = await read("-", { standardInput: fd });
    expect(reading.frames).toBe(3);
    expect(reading.damage).toMatchObject([{ file: "-", kind: "cut", offset: 24 + 76 * 3 }]);
  });

  it("calls a pipe without a byte empty", async () => {
    const fd = piped("in-empty", "true");
    const reading = await read("-", { standardInput: fd });
    expect(reading.damage).toMatchObject([{ kind: "cut", message: "it is empty" }]);
  });

  it("delivers each frame when it arrives, not when the pipe ends", async () => {
    const path = namedPipe("live");
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, "w");
    const abort = new AbortController();
    const bytes = pcap([{}, {}, {}]);
    let frames = 0;
    const source = openFiles(["-"], { standardInput: fd });
    const running = source.run(() => frames++, abort.signal);
    writeSync(writer, bytes, 0, 24 + 76 + 30);
    await until(() => frames === 1);
    writeSync(writer, bytes, 24 + 76 + 30, 46);
    await until(() => frames === 2);
    abort.abort();
    await running;
    closeSync(writer);
    expect(source.statistics()).toMatchObject({ frames: 2, damage: [] });
  });

  it.runIf(installed("tcpdump"))("reads what tcpdump writes to it", async () => {
    const [path = ""] = ownCaptures(".pcap", 1);
    const expected = await read(path);
    const fd = piped("tcpdump", `tcpdump -U -r '${path}' -w - 2> /dev/null`);
    const reading = await read("-", { standardInput: fd });
    expect(reading.seen).toEqual(expected.seen);
  });
});

describe.skipIf(process.platform === "win32")("a process of its own", () => {
  let program: string;

  beforeAll(() => {
    program = compile();
  });

  it.each([
    ["cat file | program", "pipe"],
    ["cat file.gz | program", "pipe of gzip data"],
    ["program < file", "redirected file"],
    ["program <> file", "file that could be written, too"],
    ["program < /dev/null || true", "empty device"],
  ])("reads its standard input: %s", (line) => {
    const file = temporary("own.pcap", many);
    temporary("own.pcap.gz", gzipSync(many));
    const command = line
      .replace("program", `'${process.execPath}' '${program}'`)
      .replace(/file(\.gz)?/, `'${file}'$1`);
    const { stdout, status } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
    const expected = line.includes("null") ? "0 frames, cut" : "100000 frames, ";
    expect(stdout).toBe(expected);
    expect(status).toBe(0);
  });

  it("reads the socket that a parent written for Node gives it", async () => {
    const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(many);
    expect(await textOf(child)).toBe("100000 frames, ");
  });

  it("ends in time when it is told to, while its standard input stays open", async () => {
    const child = spawn(process.execPath, [program], { stdio: "pipe" });
    let dots = "";
    child.stderr.on("data", (chunk) => {
      dots += chunk;
    });
    child.stdin.write(many.subarray(0, 24 + 76 * 5 + 10));
    child.stdin.on("error", () => undefined);
    await until(() => dots === ".....");
    const told = performance.now();
    child.kill("SIGTERM");
    expect(await textOf(child)).toBe("5 frames, ");
    expect(performance.now() - told).toBeLessThan(5_000);
  });
});

describe.skipIf(process.platform === "win32")("a named pipe", () => {
  it("waits for its first writer, without stopping anything else", async () => {
    const path = namedPipe("named");
    const reading = read(path);
    await sleep(120);
    spawn("sh", ["-c", `cat '${temporary("named.pcap", pcap([{}, {}]))}' > '${path}'`]);
    expect(await reading).toMatchObject({ frames: 2, damage: [] });
  });

  it("that never gets one can be given up", async () => {
    const source = openFiles([namedPipe("lonely")]);
    await source.run(() => expect.unreachable(), AbortSignal.timeout(80));
    expect(source.statistics().damage).toEqual([]);
  });

  it("is merged with a file as if it were one", async () => {
    const path = namedPipe("merged");
    const file = temporary("even.pcap", pcap([{ seconds: 2 }, { seconds: 4 }]));
    const odd = temporary("odd.pcap", pcap([{ seconds: 1 }, { seconds: 3 }, { seconds: 5 }]));
    spawn("sh", ["-c", `cat '${odd}' > '${path}'`]);
    const { seen } = await read([file, path]);
    expect(seen.map(({ timestamp }) => timestamp / 1e6)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe.skipIf(process.platform === "win32")("a device", () => {
  it("without an end is no capture", async () => {
    const reading = await read("/dev/zero");
    expect(kinds(reading)).toEqual(["foreign"]);
  });

  it("without a byte is empty", async () => {
    expect((await read("/dev/null")).damage).toMatchObject([{ message: "it is empty" }]);
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 3_000 && !condition(); tries++) await sleep(5);
  expect(condition()).toBe(true);
}

/** Compiles the source and a program that reads standard input with it; returns the program's path. */
function compile(): string {
  const folder = join(temporaryFolder(), "program");
  const root = fileURLToPath(new URL("../..", import.meta.url));
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const options = ["--noCheck", "--rewriteRelativeImportExtensions", "--skipLibCheck"];
  const target = ["--target", "es2023", "--module", "nodenext"];
  const place = ["--rootDir", join(root, "src"), "--outDir", folder];
  const compiler = join(root, "node_modules", ".bin", "tsc");
  const file = join(root, "src", "source", "files.ts");
  spawnSync(compiler, [...options, ...target, ...place, file], { cwd: folder });
  const program = join(folder, "program.mjs");
  writeFileSync(
    program,
    `import { openFiles } from "./source/files.js";
    const abort = new AbortController();
    process.on("SIGTERM", () => abort.abort());
    const source = openFiles(["-"]);
    let frames = 0;
    await source.run(() => {
      frames += 1;
      if (frames <= 5) process.stderr.write(".");
    }, abort.signal);
    const kinds = source.statistics().damage.map(({ kind }) => kind);
    process.stdout.write(frames + " frames, " + kinds);`,
  );
  return program;
}

async function textOf(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout?.on("data", (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => child.once("close", resolve));
  return text;
}
