/** The session that a flow's content has led to, and under which name it observes. None at first. */
import type { Flow, Side } from "../flow/flow.ts";
import type { Reader } from "../packet/reader.ts";
import type { Session } from "./analyzer.ts";
import type { Desk } from "./desk.ts";

export class Speaker {
  readonly #desk: Desk;
  readonly #flow: Flow;
  readonly #transport: "tcp" | "udp";
  #session: Session | null = null;
  #protocol = "";

  constructor(desk: Desk, flow: Flow, transport: "tcp" | "udp") {
    this.#desk = desk;
    this.#flow = flow;
    this.#transport = transport;
  }

  get known(): boolean {
    return this.#session !== null;
  }

  /** From here on the flow is `protocol`'s. */
  begin(protocol: string, open: () => Session): void {
    this.#protocol = protocol;
    this.#desk.identify(this.#flow, protocol, this.#transport);
    this.#enter();
    this.#session = open();
  }

  data(side: Side, message: Reader): void {
    this.#enter();
    this.#session?.data(side, message);
    message.overrun = false;
  }

  gap(side: Side, lost: number): void {
    this.#enter();
    this.#session?.gap?.(side, lost);
  }

  /** Lets the session say its last word, and forgets it. */
  close(): void {
    this.#enter();
    this.#session?.close?.();
    this.#session = null;
  }

  #enter(): void {
    this.#desk.enter(this.#flow, this.#protocol, this.#transport);
  }
}
