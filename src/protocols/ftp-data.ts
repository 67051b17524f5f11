/** The data connections of FTP: counted, not read. Normative: RFC 959 §3.3. */
import type { Context, Session } from "../analysis/analyzer.ts";
import type { Side } from "../flow/flow.ts";
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
      open: () => new DataSession(this),
    });
  }
}

class DataSession implements Session {
  readonly #channel: DataChannel;

  constructor(channel: DataChannel) {
    this.#channel = channel;
  }

  data(_side: Side, message: Reader): void {
    this.#channel.bytes += message.remaining;
    message.position = message.end;
  }

  gap(_side: Side, bytes: number): void {
    this.#channel.bytes += bytes;
  }
}
