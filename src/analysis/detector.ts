/**
 * The contract of a behaviour detector: one file in `src/behaviour/` that exports `detector`. It sees flows,
 * not content, and says what happened, never how bad that is. The rules of the packet path apply.
 */

import type { Flow } from "../flow/flow.ts";
import type { CloseReason } from "../flow/flow-table.ts";
import type { Observer } from "../observation/observer.ts";
import type { Privacy } from "../observation/vocabulary.ts";
import type { Packet } from "../packet/packet.ts";

export interface Detector {
  readonly name: string;
  /** Its own fields without the `name.` prefix. Shared fields need no declaration. */
  readonly fields: Readonly<Record<string, Privacy>>;
  open(observe: Observer): Watch;
}

/** What a detector wants to hear of. `observe.about(side)` means the flow of the call. */
export interface Watch {
  /** The first packet of a flow. */
  opened?(flow: Flow, packet: Packet): void;
  /** The first packet of the responder. */
  answered?(flow: Flow, packet: Packet): void;
  /** Content has shown what the flow is: `flow.protocol`. */
  identified?(flow: Flow): void;
  closed?(flow: Flow, reason: CloseReason): void;
}
