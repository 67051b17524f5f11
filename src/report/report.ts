/** The readable report of one run: alerts, devices, and what the run could not see. */
import type { Alert } from "../alert/alert.ts";
import type { Device } from "../inventory/device.ts";
import { alertLines } from "./alerts.ts";
import { captureNames } from "./captures.ts";
import { deviceLines } from "./devices.ts";
import type { Style } from "./style.ts";
import { type RunView, summaryLines } from "./summary.ts";

export interface ReportView {
  readonly alerts: readonly Alert[];
  readonly devices: readonly Device[];
  readonly summary?: RunView;
}

/** Ends with a line feed. The same content gives the same text, whatever its order was. */
export function renderReport(view: ReportView, style: Style, width: number): string {
  const captures = captureNames(view.alerts, view.devices);
  const lines = [
    ...alertLines(view.alerts, captures, style, width),
    "",
    ...deviceLines(view.devices, view.alerts, captures, style, width),
  ];
  if (view.summary !== undefined) lines.push("", ...summaryLines(view.summary, width));
  return `${lines.join("\n")}\n`;
}
