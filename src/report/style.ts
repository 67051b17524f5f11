/** Colours of the report: few, from the terminal's own palette, and none when nobody asked. */
import type { Severity } from "../alert/alert.ts";

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  severity(severity: Severity, text: string): string;
}

/** Select Graphic Rendition codes (ECMA-48 §8.3.117). */
const CODES: Readonly<Record<Severity, string>> = {
  critical: "1;31",
  high: "31",
  medium: "33",
  low: "36",
  info: "2",
};

export const PLAIN: Style = {
  bold: (text) => text,
  dim: (text) => text,
  severity: (_, text) => text,
};

export const COLOURED: Style = {
  bold: (text) => paint("1", text),
  dim: (text) => paint("2", text),
  severity: (severity, text) => paint(CODES[severity], text),
};

function paint(code: string, text: string): string {
  return text.trim() === "" ? text : `\u001b[${code}m${text}\u001b[0m`;
}
