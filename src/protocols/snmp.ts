/**
 * SNMP v1, v2c and v3. Normative: RFC 1157 (v1), RFC 1901 and RFC 3416 (v2c and the PDUs), RFC 3412 and
 * RFC 3414 (v3 and its user-based security model), RFC 3411 §5 (engine identifiers), RFC 3418 (system
 * group), RFC 6933 (entPhysicalTable), RFC 3430 (over TCP).
 *
 * A community is a password: only a name that everybody knows is ever told. sysContact and sysLocation name
 * people and rooms, so they are read past, as is every other value.
 */
import type { Analyzer, Context, Session } from "../analysis/analyzer.ts";
import { Verdict } from "../analysis/analyzer.ts";
import { other, Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import { BerFault, BerReader, BerTag } from "../packet/ber.ts";
import type { Reader } from "../packet/reader.ts";
import { observeOid, readBindings } from "./snmp-bindings.ts";
import { communityName } from "./snmp-communities.ts";
import { ENGINE_LIMIT, engineMac, enterpriseNumber, hexText } from "./snmp-engine.ts";
import { ERRORS, isPdu, LEVELS, PDU_NAMES, Pdu, REFUSALS, TRAPS, VERSIONS } from "./snmp-names.ts";
import { security, takeHeader, takeScopedPdu, takeSecurity, USER_LIMIT } from "./snmp-usm.ts";

export const analyzer: Analyzer = {
  protocol: "snmp",
  fields: {
    /** `1`, `2c`, `2u` or `3`. */
    version: "open",
    /** What was asked of, or said by, the agent: `get`, `set`, `response`, `trap` … */
    pdu: "open",
    /** A well-known name in lower case, `empty`, or `other` for anything that may be a secret. */
    community: "open",
    /** v3: `noAuthNoPriv`, `authNoPriv`, `authPriv`. */
    security_level: "open",
    /** v3: the user, which crosses in clear text even with `authPriv`. */
    user: "identifier",
    /** v3: the agent's engine identifier in hexadecimal; the IANA enterprise number and MAC address in it. */
    engine_id: "identifier",
    enterprise: "open",
    engine_mac: "identifier",
    /** sysDescr.0 (may hold a host name), sysObjectID.0, sysServices.0. */
    sys_descr: "identifier",
    sys_object_id: "open",
    sys_services: "open",
    /** entPhysicalTable, any row: manufacturer, model and revisions. */
    entity_vendor: "open",
    entity_model: "open",
    entity_hardware: "open",
    entity_firmware: "open",
    entity_software: "open",
    /** v1: generic trap in the RFC's words. */
    trap: "open",
    /** v1: enterprise; v2c and v3: snmpTrapOID. */
    trap_oid: "open",
  },
  udp: {
    ports: [161, 162],
    leads: [BerTag.Sequence],
    probe: (datagram) => probe(datagram),
    open: (context) => new SnmpSession(context, false),
  },
  tcp: {
    ports: [161, 162],
    leads: { originator: [BerTag.Sequence], responder: [BerTag.Sequence] },
    // RFC 3430 §2.1: an engine takes at least 8192 octets; the default limit holds twice that.
    probe: ({ originator, responder }) => probe(originator.remaining > 0 ? originator : responder),
    open: (context) => new SnmpSession(context, true),
  },
};

const TRAP_PORT = 162;
const COLON = 0x3a;

const ber = new BerReader();
const scratch = new Uint8Array(ENGINE_LIMIT * 2);

/** `Yes` for one whole message; `Maybe` when it is cut, followed by more, or holds no PDU that we know. */
function probe(message: Reader): Verdict {
  ber.reset(message.bytes, message.position, message.end);
  if (!ber.take(BerTag.Sequence)) return Verdict.No;
  const exact = ber.stop === message.end;
  ber.enter();
  if (!ber.take(BerTag.Integer) || ber.stop - ber.start !== 1) return Verdict.No;
  const version = ber.integer();
  if (version < 0 || version > 3) return Verdict.No;
  if (version === 3 && !ber.take(BerTag.Sequence)) return Verdict.No;
  if (!ber.take(BerTag.OctetString)) return Verdict.No;
  const known = version >= 2 || (ber.next() && isPdu(ber.tag));
  return known && exact && !ber.cut ? Verdict.Yes : Verdict.Maybe;
}

class SnmpSession implements Session {
  readonly #observe: Observer;
  readonly #context: Context;
  readonly #stream: boolean;
  /** The last request of the originator was an Inform: its response comes from the manager. */
  #informed = false;
  /** v3: who asked and has not been answered. */
  #user: Uint8Array | null = null;
  #userLength = 0;
  #agent: Side = Side.Responder;

  constructor(context: Context, stream: boolean) {
    this.#context = context;
    this.#observe = context.observe;
    this.#stream = stream;
  }

  data(side: Side, message: Reader): void {
    if (!this.#stream) {
      this.#message(side, message.bytes, message.position, message.end);
      message.position = message.end;
      return;
    }
    while (message.position < message.end) {
      ber.reset(message.bytes, message.position, message.end);
      if (!ber.take(BerTag.Sequence)) {
        if (ber.fault === BerFault.Malformed) this.#context.done();
        return;
      }
      if (ber.cut) return;
      const end = ber.stop;
      this.#message(side, message.bytes, message.position, end);
      message.position = end;
    }
  }

  gap(): void {
    // Nothing marks where the next message begins.
    if (this.#stream) this.#context.done();
  }

  close(): void {
    if (this.#userLength > 0) this.#login("attempt");
  }

  #message(side: Side, bytes: Uint8Array, start: number, end: number): void {
    ber.reset(bytes, start, end);
    if (!ber.take(BerTag.Sequence)) return;
    ber.enter();
    if (!ber.take(BerTag.Integer)) return;
    const version = ber.integer();
    if (version === 3) this.#version3(side);
    else if (version === 0 || version === 1) this.#community(side, version);
    else if (version === 2) this.#observe.about(Side.Responder).string("version", "2u").emit();
  }

  #community(side: Side, version: number): void {
    if (!ber.take(BerTag.OctetString)) return;
    const { start, stop } = ber;
    const pdu = ber.next() && isPdu(ber.tag) ? ber.tag : 0;
    const agent = this.#agentOf(side, pdu);
    this.#observe
      .about(agent)
      .string("version", VERSIONS[version] as string)
      .string("pdu", PDU_NAMES[pdu - Pdu.Get] ?? "")
      .string("community", communityName(ber.bytes, start, stop))
      .emit();
    if (pdu === 0) return;
    ber.enter();
    if (pdu === Pdu.TrapV1) this.#trapV1(agent);
    else this.#pdu(side, agent, pdu);
  }

  /** Which end holds the managed objects. */
  #agentOf(side: Side, pdu: number): Side {
    if (pdu === Pdu.Inform) this.#informed = true;
    if (pdu === Pdu.Response) return this.#informed ? other(side) : side;
    if (pdu === Pdu.TrapV1 || pdu === Pdu.Trap || pdu === Pdu.Inform || pdu === Pdu.Report)
      return side;
    this.#informed = false;
    return other(side);
  }

  /** RFC 1157 §4.1.6: enterprise, agent-addr, generic-trap, specific-trap, time-stamp, variable-bindings. */
  #trapV1(agent: Side): void {
    if (!ber.take(BerTag.ObjectIdentifier)) return;
    observeOid(ber, this.#observe, agent, "trap_oid");
    if (!ber.next() || !ber.take(BerTag.Integer)) return;
    const trap = TRAPS[ber.integer()] ?? "";
    this.#observe.about(agent).string("trap", trap).emit();
    if (ber.take(BerTag.Integer) && ber.next()) readBindings(ber, this.#observe, agent);
  }

  /** RFC 3416 §3: request-id, error-status, error-index, variable-bindings. Returns a Report's counter. */
  #pdu(side: Side, agent: Side, pdu: number): number {
    if (!ber.take(BerTag.Integer) || !ber.take(BerTag.Integer)) return 0;
    const status = ber.integer();
    if (!ber.take(BerTag.Integer)) return 0;
    if (pdu === Pdu.Response && status > 0) {
      const code = ERRORS[status] ?? "";
      this.#observe.about(side).string("error.code", code).emit();
    }
    return side === agent ? readBindings(ber, this.#observe, agent) : 0;
  }

  /** RFC 3412 §6: what crosses in clear text, encrypted PDU or not. */
  #version3(side: Side): void {
    const outer = ber.end;
    if (!takeHeader(ber, outer) || !takeSecurity(ber, outer)) return;
    const pdu = takeScopedPdu(ber);
    const agent = this.#agentOf(side, pdu || this.#encryptedPdu(side));
    const bytes = ber.bytes;
    // Engine discovery (RFC 3414 §4) is never authenticated: it says nothing of how the agent is set up.
    const discovery = security.user === security.userStop;
    this.#observe
      .about(agent)
      .string("version", "3")
      .string("pdu", pdu === 0 ? "encrypted" : (PDU_NAMES[pdu - Pdu.Get] as string))
      .string("security_level", discovery ? "" : (LEVELS[security.flags & 3] as string))
      .text("user", bytes, security.user, security.userStop)
      .emit();
    if (side === agent) this.#engine(agent, bytes, security.engine, security.engineStop);
    const refusal = REFUSALS[pdu === 0 ? 0 : this.#pdu(side, agent, pdu)] ?? "";
    if (pdu === Pdu.Report) this.#observe.about(side).string("error.code", refusal).emit();
    if (pdu !== Pdu.Report || refusal !== "") this.#account(side !== agent, agent, refusal);
  }

  /** What an encrypted PDU must be, by the direction it goes. */
  #encryptedPdu(side: Side): number {
    if (side === Side.Responder) return Pdu.Response;
    return this.#context.flow.responderPort === TRAP_PORT ? Pdu.Trap : Pdu.Get;
  }

  #engine(agent: Side, bytes: Uint8Array, start: number, stop: number): void {
    if (stop - start < 5 || stop - start > ENGINE_LIMIT) return;
    const observe = this.#observe.about(agent);
    const length = hexText(bytes, start, stop, scratch, 0);
    observe.text("engine_id", scratch, 0, length);
    observe.number("enterprise", enterpriseNumber(bytes, start, stop)).emit();
    const mac = engineMac(bytes, start, stop);
    if (mac < 0) return;
    const macLength = hexText(bytes, mac, mac + 6, scratch, COLON);
    this.#observe.about(agent).text("engine_mac", scratch, 0, macLength).emit();
  }

  /** A user who asked, and whether the agent let them in. */
  #account(asked: boolean, agent: Side, refusal: string): void {
    const { user: start, userStop: stop } = security;
    if (asked) {
      if (start === stop) return;
      this.#user ??= new Uint8Array(USER_LIMIT);
      for (let at = start; at < stop; at++) this.#user[at - start] = ber.bytes[at] as number;
      this.#userLength = stop - start;
      this.#agent = agent;
    } else if (this.#userLength > 0) {
      this.#login(refusal === "" ? "success" : "failure");
    }
  }

  #login(outcome: string): void {
    this.#observe
      .about(this.#agent)
      .text("login.user", this.#user as Uint8Array, 0, this.#userLength)
      .string("login.mechanism", "usm")
      .string("login.outcome", outcome)
      .number("login.password_seen", 0)
      .emit();
    this.#userLength = 0;
  }
}
