/** The outcome of a run as events, in one order: devices, alerts, the summary. */
import type { Device } from "../inventory/device.ts";
import type { Outcome } from "../pipeline.ts";
import { sortedAlerts, sortedDevices } from "../report/order.ts";
import type { DeviceContext, Origin, SinkEvent } from "../sink/sink.ts";

/** Devices come first, so that a reader knows who an alert is about. */
export function* eventsOf(outcome: Outcome, origin: Origin): Generator<SinkEvent> {
  const contexts = new Map<string, DeviceContext>();
  for (const device of sortedDevices(outcome.devices)) {
    contexts.set(device.id, contextOf(device));
    yield { type: "device", origin, device };
  }
  for (const alert of sortedAlerts(outcome.alerts)) {
    const device = contexts.get(alert.device);
    yield { type: "alert", origin, alert, ...(device === undefined ? {} : { device }) };
  }
  yield { type: "summary", origin, summary: outcome.summary };
}

function contextOf(device: Device): DeviceContext {
  return {
    ...(device.role === undefined ? {} : { role: device.role.value }),
    ...(device.vendor === undefined ? {} : { vendor: device.vendor.value }),
    ...(device.model === undefined ? {} : { model: device.model.value }),
  };
}
