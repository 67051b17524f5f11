/** Flows that a session has announced: FTP data connections, TFTP transfers. `LIMIT` at a time, the oldest goes. */
import type { Flow } from "../flow/flow.ts";
import { Side } from "../flow/flow.ts";
import { IpProtocol } from "../packet/packet.ts";
import type { Expectation } from "./analyzer.ts";

const LIMIT = 256;
/** How long an announced flow may keep us waiting, µs of packet time. */
const PATIENCE = 300e6;

interface Awaited {
  readonly expectation: Expectation;
  readonly transport: number;
  readonly ipVersion: number;
  readonly address: Uint8Array;
  readonly until: number;
}

export class Expectations {
  announced = 0;
  met = 0;
  expired = 0;

  readonly #awaited: Awaited[] = [];

  add(expectation: Expectation, flow: Flow, now: number): void {
    const at = expectation.side === Side.Originator ? flow.originatorAt : flow.responderAt;
    const address = flow.addresses.slice(at, at + (flow.ipVersion === 4 ? 4 : 16));
    const transport = expectation.transport === "tcp" ? IpProtocol.Tcp : IpProtocol.Udp;
    if (this.#awaited.length >= LIMIT) {
      this.#awaited.shift();
      this.expired++;
    }
    this.announced++;
    this.#awaited.push({
      expectation,
      transport,
      ipVersion: flow.ipVersion,
      address,
      until: now + PATIENCE,
    });
  }

  get waiting(): boolean {
    return this.#awaited.length > 0;
  }

  /** The expectation that this new flow meets. */
  meet(flow: Flow, now: number): Expectation | null {
    for (let index = this.#awaited.length - 1; index >= 0; index--) {
      const each = this.#awaited[index] as Awaited;
      if (now > each.until) {
        this.#awaited.splice(index, 1);
        this.expired++;
      } else if (fits(each, flow)) {
        this.#awaited.splice(index, 1);
        this.met++;
        return each.expectation;
      }
    }
    return null;
  }

  statistics(): Record<string, number> {
    const { announced, met, expired } = this;
    return { announced, met, expired };
  }
}

function fits(awaited: Awaited, flow: Flow): boolean {
  if (flow.transport !== awaited.transport || flow.ipVersion !== awaited.ipVersion) return false;
  const { port } = awaited.expectation;
  return (
    (flow.responderPort === port && same(flow.addresses, flow.responderAt, awaited.address)) ||
    (flow.originatorPort === port && same(flow.addresses, flow.originatorAt, awaited.address))
  );
}

function same(bytes: Uint8Array, at: number, address: Uint8Array): boolean {
  for (let index = 0; index < address.length; index++) {
    if (bytes[at + index] !== address[index]) return false;
  }
  return true;
}
