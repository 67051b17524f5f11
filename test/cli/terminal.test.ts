import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { Progress } from "../../src/cli/progress.ts";
import { Terminal } from "../../src/cli/terminal.ts";
import { PLAIN } from "../../src/report/style.ts";

class Screen extends Writable {
  text = "";
  failure: NodeJS.ErrnoException | undefined;
  readonly isTTY: boolean;
  columns: number;

  constructor(isTTY = false, columns = 80) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: string, _: string, done: (error?: Error) => void): void {
    if (this.failure === undefined) this.text += chunk;
    done(this.failure);
  }
}

function broken(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`write ${code}`), { code });
}

describe("standard output", () => {
  it("that nobody reads any longer is not an error, and says so to the run", async () => {
    const out = new Screen();
    const terminal = new Terminal(out, new Screen(), {});
    out.failure = broken("EPIPE");
    await terminal.write("one\n");
    await terminal.write("two\n");
    expect(terminal.closed.aborted).toBe(true);
    expect(out.text).toBe("");
  });

  it("on a full disk is an error", async () => {
    const out = new Screen();
    const terminal = new Terminal(out, new Screen(), {});
    out.failure = broken("ENOSPC");
    await terminal.write("one\n").catch(() => undefined);
    await expect(terminal.write("two\n")).rejects.toThrow("ENOSPC");
  });

  it("has the width of the terminal within reason, and a fixed one elsewhere", () => {
    const width = (screen: Screen) => new Terminal(screen, new Screen(), {}).width;
    expect(width(new Screen(true, 90))).toBe(90);
    expect(width(new Screen(true, 30))).toBe(60);
    expect(width(new Screen(true, 300))).toBe(120);
    expect(width(new Screen(false, 300))).toBe(100);
  });

  it("is coloured on a terminal, unless somebody objects", () => {
    const coloured = (environment: NodeJS.ProcessEnv, wanted?: boolean) =>
      new Terminal(new Screen(true), new Screen(), environment).style(wanted) !== PLAIN;
    expect(coloured({})).toBe(true);
    expect(coloured({ TERM: "dumb" })).toBe(false);
    expect(coloured({ NO_COLOR: "1" })).toBe(false);
    expect(coloured({ NO_COLOR: "" })).toBe(true);
    expect(coloured({ NO_COLOR: "1" }, true)).toBe(true);
    expect(coloured({}, false)).toBe(false);
    expect(coloured({ FORCE_COLOR: "0" })).toBe(false);
  });
});

describe("progress", () => {
  it("appears when a replay takes long, ten times a second, and is wiped at the end", () => {
    const err = new Screen(true);
    let now = 0;
    const progress = new Progress(new Terminal(new Screen(), err, {}), () => now);
    for (now = 0; now < 700; now += 10) progress.update(now, 2000);
    expect(err.text).toBe("");
    for (; now < 1200; now += 10) progress.update(now * 1_000_000, 2_000_000_000);
    const lines = err.text.split("\r").filter((line) => line !== "");
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe("\u001b[Kreading  35 %  700.0 MB of 2.0 GB  1.0 GB/s");
    progress.end();
    expect(err.text.endsWith("\r\u001b[K")).toBe(true);
    progress.update(2_000_000_000, 2_000_000_000);
    expect(err.text.endsWith("\r\u001b[K")).toBe(true);
  });

  it("knows no percentage of a pipe, and never shows more than the line holds", () => {
    const err = new Screen(true, 30);
    let now = 0;
    const progress = new Progress(new Terminal(new Screen(), err, {}), () => now);
    now = 1000;
    progress.update(5_000_000, undefined);
    expect(err.text).toBe("\r\u001b[Kreading  5.0 MB  5.0 MB/s");
    now = 2000;
    progress.update(123_456_789_012, 999_999_999_999);
    for (const line of err.text.split("\r\u001b[K")) expect(line.length).toBeLessThan(30);
  });

  it("leaves no trace after a short replay", () => {
    const err = new Screen(true);
    const progress = new Progress(new Terminal(new Screen(), err, {}), () => 0);
    progress.update(1, 2);
    progress.end();
    expect(err.text).toBe("");
  });
});
