/**
 * What the ends tell each other in subnegotiations. Normative: RFC 1091 (terminal type), RFC 1572 and RFC
 * 1408 (environment), RFC 2217 (serial ports), RFC 2941 (authentication), RFC 2946 (encryption),
 * draft-altman-telnet-starttls (option 46).
 */

export const Option = {
  TerminalType: 24,
  OldEnvironment: 36,
  Authentication: 37,
  Encryption: 38,
  Environment: 39,
  SerialPort: 44,
  StartTls: 46,
} as const;

/** First byte of a subnegotiation: RFC 1091 §2 and RFC 1572 §2; RFC 2946 §2; the draft. */
export const Sub = { Is: 0, Send: 1, Info: 2, EncryptionStart: 3, TlsFollows: 1 } as const;

/** RFC 2217 §3: the serial server's SIGNATURE. */
export const SERVER_SIGNATURE = 100;

/** Highest option that was assigned in the old days, and those assigned since (IANA telnet-options). */
export function isAssigned(option: number): boolean {
  return option <= 49 || (option >= 138 && option <= 140) || option === 255;
}

/** Where a value lies: [start, end). */
export interface Span {
  start: number;
  end: number;
}

/**
 * Finds the value of the well-known variable USER in an environment (after IS or INFO). RFC 1572 §2: VAR 0,
 * VALUE 1, ESC 2, USERVAR 3; RFC 1408 had VAR and VALUE the other way round, with some implementations.
 */
export function findUser(content: Uint8Array, length: number, into: Span): boolean {
  for (let at = 1; at + 5 < length; at++) {
    const kind = content[at] as number;
    if (kind > 1 && kind !== 3) continue;
    if (!isUser(content, at + 1)) continue;
    const separator = content[at + 5] as number;
    if (separator > 1 || separator === kind) continue;
    into.start = at + 6;
    into.end = into.start;
    while (into.end < length && (content[into.end] as number) > 3) into.end++;
    return into.end > into.start;
  }
  return false;
}

function isUser(content: Uint8Array, at: number): boolean {
  return (
    content[at] === 0x55 &&
    content[at + 1] === 0x53 &&
    content[at + 2] === 0x45 &&
    content[at + 3] === 0x52
  );
}
