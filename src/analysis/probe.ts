/** Which analyzer a flow belongs to, by what both ends have said. Ports only decide who is asked first. */
import { type Flow, FlowState } from "../flow/flow.ts";
import type { Reader } from "../packet/reader.ts";
import { type Beginning, type StreamHandler, Verdict } from "./analyzer.ts";
import type { Desk } from "./desk.ts";
import type { Entry } from "./registry.ts";

/** The answer; overwritten by the next question. */
interface ProbeResult {
  entry: Entry<StreamHandler> | null;
  /** It fits when the ends of the flow are turned round. */
  reversed: boolean;
  /** Nobody is sure, but somebody wants to see more. */
  maybe: boolean;
}

const result: ProbeResult = { entry: null, reversed: false, maybe: false };
const beginning: { originator: Reader; responder: Reader; flow: Flow } = {
  originator: null as unknown as Reader,
  responder: null as unknown as Reader,
  flow: null as unknown as Flow,
};

/**
 * Asks about what `desk.originator` and `desk.responder` hold. With `final`, a `Maybe` on one of the
 * handler's own ports is taken.
 */
export function probeStream(desk: Desk, flow: Flow, final: boolean): ProbeResult {
  result.entry = null;
  result.reversed = false;
  result.maybe = false;
  desk.probes++;
  beginning.flow = flow;
  if (ask(desk, desk.originator, desk.responder, flow.responderPort, final)) return result;
  if (!flow.has(FlowState.Midstream) || flow.has(FlowState.SynAck)) return result;
  if (ask(desk, desk.responder, desk.originator, flow.originatorPort, final))
    result.reversed = true;
  return result;
}

function ask(
  desk: Desk,
  originator: Reader,
  responder: Reader,
  port: number,
  final: boolean,
): boolean {
  beginning.originator = originator;
  beginning.responder = responder;
  plausible = null;
  const { tcp } = desk.registry;
  const hinted = tcp.atPort(port);
  for (const entry of hinted) if (recognises(entry, true)) return take(entry);
  const speaker = originator.end > originator.start ? originator : responder;
  for (const entry of tcp.led(speaker === originator ? 0 : 1, speaker.peek())) {
    if (!hinted.includes(entry) && recognises(entry, false)) return take(entry);
  }
  return final && plausible !== null && take(plausible);
}

/** The first that said `Maybe` on one of its own ports. */
let plausible: Entry<StreamHandler> | null = null;

function recognises(entry: Entry<StreamHandler>, hinted: boolean): boolean {
  if (!leads(entry)) return false;
  const verdict = verdictOf(entry);
  if (verdict === Verdict.Maybe) {
    result.maybe = true;
    if (hinted) plausible ??= entry;
  }
  return verdict === Verdict.Yes;
}

function take(entry: Entry<StreamHandler>): boolean {
  result.entry = entry;
  return true;
}

function verdictOf(entry: Entry<StreamHandler>): Verdict {
  const { originator, responder } = beginning;
  originator.rewind(originator.start);
  responder.rewind(responder.start);
  const verdict = entry.handler.probe(beginning as Beginning);
  originator.rewind(originator.start);
  responder.rewind(responder.start);
  return verdict;
}

/** Whether both ends begin with a byte that the handler allows. */
function leads({ handler }: Entry<StreamHandler>): boolean {
  const { leads: allowed } = handler;
  return (
    begins(allowed?.originator, beginning.originator) &&
    begins(allowed?.responder, beginning.responder)
  );
}

function begins(allowed: readonly number[] | undefined, reader: Reader): boolean {
  if (allowed === undefined || reader.start >= reader.end) return true;
  return allowed.includes(reader.bytes[reader.start] as number);
}
