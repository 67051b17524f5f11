/** The data connections of FTP: counted, not read. Normative: RFC 959 §3.3. */
import type { Context, Session } from "../analysis/analyzer.ts";
import type { Side } from "../flow/flow.ts";
import type { Reader } from "../packet/reader.ts";

/** One data connection, from its announcement to the reply that ends the transfer. */
export class DataChannel {
  #context: Context | null = null;

  /** Announces the connection on the control connection's context: `side` will use `port`. */
  constructor(control: Context, side: Side, port: number) {
    control.expect({
      transport: "tcp",
      side,
      port,
      protocol: "ftp-data",
      open: (context) => {
        this.#context = context;
        return new DataSession(context);
      },
    });
  }

  /** Bytes so far, holes included; −1 when the connection was not seen, or carried nothing. */
  get bytes(): number {
    const context = this.#context;
    // A transfer goes one way only.
    return context === null ? -1 : context.streamed(0) + context.streamed(1);
  }
}

class DataSession implements Session {
  constructor(context: Context) {
    context.skip(0, Number.MAX_SAFE_INTEGER);
    context.skip(1, Number.MAX_SAFE_INTEGER);
  }

  data(_side: Side, message: Reader): void {
    message.position = message.end;
  }
}
