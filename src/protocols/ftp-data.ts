/** The data connections of FTP: counted, not read. Normative: RFC 959 §3.3. */
import type { Context, Session } from "../analysis/analyzer.ts";
import { FlowState, Side } from "../flow/flow.ts";
import type { Reader } from "../packet/reader.ts";

/** One data connection, from its announcement to the reply that ends the transfer. */
export class DataChannel {
  /** Bytes so far, holes included. */
  bytes = 0;

  /** Announces the connection on the control connection's context: `side` will use `port`. */
  constructor(control: Context, side: Side, port: number) {
    control.expect({
      transport: "tcp",
      side,
      port,
      protocol: "ftp-data",
      open: (context) => new DataSession(context, this),
    });
  }
}

class DataSession implements Session {
  readonly #context: Context;
  readonly #channel: DataChannel;

  constructor(context: Context, channel: DataChannel) {
    this.#context = context;
    this.#channel = channel;
  }

  data(_side: Side, message: Reader): void {
    this.#channel.bytes += message.remaining;
    message.position = message.end;
  }

  gap(side: Side, bytes: number): void {
    // An acknowledged FIN looks like one byte that was missed.
    const fin = side === Side.Originator ? FlowState.OriginatorFin : FlowState.ResponderFin;
    if (bytes > 1 || !this.#context.flow.has(fin)) this.#channel.bytes += bytes;
  }
}
