/**
 * The clear-text part of an SNMPv3 message. Normative: RFC 3412 §6 (message and scoped PDU), RFC 3414 §2.4
 * (user-based security model).
 */
import { type BerReader, BerTag } from "../packet/ber.ts";
import { isPdu } from "./snmp-names.ts";

/** RFC 3414 §2.4: a user name has at most 32 octets. */
export const USER_LIMIT = 32;
/** msgSecurityModel: RFC 3411 §5. */
const USM = 3;

/** Where the parts of the v3 header of the last message lie. */
export const security = { flags: 0, engine: 0, engineStop: 0, user: 0, userStop: 0 };

/** HeaderData: msgID, msgMaxSize, msgFlags, msgSecurityModel. RFC 3412 §6. */
export function takeHeader(ber: BerReader, outer: number): boolean {
  if (!ber.take(BerTag.Sequence)) return false;
  ber.enter();
  if (!ber.take(BerTag.Integer) || !ber.take(BerTag.Integer)) return false;
  if (!ber.take(BerTag.OctetString) || ber.start === ber.stop) return false;
  security.flags = ber.bytes[ber.start] as number;
  if (!ber.take(BerTag.Integer) || ber.integer() !== USM) return false;
  ber.leave(outer);
  return true;
}

/** UsmSecurityParameters, inside an OCTET STRING: engine, boots, time, user, two digests. RFC 3414 §2.4. */
export function takeSecurity(ber: BerReader, outer: number): boolean {
  if (!ber.take(BerTag.OctetString)) return false;
  ber.enter();
  if (!ber.take(BerTag.Sequence)) return false;
  ber.enter();
  if (!ber.take(BerTag.OctetString)) return false;
  security.engine = ber.start;
  security.engineStop = ber.stop;
  if (!ber.take(BerTag.Integer) || !ber.take(BerTag.Integer)) return false;
  if (!ber.take(BerTag.OctetString) || ber.stop - ber.start > USER_LIMIT) return false;
  security.user = ber.start;
  security.userStop = ber.stop;
  if (!ber.take(BerTag.OctetString) || !ber.take(BerTag.OctetString)) return false;
  ber.leave(outer);
  return true;
}

/** ScopedPDU up to the PDU's own content; 0 when it is encrypted or not one. RFC 3412 §6. */
export function takeScopedPdu(ber: BerReader): number {
  if (!ber.next() || ber.tag !== BerTag.Sequence) return 0;
  ber.enter();
  if (!ber.take(BerTag.OctetString) || !ber.take(BerTag.OctetString)) return 0;
  if (!ber.next() || !isPdu(ber.tag)) return 0;
  ber.enter();
  return ber.tag;
}
