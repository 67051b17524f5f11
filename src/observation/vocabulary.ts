/**
 * Fields that many protocols share, with their privacy class. Fields of one protocol are declared by its
 * analyzer. There is no class for secrets: a password, a patient field or a payload is not a field at all.
 *
 * `open` may leave the sensor. `identifier` may name a person or a place and leaves as is, or as a keyed
 * HMAC when the site says so.
 */
export type Privacy = "open" | "identifier";

export const SHARED_FIELDS = {
  /** A login that crossed in clear text. */
  "login.user": "identifier",
  /** `attempt` (nobody answered yet, or the answer is not understood), `success` or `failure`. */
  "login.outcome": "open",
  /** How: `plain`, `basic`, `prompt`, `anonymous`, `digest` … */
  "login.mechanism": "open",
  /** 1 when a password was on the wire in clear text, 0 when none was asked for. */
  "login.password_seen": "open",

  /** A file that moved, named as on the wire. */
  "file.name": "identifier",
  /** Bytes, where the protocol or the stream says so. */
  "file.size": "open",
  /** Seen from the subject: `sent` or `received`. */
  "file.direction": "open",

  /** A service that has answered. The subject offers it. */
  "service.port": "open",
  "service.transport": "open",
  /** Protocol that the content showed; absent when only the handshake was seen. */
  "service.protocol": "open",
  /** The subject asked for a service that did not answer or refused. */
  "attempt.port": "open",
  "attempt.outcome": "open",

  /**
   * How MAC and IP address of the subject were seen together, best first: `arp`, `dhcp`, `ndp` (declared),
   * `local` (a packet that a router does not forward), `frame` (any packet: may have come through a router).
   */
  "host.binding": "open",
  /** TTL or hop limit as it arrived. */
  "host.ttl": "open",
  /** A name that the host calls itself. */
  "host.name": "identifier",
  /** The subject says that it is a router (DHCP option 3, NDP router flag …). */
  "host.router": "open",

  /**
   * Made by the inventory (observations with protocol `inventory`): two MAC addresses claim the subject's IP
   * address. `contested`: both did within minutes; `moved`: the other had been silent for longer.
   */
  "host.address_conflict": "open",
  /** Made by the inventory: packets of at least this many other addresses come through this MAC address. */
  "host.forwards": "open",

  /** What went wrong in the words of the protocol: a status code, a reason. */
  "error.code": "open",
  "error.count": "open",
} as const satisfies Record<string, Privacy>;

/** Every field that an observation can carry, with its privacy class. */
export type Vocabulary = ReadonlyMap<string, Privacy>;
