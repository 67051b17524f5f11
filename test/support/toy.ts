/** Made-up protocols that use everything a session may ask of its flow. */
import {
  type Analyzer,
  type Beginning,
  type Context,
  Verdict,
} from "../../src/analysis/analyzer.ts";
import { Side } from "../../src/flow/flow.ts";
import type { Reader } from "../../src/packet/reader.ts";

/** What sessions heard, one line per event: the order matters. */
export const heard: string[] = [];

function text(reader: Reader, start = reader.position, end = reader.end): string {
  return Buffer.from(reader.bytes.subarray(start, end)).toString("latin1");
}

/**
 * A protocol of lines. The server greets with `HI`; the client says `ASK x`, `BODY n` (n bytes follow that
 * nobody reads), `DATA p` (port p carries more), `TLS` (something else from here on) or `BYE`.
 */
export const toy: Analyzer = {
  protocol: "toy",
  fields: { asked: "open" },
  tcp: {
    ports: [7777],
    leads: { originator: [..."ABDT"].map((letter) => letter.charCodeAt(0)), responder: [0x48] },
    limit: 64,
    probe({ originator, responder }: Beginning) {
      if (responder.startsWith("HI\n")) return Verdict.Yes;
      if (originator.startsWith("ASK ") || originator.startsWith("BODY ")) return Verdict.Yes;
      return originator.remaining + responder.remaining < 4 ? Verdict.Maybe : Verdict.No;
    },
    open: (context) => {
      heard.push("open");
      return {
        data(side, message) {
          while (message.line()) line(context, side, message);
        },
        gap: (side, bytes) => heard.push(`${side} gap ${bytes}`),
        close: () => heard.push("close"),
      };
    },
  },
};

function line(context: Context, side: Side, message: Reader): void {
  const said = text(message, message.lineStart, message.lineEnd);
  heard.push(`${side} ${said}`);
  const [word, value = ""] = said.split(" ");
  if (word === "ASK") {
    const { bytes, lineStart, lineEnd } = message;
    context.observe
      .about(side)
      .text("asked", bytes, lineStart + 4, lineEnd)
      .emit();
  }
  if (word === "BODY") context.skip(side, Number(value));
  if (word === "TLS") context.handOver();
  if (word === "BYE") context.done();
  if (word === "DATA") {
    context.expect({
      transport: "tcp",
      side: Side.Responder,
      port: Number(value),
      protocol: "toy",
      open: () => ({
        data: (from, bytes) => heard.push(`data ${from} ${text(bytes, bytes.position)}`),
      }),
    });
  }
}

/** Another one, which the toy hands over to. */
export const second: Analyzer = {
  protocol: "second",
  fields: {},
  tcp: {
    ports: [],
    probe: ({ originator }) => (originator.startsWith("XX") ? Verdict.Yes : Verdict.No),
    open: () => ({
      data(side, message) {
        heard.push(`second ${side} ${text(message)}`);
        message.position = message.end;
      },
    }),
  },
};

export const pings: Analyzer = {
  protocol: "ping",
  fields: { name: "identifier" },
  udp: {
    ports: [],
    leads: [0x50],
    probe: (datagram) => (datagram.startsWith("PING ") ? Verdict.Yes : Verdict.No),
    open: (context) => ({
      data(side, message) {
        context.observe
          .about(side)
          .text("name", message.bytes, message.start + 5, message.end)
          .emit();
      },
    }),
  },
};
