/**
 * SSDP, the discovery of UPnP: which software announces itself or searches on the segment. Normative: UPnP
 * Device Architecture 2.0 §1 (heads as in RFC 9112, one per datagram, to 239.255.255.250 or ff0X::c port 1900).
 *
 * Fields about the sender: `server` (operating system, UPnP version, product), `user_agent`, `device_type` (the
 * URN of a device or service that it offers). What it searches for is no field, nor is any address.
 */
import type { Analyzer, Context, Session } from "../analysis/analyzer.ts";
import { Verdict } from "../analysis/analyzer.ts";
import { FlowState, type Side } from "../flow/flow.ts";
import { type Reader, startsWith } from "../packet/reader.ts";

const PORT = 1900;
/** Lines of one datagram that are looked at. */
const MAX_LINES = 64;
/** A flow has one sender: it is enough to say now and then where it is. */
const BINDING_INTERVAL = 16;
const COLON = 0x3a;

export const analyzer: Analyzer = {
  protocol: "ssdp",
  fields: { server: "open", user_agent: "open", device_type: "open" },
  udp: {
    ports: [PORT],
    // H, M, N of the three start lines.
    leads: [0x48, 0x4d, 0x4e],
    probe: (datagram) => (kind(datagram) === Kind.None ? Verdict.No : Verdict.Yes),
    open: (context) => new Ssdp(context),
  },
};

const Kind = { None: 0, Notify: 1, Search: 2, Answer: 3 } as const;

function kind(datagram: Reader): number {
  if (datagram.startsWith("NOTIFY * HTTP/1.")) return Kind.Notify;
  if (datagram.startsWith("M-SEARCH * HTTP/1.")) return Kind.Search;
  return datagram.startsWith("HTTP/1.1 200") ? Kind.Answer : Kind.None;
}

class Ssdp implements Session {
  readonly #context: Context;
  #datagrams = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  data(side: Side, datagram: Reader): void {
    const { observe, flow } = this.#context;
    const what = kind(datagram);
    if (what !== Kind.None) {
      if (this.#datagrams++ % BINDING_INTERVAL === 0 && flow.has(FlowState.Group)) {
        observe.aboutSender().string("host.binding", "local").emit();
      }
      const about = observe.about(side);
      for (let count = 0; count < MAX_LINES && datagram.line(); count++) {
        const { bytes, lineStart, lineEnd } = datagram;
        let colon = lineStart;
        while (colon < lineEnd && bytes[colon] !== COLON) colon++;
        const field = fieldOf(bytes, lineStart, colon, what);
        if (field !== "" && isWanted(field, bytes, colon + 1, lineEnd)) {
          about.text(field, bytes, colon + 1, lineEnd);
        }
      }
      about.emit();
    }
    datagram.position = datagram.end;
  }
}

function fieldOf(bytes: Uint8Array, start: number, end: number, what: number): string {
  switch (end - start) {
    case 2: {
      const offered = what === Kind.Notify ? "nt" : "st";
      return what !== Kind.Search && startsWith(bytes, start, end, offered) ? "device_type" : "";
    }
    case 6:
      return startsWith(bytes, start, end, "server") ? "server" : "";
    case 10:
      return startsWith(bytes, start, end, "user-agent") ? "user_agent" : "";
    default:
      return "";
  }
}

/** Only URNs say what a device is; `uuid:` names one device, `upnp:rootdevice` all of them. */
function isWanted(field: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (field !== "device_type") return true;
  let at = start;
  while (at < end && bytes[at] === 0x20) at++;
  return startsWith(bytes, at, end, "urn:");
}
