/** Words of the SNMP RFCs for the numbers on the wire. */

/** `version` as on the wire; 2 is the short-lived SNMPv2u (RFC 1910). */
export const VERSIONS: readonly string[] = ["1", "2c", "2u", "3"];

/** The two low bits of msgFlags: RFC 3412 §6.4. Privacy without authentication is not allowed. */
export const LEVELS: readonly string[] = ["noAuthNoPriv", "authNoPriv", "", "authPriv"];

/** Context-specific constructed tags: RFC 3416 §3. */
export const Pdu = {
  Get: 0xa0,
  GetNext: 0xa1,
  Response: 0xa2,
  Set: 0xa3,
  TrapV1: 0xa4,
  GetBulk: 0xa5,
  Inform: 0xa6,
  Trap: 0xa7,
  Report: 0xa8,
} as const;

export function isPdu(tag: number): boolean {
  return tag >= Pdu.Get && tag <= Pdu.Report;
}

/** By tag − `Pdu.Get`. */
export const PDU_NAMES: readonly string[] = [
  "get",
  "get-next",
  "response",
  "set",
  "trap",
  "get-bulk",
  "inform",
  "trap",
  "report",
];

/** generic-trap: RFC 1157 §4.1.6. */
export const TRAPS: readonly string[] = [
  "coldStart",
  "warmStart",
  "linkDown",
  "linkUp",
  "authenticationFailure",
  "egpNeighborLoss",
  "enterpriseSpecific",
];

/** error-status: RFC 3416 §3. */
export const ERRORS: readonly string[] = [
  "",
  "tooBig",
  "noSuchName",
  "badValue",
  "readOnly",
  "genErr",
  "noAccess",
  "wrongType",
  "wrongLength",
  "wrongEncoding",
  "wrongValue",
  "noCreation",
  "inconsistentValue",
  "resourceUnavailable",
  "commitFailed",
  "undoFailed",
  "authorizationError",
  "notWritable",
  "inconsistentName",
];

/**
 * The counters 1.3.6.1.6.3.15.1.1.N that refuse a user: RFC 3414 §5. The others (2, 4) are how a manager
 * learns the engine's identifier and clock.
 */
export const REFUSALS: readonly string[] = [
  "",
  "usmStatsUnsupportedSecLevels",
  "",
  "usmStatsUnknownUserNames",
  "",
  "usmStatsWrongDigests",
  "usmStatsDecryptionErrors",
];

/** Fields by column of entPhysicalTable: RFC 6933 §3. */
export const ENTITY_FIELDS: readonly string[] = [
  "",
  "",
  "",
  "",
  "",
  "",
  "",
  "",
  "entity_hardware",
  "entity_firmware",
  "entity_software",
  "",
  "entity_vendor",
  "entity_model",
];

/** Object identifiers by their content octets (X.690 §8.19). */
export const Oid = {
  /** mib-2 system. */
  System: Uint8Array.of(0x2b, 6, 1, 2, 1, 1),
  /** entPhysicalEntry. */
  Entity: Uint8Array.of(0x2b, 6, 1, 2, 1, 47, 1, 1, 1, 1),
  /** usmStats. */
  UsmStats: Uint8Array.of(0x2b, 6, 1, 6, 3, 15, 1, 1),
  /** snmpTrapOID.0. */
  TrapOid: Uint8Array.of(0x2b, 6, 1, 6, 3, 1, 1, 4, 1, 0),
} as const;
