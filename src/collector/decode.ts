/**
 * A message of a sensor back into an event. Whatever else arrives on these topics (another program, an
 * older or newer sensor, garbage) is refused with a reason, never half understood.
 */
import { z } from "zod";
import { type Alert, CATEGORIES, SEVERITIES } from "../alert/alert.ts";
import type { DeviceEvent, Origin, SinkEvent } from "../sink/sink.ts";
import { parseEveTime } from "../sink/time.ts";

export type Decoded = { readonly event: SinkEvent } | { readonly problem: string };

const time = z.string().transform((text, context) => {
  const value = parseEveTime(text);
  if (value !== undefined) return value;
  context.addIssue({ code: "custom", message: "not a timestamp" });
  return z.NEVER;
});

/** `alert.metadata` holds arrays of strings; a single value is the first one. */
const one = z.tuple([z.string()]).transform(([value]) => value);
const many = z.array(z.string()).default([]);
const evidence = z.object({ capture: z.string(), frame: z.number() });

const STATES = { new: "open", update: "updated", end: "closed" } as const;

const metadata = z.object({
  auscult_id: one,
  auscult_event: z.tuple([z.enum(["new", "update", "end"])]),
  auscult_signature: one,
  auscult_severity: z.tuple([z.enum(SEVERITIES)]),
  auscult_category: z.tuple([z.enum(CATEGORIES)]),
  auscult_message: one,
  auscult_remedy: one,
  auscult_count: one.transform(Number).pipe(z.number().int().positive()),
  auscult_first_seen: one.pipe(time),
  auscult_last_seen: one.pipe(time),
  auscult_device: one,
  auscult_device_role: one.optional(),
  auscult_device_vendor: one.optional(),
  auscult_device_model: one.optional(),
  auscult_fields: many,
  auscult_evidence: many,
  auscult_references: many,
  mitre_technique_id: many,
});

const alertLine = z.object({
  event_type: z.literal("alert"),
  src_ip: z.string().optional(),
  src_port: z.number().optional(),
  dest_ip: z.string().optional(),
  dest_port: z.number().optional(),
  proto: z.string().optional(),
  app_proto: z.string(),
  community_id: z.string().optional(),
  vlan: z.array(z.number()).optional(),
  ether: z.object({ src_mac: z.string().optional(), dest_mac: z.string().optional() }).optional(),
  alert: z.object({ signature: z.string(), metadata }),
});

const attribute = z.object({ value: z.string(), confidence: z.number() });
const kind = z.enum(["vendor", "model", "role", "os"]);

const claim = z.object({
  attribute: kind,
  value: z.string(),
  family: z.enum(["declared", "banner", "stack", "crypto", "behaviour", "weak"]),
  confidence: z.number(),
  signature: z.string(),
  because: z.string(),
  evidence,
});

const software = z.object({
  name: z.string(),
  version: z.string().optional(),
  vendor: z.string().optional(),
  cpe: z.string().optional(),
  signature: z.string(),
  because: z.string(),
  evidence,
});

const service = z.object({
  transport: z.string(),
  port: z.number(),
  protocol: z.string().optional(),
  product: z.string().optional(),
  evidence,
});

/** Loose: what a newer sensor adds is kept. */
const deviceLine = z.object({
  event_type: z.literal("auscult_device"),
  auscult_device: z.looseObject({
    id: z.string(),
    scope: z.enum(["local", "remote"]),
    macs: z.array(z.string()),
    ips: z.array(z.string()),
    vlans: z.array(z.number()),
    names: z.array(z.string()),
    vendor: attribute.optional(),
    model: attribute.optional(),
    role: attribute.optional(),
    os: attribute.optional(),
    hypotheses: z.array(attribute.extend({ attribute: kind, claims: z.array(claim) })),
    software: z.array(software),
    services: z.array(service),
    first_seen: time,
    last_seen: time,
  }),
});

const summaryLine = z.object({
  event_type: z.literal("auscult_summary"),
  auscult_summary: z.object({
    version: z.literal(1),
    captures: z.array(z.string()),
    first_packet: time.optional(),
    last_packet: time.optional(),
    damage: z.array(
      z.object({ file: z.string(), offset: z.number(), kind: z.string(), message: z.string() }),
    ),
    counters: z.record(z.string(), z.record(z.string(), z.number())),
  }),
});

const line = z.discriminatedUnion("event_type", [alertLine, deviceLine, summaryLine]);

/** Longer than anything a sensor sends. */
const PAYLOAD_LIMIT = 256 * 1024;

/** `origin` comes from the topic, which the broker's access rules guard; the payload cannot change it. */
export function decode(origin: Origin, payload: string): Decoded {
  if (payload.length > PAYLOAD_LIMIT) return { problem: `${payload.length} characters long` };
  let json: unknown;
  try {
    json = JSON.parse(payload);
  } catch {
    return { problem: "not JSON" };
  }
  const parsed = line.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {
      problem: `${issue?.path.join(".") || "record"}: ${issue?.message ?? "not understood"}`,
    };
  }
  switch (parsed.data.event_type) {
    case "alert":
      return { event: alertEvent(origin, parsed.data) };
    case "auscult_device":
      return { event: deviceEvent(origin, parsed.data) };
    case "auscult_summary":
      return { event: summaryEvent(origin, parsed.data) };
  }
}

function alertEvent(origin: Origin, record: z.infer<typeof alertLine>): SinkEvent {
  const data = record.alert.metadata;
  const peer = compact({
    mac: record.ether?.dest_mac,
    ip: record.dest_ip,
    port: record.dest_port,
  });
  const alert: Alert = {
    id: data.auscult_id,
    state: STATES[data.auscult_event[0]],
    signature: data.auscult_signature,
    title: record.alert.signature,
    severity: data.auscult_severity[0],
    category: data.auscult_category[0],
    message: data.auscult_message,
    remedy: data.auscult_remedy,
    references: data.auscult_references,
    attack: data.mitre_technique_id,
    device: data.auscult_device,
    subject: compact({
      mac: record.ether?.src_mac,
      ip: record.src_ip,
      vlan: record.vlan?.[0],
      port: record.src_port,
    }),
    ...(Object.keys(peer).length === 0 ? {} : { peer }),
    ...compact({ transport: record.proto?.toLowerCase(), flow: record.community_id }),
    protocol: record.app_proto,
    fields: Object.fromEntries(data.auscult_fields.map((text) => split(text, "="))),
    evidence: data.auscult_evidence.map((text) => {
      const [frame, capture] = split(text, ":");
      return { capture, frame: Number(frame) };
    }),
    count: data.auscult_count,
    firstSeen: data.auscult_first_seen,
    lastSeen: data.auscult_last_seen,
  };
  const device = compact({
    role: data.auscult_device_role,
    vendor: data.auscult_device_vendor,
    model: data.auscult_device_model,
  });
  return { type: "alert", origin, alert, ...(Object.keys(device).length === 0 ? {} : { device }) };
}

function deviceEvent(origin: Origin, record: z.infer<typeof deviceLine>): SinkEvent {
  const { first_seen, last_seen, site: _, ...rest } = record.auscult_device;
  const device = { ...rest, firstSeen: first_seen, lastSeen: last_seen };
  // zod types an absent key as `undefined`; what it returns has no such keys.
  return { type: "device", origin, device: device as unknown as DeviceEvent["device"] };
}

function summaryEvent(origin: Origin, record: z.infer<typeof summaryLine>): SinkEvent {
  const { first_packet, last_packet, ...rest } = record.auscult_summary;
  return {
    type: "summary",
    origin,
    summary: {
      ...rest,
      ...(first_packet === undefined ? {} : { firstPacket: first_packet }),
      ...(last_packet === undefined ? {} : { lastPacket: last_packet }),
    },
  };
}

function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

type Compact<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function compact<T extends object>(record: T): Compact<T> {
  const kept = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as Compact<T>;
}
