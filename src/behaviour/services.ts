/**
 * Services, only once they have answered: a SYN-ACK, or content that an analyzer recognised and the responder
 * took part in. The product behind a port is said by the protocol's own fields.
 */
import type { Detector, Watch } from "../analysis/detector.ts";
import { type Flow, FlowState, Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import { IpProtocol } from "../packet/packet.ts";

export const detector: Detector = {
  name: "services",
  fields: {},
  open: (observe) => new Services(observe),
};

class Services implements Watch {
  readonly #observe: Observer;

  constructor(observe: Observer) {
    this.#observe = observe;
  }

  answered(flow: Flow): void {
    if (flow.has(FlowState.SynAck) || flow.protocol !== "") this.#report(flow);
  }

  identified(flow: Flow): void {
    if (flow.has(FlowState.Answered)) this.#report(flow);
  }

  /** The originator of an announced flow has asked for it: the other end's port is no service. */
  #report(flow: Flow): void {
    if (flow.has(FlowState.Expected) || flow.has(FlowState.Group)) return;
    const transport = TRANSPORTS[flow.transport];
    if (transport === undefined) return;
    this.#observe
      .about(Side.Responder)
      .number("service.port", flow.responderPort)
      .string("service.transport", transport)
      .string("service.protocol", flow.protocol)
      .emit();
  }
}

const TRANSPORTS: Readonly<Record<number, string>> = {
  [IpProtocol.Tcp]: "tcp",
  [IpProtocol.Udp]: "udp",
  [IpProtocol.Sctp]: "sctp",
};
