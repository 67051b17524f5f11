/** Collects a whole run, then prints it as one report: alerts, devices and the summary belong together. */
import type { Alert } from "../alert/alert.ts";
import type { Device } from "../inventory/device.ts";
import type { Output } from "./jsonl.ts";
import { Phase, type RunSummary, type Sink, type SinkEvent } from "./sink.ts";

export interface ReportContent {
  readonly alerts: readonly Alert[];
  readonly devices: readonly Device[];
  readonly summary?: RunSummary;
}

export class ReportSink implements Sink {
  readonly #render: (content: ReportContent) => string;
  readonly #output: Output;
  readonly #phase = new Phase();
  /** By id: a later event about the same finding or device replaces the earlier one. */
  readonly #alerts = new Map<string, Alert>();
  readonly #devices = new Map<string, Device>();
  #summary: RunSummary | undefined;

  constructor(render: (content: ReportContent) => string, output: Output) {
    this.#render = render;
    this.#output = output;
  }

  async start(): Promise<void> {
    this.#phase.start();
  }

  async write(event: SinkEvent): Promise<void> {
    this.#phase.assertOpen();
    switch (event.type) {
      case "alert":
        this.#alerts.set(event.alert.id, event.alert);
        break;
      case "device":
        this.#devices.set(event.device.id, event.device);
        break;
      case "summary":
        this.#summary = event.summary;
        break;
    }
  }

  async stop(): Promise<void> {
    if (!this.#phase.stop()) return;
    const summary = this.#summary;
    await this.#output(
      this.#render({
        alerts: [...this.#alerts.values()],
        devices: [...this.#devices.values()],
        ...(summary === undefined ? {} : { summary }),
      }),
    );
  }
}
