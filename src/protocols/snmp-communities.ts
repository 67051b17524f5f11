/**
 * Community names that everybody knows: the protocol's own examples, defaults that vendors shipped, and
 * what scanners try first. CVE-1999-0516 and CVE-1999-0517 are the general findings; ILMI is CVE-2001-0711,
 * cable-docsis CVE-2004-1776. Compared without case, told in lower case.
 */
const KNOWN: readonly string[] = [
  "public",
  "private",
  "community",
  "snmp",
  "snmpd",
  "snmptrap",
  "trap",
  "snmpv2",
  "snmpv2c",
  "admin",
  "administrator",
  "manager",
  "monitor",
  "monitoring",
  "operator",
  "default",
  "guest",
  "test",
  "read",
  "readonly",
  "read-only",
  "readwrite",
  "read-write",
  "write",
  "ro",
  "rw",
  "access",
  "security",
  "secret",
  "system",
  "network",
  "router",
  "switch",
  "internal",
  "proxy",
  "rmon",
  "rmon_admin",
  "hp_admin",
  "all private",
  "all public",
  "ilmi",
  "cable-docsis",
  "cisco",
  "apc",
  "canopy",
  "netman",
  "mngt",
  "tivoli",
  "openview",
  "agent",
  "core",
  "root",
  "password",
  "1234",
  "0",
];

/** Names by length, so that a message is compared with a few. */
const BY_LENGTH: readonly (readonly string[])[] = Array.from({ length: 16 }, (_, length) =>
  KNOWN.filter((name) => name.length === length),
);

/** A name of the list, `empty`, or `other`: nothing that could be a site's secret. */
export function communityName(bytes: Uint8Array, start: number, stop: number): string {
  const length = stop - start;
  if (length === 0) return "empty";
  const candidates = BY_LENGTH[length];
  if (candidates === undefined) return "other";
  for (const name of candidates) if (isName(bytes, start, name)) return name;
  return "other";
}

function isName(bytes: Uint8Array, start: number, name: string): boolean {
  for (let index = 0; index < name.length; index++) {
    const code = bytes[start + index] as number;
    const lower = code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
    if (lower !== name.charCodeAt(index)) return false;
  }
  return true;
}
