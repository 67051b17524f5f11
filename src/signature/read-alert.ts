/** Reads `alert`: what a hospital is told, how urgently, and what it can do. */
import { quoted, type SignatureDocument } from "./document.ts";
import type { Fields } from "./fields.ts";
import type { Node } from "./node.ts";
import { type Groups, readTemplate } from "./read-assignment.ts";
import { readConditions } from "./read-condition.ts";
import { type AlertRule, CATEGORIES, SEVERITIES } from "./signature.ts";
import { parseTemplate } from "./template.ts";

const KEYS = ["severity", "escalate", "category", "message", "remedy", "attack", "key"] as const;
const REQUIRED = ["severity", "category", "message", "remedy"] as const;
/** MITRE ATT&CK for Enterprise or ICS: technique, perhaps sub-technique. */
const TECHNIQUE = /^T\d{4}(?:\.\d{3})?$/;

export function readAlert(
  document: SignatureDocument,
  node: Node | null,
  fields: Fields,
  { groups }: { readonly groups: Groups },
): AlertRule {
  const entries = document.known(node, "alert", KEYS);
  for (const name of REQUIRED)
    if (!entries.has(name)) document.problem(node, `alert needs ${name}`);
  const value = (name: (typeof KEYS)[number]) => entries.get(name)?.value ?? null;
  const given = (name: (typeof KEYS)[number]) => entries.has(name);

  const message = given("message")
    ? readTemplate(document, value("message"), "message", fields, groups)
    : undefined;
  for (const name of message?.names ?? []) {
    const problem = leak(name, groups, fields);
    if (problem !== null) document.problem(value("message"), problem);
  }
  return {
    severity:
      (given("severity") && document.oneOf(value("severity"), "severity", SEVERITIES)) || "info",
    escalate: readEscalations(document, value("escalate"), fields),
    category:
      (given("category") && document.oneOf(value("category"), "category", CATEGORIES)) || "anomaly",
    message: message ?? parseTemplate(""),
    remedy: (given("remedy") && document.text(value("remedy"), "remedy")) || "",
    attack: readTechniques(document, value("attack")),
    key: readKey(document, value("key"), fields),
  };
}

/** A part of a name in a message could not be told apart from other text, and so not be pseudonymised. */
function leak(name: string, groups: Groups, fields: Fields): string | null {
  for (const field of groups.get(name) ?? [])
    if (fields.privacy(field) === "identifier")
      return `{${name}} is a part of ${field}, which may name a person: use {${field}}`;
  return null;
}

function readEscalations(
  document: SignatureDocument,
  node: Node | null,
  fields: Fields,
): AlertRule["escalate"] {
  return document.items(node).flatMap((item) => {
    const entries = document.known(item, "escalate", ["when", "severity"]);
    const when = entries.get("when");
    const severity = entries.get("severity");
    if (when === undefined || severity === undefined) {
      document.problem(item, "escalate needs when and severity");
      return [];
    }
    const conditions = readConditions(document, when.value, "when", fields);
    for (const { condition } of conditions)
      if (!condition.field.startsWith("device."))
        document.problem(
          when.key,
          `when asks about the device: ${condition.field} is no device field`,
        );
    const level = document.oneOf(severity.value, "severity", SEVERITIES);
    if (level === undefined) return [];
    return [{ when: conditions.map(({ condition }) => condition), severity: level }];
  });
}

function readTechniques(document: SignatureDocument, node: Node | null): string[] {
  return document.items(node).flatMap((item) => {
    const text = document.text(item, "attack");
    if (text !== undefined && !TECHNIQUE.test(text))
      document.problem(item, `${quoted(text)} is no ATT&CK technique such as T1021 or T1021.001`);
    return text ?? [];
  });
}

function readKey(document: SignatureDocument, node: Node | null, fields: Fields): string[] {
  return document.items(node).flatMap((item) => {
    const text = document.text(item, "key");
    if (text === undefined) return [];
    const problem = fields.problemInTemplate(text, new Set());
    if (problem !== null) document.problem(item, problem);
    return [text];
  });
}
