/**
 * MQTT topics, one tree per sensor: `{prefix}/v1/{site}/{sensor}/…`. Topic names end in broker logs, so
 * they hold no address and nothing about a person: a device is its id.
 */
import type { Category, Severity } from "../alert/alert.ts";
import type { Origin, SinkEvent } from "./sink.ts";

const TOPIC_PREFIX = "auscult";

const ID = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Whether a site or sensor name can be a level of a topic (and part of a client id). */
export function isTopicId(text: string): boolean {
  return ID.test(text);
}

/** Why a name cannot be used, as one sentence. */
export function topicIdProblem(what: string, text: string): string | undefined {
  if (isTopicId(text)) return undefined;
  return `${what} "${text}" must begin with a–z or 0–9 and hold only a–z, 0–9, "-" and "_" (at most 63)`;
}

export function sensorTopic(origin: Origin, leaf: string): string {
  return `${TOPIC_PREFIX}/v1/${origin.site}/${origin.sensor}/${leaf}`;
}

function alertTopic(origin: Origin, severity: Severity, category: Category): string {
  return sensorTopic(origin, `alert/${severity}/${category}`);
}

/** Retained: the last known record of each device. */
function deviceTopic(origin: Origin, device: string): string {
  return sensorTopic(origin, `device/${device}`);
}

export function topicOf(event: SinkEvent): string {
  switch (event.type) {
    case "alert":
      return alertTopic(event.origin, event.alert.severity, event.alert.category);
    case "device":
      return deviceTopic(event.origin, event.device.id);
    case "summary":
      return sensorTopic(event.origin, "summary");
  }
}

/** What a collector subscribes to. */
export const COLLECTOR_TOPICS = [
  `${TOPIC_PREFIX}/v1/+/+/alert/#`,
  `${TOPIC_PREFIX}/v1/+/+/device/+`,
  `${TOPIC_PREFIX}/v1/+/+/summary`,
] as const;

/** Site and sensor of a topic of ours; undefined for any other topic. */
export function originOf(topic: string): Origin | undefined {
  const [prefix, version, site, sensor, leaf] = topic.split("/");
  if (prefix !== TOPIC_PREFIX || version !== "v1" || leaf === undefined) return undefined;
  if (site === undefined || sensor === undefined) return undefined;
  return isTopicId(site) && isTopicId(sensor) ? { site, sensor } : undefined;
}
