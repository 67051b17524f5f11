/** HL7 and DICOM. */
import { ask, type Facts, type Found, type Verdict } from "../fact.ts";
import { type Answer, answers, type Entry, text, texts } from "../manifest.ts";

const HL7: Readonly<Record<string, string>> = {
  type: "hl7.message_type",
  sending_app: "hl7.sending_application",
  sending_facility: "hl7.sending_facility",
  receiving_app: "hl7.receiving_application",
  version: "hl7.version",
  obx18_equipment: "hl7.equipment",
};

const DICOM: Readonly<Record<string, string>> = {
  calling_ae: "dicom.calling_ae",
  called_ae: "dicom.called_ae",
  impl_class_uid: "dicom.implementation_class",
  impl_version: "dicom.implementation_version",
};

export function medicalFacts(entry: Entry, facts: Facts): void {
  for (const [index, answer] of answers(entry, "hl7").entries()) {
    fields(`hl7[${index}]`, "HL7", answer, HL7, facts);
  }
  for (const [index, answer] of answers(entry, "dicom").entries()) {
    fields(`dicom[${index}]`, "DICOM", answer, DICOM, facts);
    for (const [position, syntax] of texts(answer, "abstract_syntaxes").entries()) {
      const at = `dicom[${index}].abstract_syntaxes[${position}]`;
      facts.add(at, "DICOM abstract syntaxes", answer, (found) => proposed(found, answer, syntax));
    }
  }
  for (const [index, answer] of answers(entry, "medical").entries()) {
    facts.add(`medical[${index}]`, "medical devices", answer, (found) => identified(found, answer));
  }
  for (const [index, answer] of answers(entry, "upstream").entries())
    upstream(index, answer, facts);
}

function fields(
  at: string,
  kind: string,
  answer: Answer,
  names: Readonly<Record<string, string>>,
  facts: Facts,
): void {
  for (const [key, field] of Object.entries(names)) {
    const value = text(answer, key);
    if (value === undefined) continue;
    facts.add(`${at}.${key}`, kind, answer, (found) =>
      ask(found, {
        subject: text(answer, "src"),
        peer: text(answer, "dst"),
        fields: [field],
        value,
        single: true,
      }),
    );
  }
}

/** The manifest gives a name and, in brackets at the end, the UID. */
function proposed(found: Found, answer: Answer, syntax: string): Verdict {
  const uid = /\(([0-9.]+)\)$/.exec(syntax)?.[1] ?? syntax;
  return ask(found, {
    subject: text(answer, "src"),
    fields: ["dicom.abstract_syntax", "dicom.abstract_syntaxes"],
    value: uid,
    same: (ours, theirs) => ours.split(/[\s,]+/).includes(theirs),
  });
}

function identified(found: Found, answer: Answer): Verdict {
  const identifier = text(answer, "identifier");
  if (identifier !== undefined) {
    const subject = text(answer, "ip");
    return ask(found, { subject, fields: ["hl7.equipment"], value: identifier });
  }
  // tapirx only asks for some identifier of a DICOM client.
  return ask(found, {
    protocol: "dicom",
    fields: ["dicom.calling_ae"],
    value: "",
    same: (ours) => ours.length > 0,
  });
}

function upstream(index: number, answer: Answer, facts: Facts): void {
  for (const key of ["client_impl_class_uid", "server_impl_class_uid"]) {
    const value = text(answer, key);
    if (value === undefined) continue;
    facts.add(`upstream[${index}].${key}`, "DICOM", answer, (found) =>
      ask(found, { fields: ["dicom.implementation_class"], value }),
    );
  }
  if (text(answer, "flow_protocol") === "DICOM") {
    facts.add(`upstream[${index}].flow_protocol`, "DICOM", answer, (found) =>
      found.observations.some(({ protocol }) => protocol === "dicom") ? "agree" : "miss",
    );
  }
}
