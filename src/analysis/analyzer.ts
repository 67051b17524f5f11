/**
 * The contract of a protocol analyzer: one file in `src/protocols/` that exports `analyzer`. Nothing else
 * names it: the registry reads the folder.
 *
 * Rules of the packet path apply: nothing throws, nothing is allocated per packet, a message is valid
 * during the call only, every list has a named limit.
 */
import type { Flow, Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import type { Privacy } from "../observation/vocabulary.ts";
import type { Packet } from "../packet/packet.ts";
import type { Reader } from "../packet/reader.ts";

export interface Analyzer {
  /** Lower case, as people write it: `telnet`, `dicom`. */
  readonly protocol: string;
  /** Its own fields without the `protocol.` prefix. Shared fields need no declaration. */
  readonly fields: Readonly<Record<string, Privacy>>;
  readonly tcp?: StreamHandler;
  readonly udp?: DatagramHandler;
  readonly link?: LinkHandler;
  readonly ip?: IpHandler;
}

/** A byte stream, reassembled in order. */
export interface StreamHandler {
  /** Where it is usually found. Only the order of probing depends on it, and the fate of a `Maybe`. */
  readonly ports: readonly number[];
  /**
   * The bytes that either end's first message can begin with; a flow that starts otherwise is not probed.
   * Leave it out only when any byte is possible.
   */
  readonly leads?: Leads;
  /** Most bytes that an incomplete message may hold back per direction. Default 16 KiB. */
  readonly limit?: number;
  probe(beginning: Beginning): Verdict;
  open(context: Context): Session;
}

/** Datagrams. Broadcast and multicast arrive here too: the flow says so (`FlowState.Group`). */
export interface DatagramHandler {
  readonly ports: readonly number[];
  readonly leads?: readonly number[];
  probe(datagram: Reader, flow: Flow, side: Side): Verdict;
  open(context: Context): Session;
}

/** Frames above Ethernet that are not IP: ARP, LLDP, CDP, spanning tree … */
export interface LinkHandler {
  /** As in `Packet.etherType`: EtherType, LLC DSAP, or SNAP OUI × 65536 + PID. */
  readonly etherTypes: readonly number[];
  frame(message: Reader, packet: Packet, observe: Observer): void;
}

/** Packets right above IP without ports: ICMPv6, IGMP … `message` starts at the transport header. */
export interface IpHandler {
  readonly protocols: readonly number[];
  packet(message: Reader, packet: Packet, observe: Observer): void;
}

/** Possible first bytes of the first message of each end. A missing side: any byte (or it speaks second). */
export interface Leads {
  readonly originator?: readonly number[];
  readonly responder?: readonly number[];
}

/**
 * What both ends have said so far, both readers at the start of the flow. In a flow that was picked up in
 * mid-stream the ends may be tried both ways round.
 */
export interface Beginning {
  readonly originator: Reader;
  readonly responder: Reader;
  readonly flow: Flow;
}

/**
 * `Maybe`: nothing contradicts, more bytes would tell. When no more come, or the budget of probing is spent,
 * a `Maybe` wins if the flow uses one of the handler's ports, and loses otherwise.
 */
export const Verdict = { No: 0, Maybe: 1, Yes: 2 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** The state of one conversation in one analyzer. */
export interface Session {
  /**
   * The next bytes from `side`: for a stream all that is held, for datagrams one datagram. A stream session
   * takes whole messages and leaves `message.position` before the first incomplete one; the rest is kept and
   * given again with what follows.
   */
  data(side: Side, message: Reader): void;
  /**
   * `bytes` of the stream were lost (not captured, or dropped because a message passed the limit). What was
   * held back is gone; the next `data` starts somewhere behind the hole: find the next message.
   */
  gap?(side: Side, bytes: number): void;
  /** The flow ended, or the analysis was handed over. The last chance to observe. */
  close?(): void;
}

/** What a session may ask of the flow it belongs to. */
export interface Context {
  readonly flow: Flow;
  readonly observe: Observer;
  /**
   * The next `bytes` of `side`, counted from where `message.position` stands when `data` returns, are a body
   * nobody reads: they are dropped uncopied, holes in them included. `Infinity`: the rest of that direction.
   */
  skip(side: Side, bytes: number): void;
  /** Bytes of that side behind us on the wire by sequence number, holes included; payload bytes for UDP. */
  streamed(side: Side): number;
  /** This flow needs no further analysis: `data` is not called again. */
  done(): void;
  /**
   * From here on the flow speaks something else (STARTTLS, CONNECT, Upgrade). What this session has not yet
   * consumed, and all that follows, is probed anew, or given to the analyzer named.
   */
  handOver(protocol?: string): void;
  /** A flow to or from `port` of one end of this flow will come and belongs to `open`. */
  expect(expectation: Expectation): void;
}

export interface Expectation {
  readonly transport: "tcp" | "udp";
  /** Whose address it will use. */
  readonly side: Side;
  readonly port: number;
  /** Name it is observed under. */
  readonly protocol: string;
  open(context: Context): Session;
}
