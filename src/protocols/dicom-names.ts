/** Names of the codes in DICOM PDUs and command sets. Normative: PS3.8 §9.3.4, §9.3.8, table 9-18; PS3.7 annex E.1. */

/** Table 9-21: by source and reason. */
export function rejectReason(source: number, reason: number): string {
  if (source === 1) return USER_REJECTS[reason] ?? "reserved";
  if (source === 2) return reason === 2 ? "protocol-version-not-supported" : "no-reason-given";
  if (reason === 1) return "temporary-congestion";
  return reason === 2 ? "local-limit-exceeded" : "reserved";
}

const USER_REJECTS: readonly (string | undefined)[] = [
  undefined,
  "no-reason-given",
  "application-context-name-not-supported",
  "calling-ae-title-not-recognized",
  undefined,
  undefined,
  undefined,
  "called-ae-title-not-recognized",
];

export function abortSource(source: number): string {
  if (source === 0) return "service-user";
  return source === 2 ? "service-provider" : "reserved";
}

/** Table 9-26; a user gives no reason. */
export function abortReason(source: number, reason: number): string {
  return source === 2 ? (PROVIDER_ABORTS[reason] ?? "reserved") : "";
}

const PROVIDER_ABORTS: readonly (string | undefined)[] = [
  "reason-not-specified",
  "unrecognized-pdu",
  "unexpected-pdu",
  undefined,
  "unrecognized-pdu-parameter",
  "unexpected-pdu-parameter",
  "invalid-pdu-parameter-value",
];

/** Table 9-18: result of a presentation context that was not accepted. */
export function contextRefusal(result: number): string {
  return CONTEXT_REFUSALS[result] ?? "reserved";
}

const CONTEXT_REFUSALS: readonly (string | undefined)[] = [
  undefined,
  "user-rejection",
  "no-reason",
  "abstract-syntax-not-supported",
  "transfer-syntaxes-not-supported",
];

/** Command Field (0000,0100) without the bit of a response; empty when unknown. */
export function commandName(field: number): string {
  switch (field & 0x7fff) {
    case 0x0001:
      return "C-STORE";
    case 0x0010:
      return "C-GET";
    case 0x0020:
      return "C-FIND";
    case 0x0021:
      return "C-MOVE";
    case 0x0030:
      return "C-ECHO";
    case 0x0100:
      return "N-EVENT-REPORT";
    case 0x0110:
      return "N-GET";
    case 0x0120:
      return "N-SET";
    case 0x0130:
      return "N-ACTION";
    case 0x0140:
      return "N-CREATE";
    case 0x0150:
      return "N-DELETE";
    case 0x0fff:
      return "C-CANCEL";
    default:
      return "";
  }
}
