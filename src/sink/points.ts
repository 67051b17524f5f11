/**
 * Events as points of a time series (InfluxDB line protocol, v1). Tags are bounded words; everything that
 * an outsider can choose freely (addresses, names, messages) is a field. Only `device_state` has a device
 * as tag: as many series as there are devices.
 */
import { createHash } from "node:crypto";
import { FieldType, type IPoint, type ISchemaOptions } from "influx";
import { alertTime } from "./eve.ts";
import type { AlertEvent, DeviceEvent, SinkEvent, SummaryEvent } from "./sink.ts";

const { STRING, INTEGER } = FieldType;

/** Without it the client writes whole numbers as floats, and the first write decides for ever. */
export const SCHEMA: readonly (ISchemaOptions & { readonly measurement: string })[] = [
  {
    measurement: "alert",
    tags: [
      "site",
      "sensor",
      "rule",
      "category",
      "severity",
      "device_class",
      "vendor",
      "app",
      "vlan",
    ],
    fields: {
      id: STRING,
      time_us: INTEGER,
      state: STRING,
      device: STRING,
      src_ip: STRING,
      src_port: INTEGER,
      dst_ip: STRING,
      dst_port: INTEGER,
      count: INTEGER,
      title: STRING,
      msg: STRING,
    },
  },
  {
    measurement: "device_state",
    tags: ["site", "sensor", "device"],
    fields: {
      class: STRING,
      vendor: STRING,
      model: STRING,
      os: STRING,
      ip: STRING,
      mac: STRING,
      name: STRING,
      services: INTEGER,
      software: INTEGER,
    },
  },
  {
    measurement: "sensor",
    tags: ["site", "sensor"],
    fields: { captures: INTEGER, frames: INTEGER, bytes: INTEGER, damage: INTEGER },
  },
];

/** Undefined when the event has no time that the database can hold. */
export function pointOf(event: SinkEvent): IPoint | undefined {
  const time = timeOf(event);
  if (time === undefined || time < 0 || !Number.isSafeInteger(time)) return undefined;
  switch (event.type) {
    case "alert":
      return alertPoint(
        event,
        nanoseconds(time, event.alert.id, event.alert.state, event.alert.count),
      );
    case "device":
      return devicePoint(event, nanoseconds(time, event.device.id));
    case "summary":
      return sensorPoint(event, nanoseconds(time, ...event.summary.captures));
  }
}

/**
 * A database keeps one point per series and nanosecond. So the time is that of the event to the
 * millisecond, and below it a hash of what makes the event this one: the same event is always the same
 * point, and of two others in one millisecond one is lost with a probability of 1 in 1,000,000 (a hash in
 * the three digits below the µs lost a third of 300 alerts that a capture dated to the same µs). The exact
 * time is the field `time_us`. A string, because a number of this size has lost its last digits.
 */
function nanoseconds(microseconds: number, ...identity: readonly (string | number)[]): string {
  const digest = createHash("sha256").update(identity.join("\n")).digest();
  const milliseconds = BigInt(Math.floor(microseconds / 1000));
  return String(milliseconds * 1_000_000n + BigInt(digest.readUInt32BE(0) % 1_000_000));
}

function timeOf(event: SinkEvent): number | undefined {
  switch (event.type) {
    case "alert":
      return alertTime(event.alert);
    case "device":
      return event.device.lastSeen;
    case "summary":
      return event.summary.lastPacket;
  }
}

function alertPoint({ alert, origin, device }: AlertEvent, timestamp: string): IPoint {
  const { subject, peer } = alert;
  const vlan = subject.vlan ?? peer?.vlan;
  return {
    measurement: "alert",
    timestamp,
    tags: present({
      ...origin,
      rule: alert.signature,
      category: alert.category,
      severity: alert.severity,
      device_class: device?.role,
      vendor: device?.vendor,
      app: alert.protocol,
      vlan: vlan === undefined ? undefined : String(vlan),
    }),
    fields: present({
      id: alert.id,
      time_us: alertTime(alert),
      state: alert.state,
      device: alert.device,
      src_ip: subject.ip,
      src_port: subject.port,
      dst_ip: peer?.ip,
      dst_port: peer?.port,
      count: alert.count,
      title: alert.title,
      msg: alert.message,
    }),
  };
}

function devicePoint({ device, origin }: DeviceEvent, timestamp: string): IPoint {
  return {
    measurement: "device_state",
    timestamp,
    tags: present({ ...origin, device: device.id }),
    fields: present({
      class: device.role?.value,
      vendor: device.vendor?.value,
      model: device.model?.value,
      os: device.os?.value,
      ip: device.ips[0],
      mac: device.macs[0],
      name: device.names[0],
      services: device.services.length,
      software: device.software.length,
    }),
  };
}

function sensorPoint({ summary, origin }: SummaryEvent, timestamp: string): IPoint {
  return {
    measurement: "sensor",
    timestamp,
    tags: present({ ...origin }),
    fields: present({
      captures: summary.captures.length,
      frames: summary.counters.source?.frames,
      bytes: summary.counters.source?.bytes,
      damage: summary.damage.length,
    }),
  };
}

/** Neither an empty tag nor a missing value may be written: the server refuses the line. */
function present<T extends string | number>(
  values: Record<string, T | undefined>,
): Record<string, T> {
  const kept: Record<string, T> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== "" && !Number.isNaN(value)) kept[name] = value;
  }
  return kept;
}
