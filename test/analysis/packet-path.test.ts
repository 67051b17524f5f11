import { describe, expect, test } from "vitest";
import type { Analyzer } from "../../src/analysis/analyzer.ts";
import { type FrameView, PacketPath } from "../../src/analysis/packet-path.ts";
import { Registry } from "../../src/analysis/registry.ts";
import { detector as hosts } from "../../src/behaviour/hosts.ts";
import { detector as services } from "../../src/behaviour/services.ts";
import { Side } from "../../src/flow/flow.ts";
import type { Observation } from "../../src/observation/observation.ts";
import { heard, pings, second, toy } from "../support/toy.ts";
import { CLIENT, SERVER, Talk, Wire } from "../support/wire.ts";

function run(frames: readonly FrameView[], analyzers = [toy, second, pings]) {
  heard.length = 0;
  const observations: Observation[] = [];
  let repeats = 0;
  const path = new PacketPath({
    registry: new Registry(analyzers, [hosts, services]),
    captures: ["made.pcap"],
    sink: {
      observe: (observation) => observations.push(observation),
      repeat: (_observation, count) => {
        repeats += count;
      },
    },
  });
  for (const frame of frames) path.frame(frame);
  path.finish();
  const of = (protocol: string) => observations.filter((each) => each.protocol === protocol);
  return { heard: [...heard], observations, of, repeats, counters: path.statistics() };
}

describe("a TCP flow", () => {
  test("is recognised by its content on any port, and heard line by line", () => {
    const talk = new Talk(new Wire(), CLIENT, { ...SERVER, port: 3 });
    talk.server("HI\n").client("ASK one\nASK tw").client("o\n").end();
    const { heard, of } = run(talk.wire.frames);
    expect(heard).toEqual(["open", "1 HI", "0 ASK one", "0 ASK two", "close"]);
    expect(of("toy").map(({ fields, subject, peer }) => [fields, subject, peer])).toEqual([
      [{ "toy.asked": "one" }, { ip: "10.0.0.1", port: 40000 }, { ip: "10.0.0.2", port: 3 }],
      [{ "toy.asked": "two" }, { ip: "10.0.0.1", port: 40000 }, { ip: "10.0.0.2", port: 3 }],
    ]);
  });

  test("gives a session found late everything said before, in the order it was said", () => {
    const talk = new Talk().client("A").server("H").client("S").server("I\n").client("K x\n").end();
    expect(run(talk.wire.frames).heard).toEqual(["open", "1 HI", "0 ASK x", "close"]);
  });

  test("skips bodies uncopied, over segments, and reads on behind them", () => {
    const talk = new Talk().client("ASK a\nBODY 5000\n0123");
    for (let part = 0; part < 4; part++) talk.client("x".repeat(1000));
    talk.client(`${"y".repeat(996)}ASK b\n`).end();
    const { heard, counters } = run(talk.wire.frames);
    expect(heard).toEqual(["open", "0 ASK a", "0 BODY 5000", "0 ASK b", "close"]);
    expect(counters.analysis?.held_bytes_peak).toBeLessThan(1024);
  });

  test("does not mind a hole in a body that nobody reads", () => {
    const talk = new Talk().client("BODY 3000\n").server("HI\n");
    talk.lose(0, "x".repeat(1000)).client("x".repeat(2000)).client("ASK b\n").end();
    expect(run(talk.wire.frames).heard).toEqual([
      "open",
      "0 BODY 3000",
      "1 HI",
      "0 ASK b",
      "close",
    ]);
  });

  test("tells the session of a hole, and goes on behind it", () => {
    const talk = new Talk()
      .server("HI\n")
      .client("ASK a\nAS")
      .lose(0, "K lost\n")
      .client("ASK b\n");
    talk.server("ok\n");
    talk.wire.wait(100);
    talk.server("ok\n").end();
    expect(run(talk.wire.frames).heard).toEqual([
      "open",
      "1 HI",
      "0 ASK a",
      "1 ok",
      "0 gap 7",
      "0 ASK b",
      "1 ok",
      "close",
    ]);
  });

  test("is handed over in mid-stream to whoever recognises the rest", () => {
    const talk = new Talk().server("HI\n").client("TLS\nXX").client("more").end();
    expect(run(talk.wire.frames).heard).toEqual([
      "open",
      "1 HI",
      "0 TLS",
      "close",
      "second 0 XX",
      "second 0 more",
    ]);
  });

  test("is not listened to any longer once the session is done", () => {
    const talk = new Talk().server("HI\n").client("BYE\nASK z\n").client("ASK y\n").end();
    const { heard } = run(talk.wire.frames);
    expect(heard).toEqual(["open", "1 HI", "0 BYE", "0 ASK z"]);
  });

  test("picked up in mid-stream, is turned round when the content says so", () => {
    // The server's port is the higher one, so the ports mislead.
    const client = { ...CLIENT, port: 500 };
    const talk = new Talk(new Wire(), client, { ...SERVER, port: 50000 }, false);
    talk.client("ASK a\n").server("ok\n").client("ASK b\n");
    const { heard, of } = run(talk.wire.frames);
    expect(heard).toEqual(["open", "0 ASK a", "1 ok", "0 ASK b", "close"]);
    expect(of("services").map(({ subject }) => subject)).toEqual([{ ip: "10.0.0.2", port: 50000 }]);
  });

  test("picked up in the middle of a line, is recognised at the next one", () => {
    const talk = new Talk(new Wire(), CLIENT, SERVER, false)
      .client("e of something\n")
      .client("ASK a\n");
    expect(run(talk.wire.frames).heard).toEqual(["open", "0 ASK a", "close"]);
  });

  test("loses a line longer than the limit, and nothing else", () => {
    const talk = new Talk()
      .server("HI\n")
      .client("x".repeat(70))
      .client("x\n")
      .client("ASK a\n")
      .end();
    const { heard, counters } = run(talk.wire.frames);
    expect(heard).toEqual(
      ["open", "1 HI", "0 gap 70", "0 x", "0 ASK a", "close"].map((each) =>
        each.replace("gap 70", "gap 1"),
      ),
    );
    expect(counters.analysis?.overlong).toBe(1);
  });

  test("nobody recognises is left alone soon", () => {
    const talk = new Talk();
    for (let index = 0; index < 20; index++) talk.client("qqqq");
    const { heard, counters } = run(talk.wire.frames);
    expect(heard).toEqual([]);
    expect(counters.analysis?.unknown).toBe(1);
    expect(counters.analysis?.probes).toBe(1);
  });

  test("announced by another is met at its port and is no service", () => {
    const talk = new Talk().server("HI\n").client("DATA 2020\n");
    const data = { ...SERVER, port: 2020 };
    new Talk(talk.wire, { ...CLIENT, port: 40001 }, data).server("file").end();
    const { heard, of, counters } = run(talk.wire.frames);
    expect(heard).toEqual(["open", "1 HI", "0 DATA 2020", "data 1 file", "close"]);
    expect(of("services").map(({ subject }) => subject.port)).not.toContain(2020);
    expect(counters.expectation).toEqual({ announced: 1, met: 1, expired: 0 });
  });

  test("that uses the ports of an earlier one again is a new one", () => {
    const wire = new Wire();
    new Talk(wire).server("HI\n").client("ASK a\n").end();
    wire.tcp(CLIENT, SERVER, 90000, 0, ["syn"]);
    wire.tcp(SERVER, CLIENT, 70000, 90001, ["syn", "ack"]);
    wire.tcp(SERVER, CLIENT, 70001, 90001, ["ack"], "HI\n");
    expect(run(wire.frames).heard).toEqual([
      "open",
      "1 HI",
      "0 ASK a",
      "close",
      "open",
      "1 HI",
      "close",
    ]);
  });

  test("is a service once it has answered, not when it was only asked for", () => {
    const wire = new Wire()
      .tcp(CLIENT, SERVER, 1, 0, ["syn"])
      .tcp(SERVER, CLIENT, 0, 2, ["rst", "ack"]);
    expect(run(wire.frames).of("services")).toEqual([]);
    wire.tcp(CLIENT, { ...SERVER, port: 99 }, 1, 0, ["syn"]);
    wire.tcp({ ...SERVER, port: 99 }, CLIENT, 7, 2, ["syn", "ack"]);
    expect(
      run(wire.frames)
        .of("services")
        .map(({ fields }) => fields),
    ).toEqual([{ "service.port": 99, "service.transport": "tcp" }]);
  });
});

describe("observations", () => {
  test("that repeat are counted, not told again", () => {
    const talk = new Talk().server("HI\n");
    for (let index = 0; index < 5; index++) talk.client("ASK same\n");
    const { of, repeats } = run(talk.wire.frames);
    expect(of("toy")).toHaveLength(1);
    expect(repeats).toBe(4);
  });

  test("at the end of a flow point to its own last frame", () => {
    const last: Analyzer = {
      ...pings,
      udp: {
        ...(pings.udp as NonNullable<Analyzer["udp"]>),
        open: (context) => ({
          data: () => {},
          close: () => context.observe.about(Side.Originator).string("name", "closing").emit(),
        }),
      },
    };
    const wire = new Wire().udp(CLIENT, SERVER, "PING a").udp(CLIENT, SERVER, "PING b");
    wire.udp(SERVER, { ...CLIENT, port: 9 }, "other");
    const [closing] = run(wire.frames, [last]).of("ping");
    expect(closing?.evidence.frame).toBe(2);
    expect(closing?.timestamp).toBe(wire.frames[1]?.timestamp);
  });
});

test("the two copies of a mirrored packet are analysed once", () => {
  const wire = new Wire().udp(CLIENT, SERVER, "PING a");
  const [frame] = wire.frames as [FrameView];
  const bytes = frame.bytes.slice();
  bytes[22] = 63; // one hop further
  bytes[0] = 4; // another MAC
  const copy = { ...frame, bytes, timestamp: frame.timestamp + 300, number: 2 };
  const { counters } = run([frame, copy]);
  expect(counters.packet).toMatchObject({ frames: 2, duplicates: 1 });
  expect(counters.observation).toMatchObject({ repeated: 0 });
});
