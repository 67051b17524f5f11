/**
 * Who is there: MAC and IP address of every sender, once per flow and direction. A packet that routers do not
 * forward (RFC 4291 §2.5.6, RFC 5771 §4, RFC 919 §7) proves that both belong to the same host; any other
 * packet may have come through a router, which the inventory finds out.
 */
import type { Detector, Watch } from "../analysis/detector.ts";
import type { Flow } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import { u8, u16, u32 } from "../packet/bytes.ts";
import type { Packet } from "../packet/packet.ts";

export const detector: Detector = {
  name: "hosts",
  fields: {},
  open: (observe) => new Hosts(observe),
};

class Hosts implements Watch {
  readonly #observe: Observer;

  constructor(observe: Observer) {
    this.#observe = observe;
  }

  opened(_flow: Flow, packet: Packet): void {
    this.#report(packet);
  }

  answered(_flow: Flow, packet: Packet): void {
    this.#report(packet);
  }

  #report(packet: Packet): void {
    this.#observe
      .aboutSender()
      .string("host.binding", staysOnLink(packet) ? "local" : "frame")
      .number("host.ttl", packet.ttl)
      .emit();
  }
}

const LIMITED_BROADCAST = 0xffffffff;
/** 224.0.0.0/24: local network control block. */
const LOCAL_CONTROL = 0xe00000;

function staysOnLink(packet: Packet): boolean {
  const { bytes, source, destination } = packet;
  if (packet.ipVersion === 6) {
    const linkLocal = (u16(bytes, source) & 0xffc0) === 0xfe80;
    return (
      linkLocal || (u8(bytes, destination) === 0xff && (u8(bytes, destination + 1) & 15) === 2)
    );
  }
  const to = u32(bytes, destination);
  return to === LIMITED_BROADCAST || to >>> 8 === LOCAL_CONTROL;
}
