/** Text for people: what came from the wire is made harmless, lines are folded, numbers are grouped. */

/** Control, format and private characters: a terminal would obey them, or a reader be deceived by them. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Escapes of a terminal, bidirectional overrides and line feeds become `·`. */
export function printable(text: string): string {
  return text.replace(UNSAFE, "·");
}

/** Characters that a line of a terminal has room for; wide ones count as one, which only folds late. */
function length(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** At most `width` characters, `…` where something was left out. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  const room = Math.max(20, width);
  return characters.length <= room ? text : `${characters.slice(0, room - 1).join("")}…`;
}

/** A role as people write it: `dicom-workstation` is a DICOM workstation. */
export function roleName(role: string): string {
  return role
    .replaceAll("-", " ")
    .replace(/\b(?:dicom|his|ip|pacs)\b/g, (word) => word.toUpperCase());
}

/** Breaks at spaces into lines of at most `width`; a longer word stays whole, so that it can be copied. */
export function fold(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (word === "") continue;
    if (line !== "" && length(line) + 1 + length(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  if (line !== "" || lines.length === 0) lines.push(line);
  return lines;
}

/** `label` in a column, `text` folded beside it. */
export function labelled(label: string, text: string, layout: Layout): string[] {
  const margin = " ".repeat(layout.indent);
  const column = layout.column;
  const lines = fold(printable(text), Math.max(20, layout.width - layout.indent - column));
  return lines.map((line, index) => {
    const head = index === 0 ? label.padEnd(column) : " ".repeat(column);
    return `${margin}${layout.dim(head)}${line}`;
  });
}

export interface Layout {
  readonly width: number;
  readonly indent: number;
  /** Width of the column of labels. */
  readonly column: number;
  dim(text: string): string;
}

/** Rows as columns, two spaces apart, without trailing spaces. */
export function columns(rows: readonly (readonly string[])[], indent: number): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, length(cell));
    });
  }
  return rows.map((row) => {
    const cells = row.map((cell, index) => cell + " ".repeat((widths[index] ?? 0) - length(cell)));
    return `${" ".repeat(indent)}${cells.join("  ")}`.trimEnd();
  });
}

/** `1234567` as `1,234,567`, in every locale. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** `1.2 MB`: powers of 1000, one digit. */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0 ? `${count} B` : `${value.toFixed(1)} ${units[unit]}`;
}

/** µs since 1970 as `2026-11-21 03:04:05`, UTC. Beyond what a date can be: the edge. */
export function clock(microseconds: number): string {
  const us = Math.min(Math.max(microseconds, 0) || 0, Number.MAX_SAFE_INTEGER);
  return new Date(Math.floor(us / 1000)).toISOString().slice(0, 19).replace("T", " ");
}

/** From one moment to another; the date only once when it is the same. */
export function span(from: number, to: number): string {
  const first = clock(from);
  const last = clock(to);
  if (first === last) return `${first} UTC`;
  const end = first.slice(0, 10) === last.slice(0, 10) ? last.slice(11) : last;
  return `${first} to ${end} UTC`;
}

/** By code unit: the same in every locale. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
