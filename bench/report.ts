/** How measurements are written down: Markdown, one section per benchmark. */
import { cpus, release, totalmem } from "node:os";

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** What it ran on. */
export function machine(): string {
  const cores = cpus();
  const model = cores[0]?.model.trim() ?? "unknown processor";
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cores.length} × ${model}, ${memory} GiB, Linux ${release()}, Node.js ${process.versions.node}.`;
}

/** The document with the section `title` replaced, or added at its end. */
export function replaceSection(document: string, title: string, text: string): string {
  const sections = document.trimEnd().split(/\n(?=## )/);
  const section = `## ${title}\n\n${text}\n`;
  const at = sections.findIndex((candidate) => candidate.startsWith(`## ${title}\n`));
  if (at === -1) sections.push(section);
  else sections[at] = section;
  return `${sections.map((candidate) => candidate.trimEnd()).join("\n\n")}\n`;
}
