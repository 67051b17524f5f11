/** What all conversations share: the registry, the hinge, pools and counters. */
import type { Flow } from "../flow/flow.ts";
import type { FlowTable } from "../flow/flow-table.ts";
import { SegmentPool } from "../flow/segments.ts";
import type { Hinge } from "../observation/hinge.ts";
import type { Observation } from "../observation/observation.ts";
import { Reader } from "../packet/reader.ts";
import type { Watch } from "./detector.ts";
import { Expectations } from "./expectations.ts";
import { PendingBudget } from "./pending.ts";
import type { Registry } from "./registry.ts";

export class Desk {
  readonly registry: Registry;
  readonly hinge: Hinge;
  readonly flows: FlowTable;
  readonly segments = new SegmentPool();
  readonly budget = new PendingBudget();
  readonly expectations = new Expectations();
  readonly watches: readonly { readonly name: string; readonly watch: Watch }[];
  /** For sessions, and for the probes: conversations never overlap in time. */
  readonly message = new Reader();
  readonly originator = new Reader();
  readonly responder = new Reader();

  probes = 0;
  identified = 0;
  unknown = 0;
  gaps = 0;
  lostBytes = 0;
  overlong = 0;

  constructor(registry: Registry, hinge: Hinge, flows: FlowTable) {
    this.registry = registry;
    this.hinge = hinge;
    this.flows = flows;
    this.watches = registry.detectors.map((detector) => ({
      name: detector.name,
      watch: detector.open(hinge),
    }));
  }

  /** What is observed from here on concerns this flow and is said by `protocol`. */
  enter(flow: Flow, protocol: string, transport: NonNullable<Observation["transport"]>): void {
    const { hinge } = this;
    hinge.flow = flow;
    hinge.protocol = protocol;
    hinge.transport = transport;
  }

  /** Content has shown what the flow is. */
  identify(flow: Flow, protocol: string, transport: NonNullable<Observation["transport"]>): void {
    this.identified++;
    if (flow.protocol === "") flow.protocol = protocol;
    for (const { name, watch } of this.watches) {
      if (watch.identified === undefined) continue;
      this.enter(flow, name, transport);
      watch.identified(flow);
    }
  }

  statistics(): Record<string, number> {
    const { probes, identified, unknown, gaps, overlong } = this;
    return {
      probes,
      identified,
      unknown,
      gaps,
      lost_bytes: this.lostBytes,
      overlong,
      held_bytes_peak: this.budget.peak,
      held_bytes_refused: this.budget.refused,
      waiting_blocks_peak: this.segments.peak,
      waiting_blocks_refused: this.segments.refused,
    };
  }
}
