import { describe, expect, test } from "vitest";
import { type Flow, FlowState, Side } from "../../src/flow/flow.ts";
import { CloseReason, FlowTable } from "../../src/flow/flow-table.ts";
import { decodeFrame } from "../../src/packet/decode.ts";
import { Packet } from "../../src/packet/packet.ts";
import { CLIENT, SERVER, Talk, Wire } from "../support/wire.ts";

function open(limit = 100) {
  const closed: [string, number][] = [];
  const table = new FlowTable({
    limit,
    onClose: (flow, reason) =>
      closed.push([`${flow.originatorPort}>${flow.responderPort}`, reason]),
  });
  const packet = new Packet();
  const feed = (wire: Wire, from = 0) => {
    const found: { flow: Flow; side: Side; created: boolean }[] = [];
    for (const frame of wire.frames.slice(from)) {
      packet.timestamp = frame.timestamp;
      decodeFrame(packet, frame.bytes, frame.start, frame.length, frame.wireLength, frame.linkType);
      table.sweep(frame.timestamp);
      const flow = table.find(packet);
      found.push({ flow, side: table.side, created: table.created });
    }
    return found;
  };
  return { table, closed, feed };
}

describe("the flow table", () => {
  test("finds both directions of a conversation and counts each", () => {
    const { feed } = open();
    const talk = new Talk().client("12345").server("123").end();
    const found = feed(talk.wire);
    const [{ flow }] = found as [(typeof found)[0]];
    expect(new Set(found.map((each) => each.flow)).size).toBe(1);
    expect(found.map(({ side }) => side)).toEqual([0, 1, 0, 0, 1, 0, 1]);
    expect([flow.packets(Side.Originator), flow.packets(Side.Responder)]).toEqual([4, 3]);
    expect([flow.bytes(Side.Originator), flow.bytes(Side.Responder)]).toEqual([5, 3]);
    expect(flow.has(FlowState.Syn) && flow.has(FlowState.SynAck)).toBe(true);
    expect(flow.lastSeen - flow.firstSeen).toBe(6000);
  });

  test("takes who answers a SYN for the responder, even when the SYN was missed", () => {
    const { feed } = open();
    const wire = new Wire().tcp(SERVER, CLIENT, 1, 2, ["syn", "ack"]);
    const [first] = feed(wire);
    expect(first?.side).toBe(Side.Responder);
    expect(first?.flow.responderPort).toBe(SERVER.port);
    expect(first?.flow.has(FlowState.Midstream)).toBe(true);
  });

  test("takes the well-known port for the responder of a flow picked up in mid-stream", () => {
    const { feed } = open();
    const wire = new Wire().tcp({ ...SERVER, port: 80 }, CLIENT, 1, 2, ["ack"], "x");
    wire.udp({ ...SERVER, port: 53 }, { ...CLIENT, port: 4711 }, "answer");
    expect(feed(wire).map(({ side }) => side)).toEqual([Side.Responder, Side.Responder]);
  });

  test("never holds more than its limit: the longest silent gives way", () => {
    const { table, closed, feed } = open(10);
    const wire = new Wire();
    for (let port = 1; port <= 25; port++) wire.udp({ ...CLIENT, port: 2000 + port }, SERVER, "x");
    feed(wire);
    expect(table.active).toBe(10);
    expect(table.peak).toBe(10);
    expect(table.evicted).toBe(15);
    expect(closed.every(([, reason]) => reason === CloseReason.Evicted)).toBe(true);
    expect(closed.map(([ends]) => ends)).toEqual(
      Array.from({ length: 15 }, (_, index) => `${2001 + index}>7777`),
    );
  });

  test("closes by packet time what has been idle: closed connections soon, open ones late", () => {
    const { table, closed, feed } = open();
    const wire = new Wire();
    new Talk(wire).client("x").end();
    new Talk(wire, { ...CLIENT, port: 1111 }).client("x").server("y");
    wire.udp({ ...CLIENT, port: 2222 }, SERVER, "x");
    wire.wait(400_000);
    for (let second = 0; second < 70; second++) {
      wire.wait(1000).udp({ ...CLIENT, port: 3333 }, SERVER, "tick");
    }
    feed(wire);
    expect(closed).toContainEqual(["40000>7777", CloseReason.Ended]);
    expect(closed).toContainEqual(["2222>7777", CloseReason.Timeout]);
    expect(closed.map(([ends]) => ends)).not.toContain("1111>7777");
    expect(table.active).toBe(2);
  });

  test("closes everything at the end of the input", () => {
    const { table, closed, feed } = open();
    feed(new Talk().client("x").wire);
    table.closeAll();
    expect(closed).toEqual([["40000>7777", CloseReason.InputEnd]]);
    expect(table.active).toBe(0);
  });

  test("keeps one flow when a SYN is repeated, and begins anew at another", () => {
    const { table, feed } = open();
    const wire = new Wire()
      .tcp(CLIENT, SERVER, 100, 0, ["syn"])
      .tcp(CLIENT, SERVER, 100, 0, ["syn"]);
    wire.tcp(CLIENT, SERVER, 900, 0, ["syn"]);
    expect(feed(wire).map(({ created }) => created)).toEqual([true, false, true]);
    expect(table.replaced).toBe(1);
  });
});
