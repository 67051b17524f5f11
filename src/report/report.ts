/** The readable report of one run: alerts, devices, and what the run could not see. */
import type { Alert } from "../alert/alert.ts";
import type { Device } from "../inventory/device.ts";
import { alertLines } from "./alerts.ts";
import { deviceLines } from "./devices.ts";
import { captureNames } from "./page.ts";
import type { Style } from "./style.ts";
import { type RunView, summaryLines } from "./summary.ts";

export interface ReportView {
  readonly alerts: readonly Alert[];
  readonly devices: readonly Device[];
  readonly summary?: RunView;
}

/** Ends with a line feed. The same content gives the same text, whatever its order was. */
export function renderReport(view: ReportView, style: Style, width: number): string {
  const page = {
    style,
    width,
    captures: captureNames(view.alerts, view.devices),
    devices: new Map(view.devices.map((device) => [device.id, device])),
  };
  const lines = [
    ...alertLines(view.alerts, page),
    "",
    ...deviceLines(view.devices, view.alerts, page),
  ];
  if (view.summary !== undefined) lines.push("", ...summaryLines(view.summary, width));
  return `${lines.join("\n")}\n`;
}
