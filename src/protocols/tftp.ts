/**
 * TFTP: requests on any port, and the transfers that follow on ports chosen for each. Normative: RFC 1350;
 * options RFC 2347, block size RFC 2348, transfer size RFC 2349, window size RFC 7440.
 *
 * The server answers from a new port to the port the request came from, so the transfer is another flow:
 * the request announces it. A few servers answer from port 69 itself.
 */
import type { Analyzer, Context, Session } from "../analysis/analyzer.ts";
import { Verdict } from "../analysis/analyzer.ts";
import { type Flow, Side } from "../flow/flow.ts";
import type { Reader } from "../packet/reader.ts";
import { startsWith } from "../packet/reader.ts";
import { NAME_LIMIT, Opcode, Transfer, takeText } from "./tftp-transfer.ts";

export const analyzer: Analyzer = {
  protocol: "tftp",
  fields: {
    /** What the client asked for: `read` or `write`. With a file name but without a size: nothing moved yet. */
    operation: "open",
    /** `octet`, `netascii`, `mail`. */
    mode: "open",
    /** The text that goes with an error code. It may name the file. */
    error: "identifier",
    /** Size that either end announced before the transfer (option tsize), bytes. */
    announced_size: "open",
  },
  udp: {
    ports: [69],
    leads: [0],
    probe,
    open: (context) => new RequestSession(context),
  },
};

const MODES = ["octet", "netascii", "mail"];

/** A request whole: opcode, a printable name, a known mode, then pairs of options. */
function probe(datagram: Reader, _flow: Flow, side: Side): Verdict {
  if (side !== Side.Originator) return Verdict.No;
  return isRequest(datagram) ? Verdict.Yes : Verdict.No;
}

function isRequest(message: Reader): boolean {
  const opcode = message.u16();
  if (opcode !== Opcode.Read && opcode !== Opcode.Write) return false;
  const name = message.position;
  const nameEnd = takeText(message, NAME_LIMIT);
  // An empty name is a request too, if a useless one.
  if (nameEnd < name) return false;
  const mode = message.position;
  return takeText(message, 16) > mode && modeAt(message.bytes, mode, message.end) !== "";
}

function modeAt(bytes: Uint8Array, at: number, end: number): string {
  for (const mode of MODES) {
    const after = at + mode.length;
    if (after < end && bytes[after] === 0 && startsWith(bytes, at, end, mode)) return mode;
  }
  return "";
}

/** The flow that asks: client to port 69, or wherever. */
class RequestSession implements Session {
  readonly #context: Context;
  readonly #wire = new WireLength();
  #transfer: Transfer | null = null;

  constructor(context: Context) {
    this.#context = context;
  }

  data(side: Side, message: Reader): void {
    const length = this.#wire.take(this.#context, side, message);
    const start = message.position;
    const request = side === Side.Originator && isRequest(message);
    message.rewind(start);
    if (request) this.#request(message);
    else this.#transfer?.datagram(this.#context, Side.Responder, side, message, length);
  }

  close(): void {
    this.#transfer?.close(this.#context, Side.Responder);
  }

  /** Once per transfer, not per packet: a name is kept. */
  #request(message: Reader): void {
    const context = this.#context;
    const write = message.u16() === Opcode.Write;
    const { bytes, position } = message;
    const name = bytes.slice(position, takeText(message, NAME_LIMIT));
    const mode = modeAt(bytes, message.position, message.end);
    takeText(message, 16);
    const repeated = this.#transfer?.isFor(write, name) === true;
    const transfer = repeated ? (this.#transfer as Transfer) : new Transfer(write, mode, name);
    transfer.asked(context, Side.Responder);
    transfer.options(context, Side.Responder, message, false);
    if (repeated) return;
    this.#transfer = transfer;
    const port = context.flow.originatorPort;
    context.expect({
      transport: "udp",
      side: Side.Originator,
      port,
      protocol: "tftp",
      open: (answer) => new TransferSession(answer, transfer, port),
    });
  }
}

/** The flow that the server's answer opens: its port is new, the client's is that of the request. */
class TransferSession implements Session {
  readonly #context: Context;
  readonly #transfer: Transfer;
  readonly #server: Side;
  readonly #wire = new WireLength();

  constructor(context: Context, transfer: Transfer, clientPort: number) {
    this.#context = context;
    this.#transfer = transfer;
    // The server speaks first, unless the capture missed it.
    const answered = context.flow.responderPort === clientPort;
    this.#server = answered ? Side.Originator : Side.Responder;
  }

  data(side: Side, message: Reader): void {
    const length = this.#wire.take(this.#context, side, message);
    this.#transfer.datagram(this.#context, this.#server, side, message, length);
  }

  close(): void {
    this.#transfer.close(this.#context, this.#server);
  }
}

/** How long a datagram was on the wire: a capture with a short snap length holds only its beginning. */
class WireLength {
  readonly #before: [number, number] = [0, 0];

  take(context: Context, side: Side, message: Reader): number {
    const total = context.streamed(side);
    const length = total - this.#before[side];
    this.#before[side] = total;
    return Math.max(length, message.remaining);
  }
}
