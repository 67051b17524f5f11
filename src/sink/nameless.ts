/**
 * Evidence without the name of its capture. A run over one input need not name it: the reader has just done
 * so. The same bytes then give the same answer, whether they came as a file, by another name, or through a
 * pipe.
 */
import type { Device } from "../inventory/device.ts";
import type { Evidence } from "../observation/observation.ts";
import type { RunSummary, Sink, SinkEvent } from "./sink.ts";

/** A sink that passes everything on to `sink` with empty capture names. */
export function nameless(sink: Sink): Sink {
  return {
    start: () => sink.start(),
    write: (event) => sink.write(withoutNames(event)),
    stop: (deadline) => sink.stop(deadline),
  };
}

function withoutNames(event: SinkEvent): SinkEvent {
  switch (event.type) {
    case "alert": {
      const evidence = event.alert.evidence.map(unnamed);
      return { ...event, alert: { ...event.alert, evidence } };
    }
    case "device":
      return { ...event, device: deviceWithoutNames(event.device) };
    case "summary":
      return { ...event, summary: summaryWithoutNames(event.summary) };
  }
}

function deviceWithoutNames(device: Device): Device {
  const proven = <T extends { readonly evidence: Evidence }>(one: T): T => ({
    ...one,
    evidence: unnamed(one.evidence),
  });
  return {
    ...device,
    hypotheses: device.hypotheses.map((one) => ({ ...one, claims: one.claims.map(proven) })),
    software: device.software.map(proven),
    services: device.services.map(proven),
  };
}

function summaryWithoutNames(summary: RunSummary): RunSummary {
  const damage = summary.damage.map((one) => ({ ...one, file: "" }));
  return { ...summary, captures: [], damage };
}

function unnamed({ frame }: Evidence): Evidence {
  return { capture: "", frame };
}
