/** What an SNMP agent says of itself in variable bindings. Normative: RFC 3416 §3, RFC 3418, RFC 6933. */
import type { Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import { type BerReader, BerTag, OID_TEXT_LIMIT, oidText } from "../packet/ber.ts";
import { ENTITY_FIELDS, Oid } from "./snmp-names.ts";

/** Bindings read of one message; a response of 64 KiB can hold thousands. */
const BINDING_LIMIT = 128;

const scratch = new Uint8Array(OID_TEXT_LIMIT);

/**
 * Reads a VarBindList. Values of the system group and of entPhysicalTable become observations about `agent`,
 * all others are read past. Returns N when usmStats.N is among them (a Report), otherwise 0.
 */
export function readBindings(ber: BerReader, observe: Observer, agent: Side): number {
  if (!ber.take(BerTag.Sequence)) return 0;
  ber.enter();
  let usm = 0;
  for (let index = 0; index < BINDING_LIMIT && ber.more; index++) {
    const outer = ber.end;
    if (!ber.take(BerTag.Sequence)) return usm;
    ber.enter();
    if (!ber.take(BerTag.ObjectIdentifier)) return usm;
    if (ber.startsWith(Oid.UsmStats)) usm = lastOf(ber, Oid.UsmStats.length) || usm;
    else binding(ber, observe, agent);
    ber.position = ber.end;
    ber.leave(outer);
  }
  return usm;
}

/** Observes the element just taken, an object identifier, as dotted decimals. */
export function observeOid(ber: BerReader, observe: Observer, about: Side, field: string): void {
  const length = oidText(ber.bytes, ber.start, ber.stop, scratch);
  observe.about(about).text(field, scratch, 0, length).emit();
}

function binding(ber: BerReader, observe: Observer, agent: Side): void {
  if (ber.equals(Oid.TrapOid)) oidValue(ber, observe, agent, "trap_oid");
  else if (ber.startsWith(Oid.System)) system(ber, observe, agent);
  else if (ber.startsWith(Oid.Entity)) {
    const field = ENTITY_FIELDS[lastOf(ber, Oid.Entity.length)] ?? "";
    if (field !== "") textValue(ber, observe, agent, field);
  }
}

/** Scalars of the system group, 1.3.6.1.2.1.1.N.0. sysContact (4) and sysLocation (6) name people and places. */
function system(ber: BerReader, observe: Observer, agent: Side): void {
  const at = ber.start + Oid.System.length;
  if (ber.stop - at !== 2 || ber.bytes[at + 1] !== 0) return;
  const scalar = ber.bytes[at];
  if (scalar === 1) textValue(ber, observe, agent, "sys_descr");
  else if (scalar === 2) oidValue(ber, observe, agent, "sys_object_id");
  else if (scalar === 5) textValue(ber, observe, agent, "host.name");
  else if (scalar === 7 && ber.take(BerTag.Integer)) {
    const services = ber.integer();
    // RFC 3418: a sum of 2^(layer − 1), layers 1 to 7.
    if (services >= 0 && services <= 127) {
      observe.about(agent).number("sys_services", services).emit();
    }
  }
}

/** The octet `skip` behind the start of the element, or 0 when it is shorter. */
function lastOf(ber: BerReader, skip: number): number {
  const at = ber.start + skip;
  return at < ber.stop ? (ber.bytes[at] as number) : 0;
}

function textValue(ber: BerReader, observe: Observer, agent: Side, field: string): void {
  if (!ber.take(BerTag.OctetString)) return;
  observe.about(agent).text(field, ber.bytes, ber.start, ber.stop).emit();
}

function oidValue(ber: BerReader, observe: Observer, agent: Side, field: string): void {
  if (ber.take(BerTag.ObjectIdentifier)) observeOid(ber, observe, agent, field);
}
