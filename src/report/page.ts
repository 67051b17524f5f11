/** What every part of a report needs to know about the whole. */
import { basename } from "node:path";
import type { Alert } from "../alert/alert.ts";
import type { Device } from "../inventory/device.ts";
import type { Style } from "./style.ts";

export interface Page {
  readonly style: Style;
  readonly width: number;
  readonly captures: Captures;
  /** By id. */
  readonly devices: ReadonlyMap<string, Device>;
}

/** Captures are named with their path; a report says it once, then uses the shortest clear name. */
export interface Captures {
  /** How a capture is called in a list of frames. */
  name(capture: string): string;
  /** `frame 12` where there is only one capture, else `ward.pcap frame 12`. */
  frame(capture: string, frame: number): string;
}

/** File names without their folders, unless two captures would then be called the same. */
export function captureNames(alerts: readonly Alert[], devices: readonly Device[]): Captures {
  const all = new Set<string>();
  for (const alert of alerts) for (const { capture } of alert.evidence) all.add(capture);
  for (const device of devices) {
    for (const { evidence } of [...device.services, ...device.software]) all.add(evidence.capture);
    for (const { claims } of device.hypotheses) {
      for (const { evidence } of claims) all.add(evidence.capture);
    }
  }
  const distinct = new Set([...all].map((path) => basename(path))).size === all.size;
  const name = (capture: string) => (distinct ? basename(capture) : capture);
  return {
    name,
    frame: (capture, frame) =>
      all.size === 1 ? `frame ${frame}` : `${name(capture)} frame ${frame}`,
  };
}
