/** Timestamps as Suricata's EVE JSON writes them: `2026-11-21T03:04:05.123456+0000`, always UTC. */

const PATTERN = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(\d{3})\+0000$/;

/**
 * From µs since 1970-01-01 UTC. A capture can claim any time: what lies outside 1970 … 2255 (where whole
 * µs end in a number) is held at that edge, so that the format stays valid.
 */
export function eveTime(microseconds: number): string {
  const us = clamp(microseconds);
  const milliseconds = Math.floor(us / 1000);
  const rest = us - milliseconds * 1000;
  const iso = new Date(milliseconds).toISOString();
  return `${iso.slice(0, 23)}${String(rest).padStart(3, "0")}+0000`;
}

/** Back to µs; undefined for anything that `eveTime` does not write. */
export function parseEveTime(text: string): number | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const milliseconds = Date.parse(`${match[1]}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds * 1000 + Number(match[2]);
}

function clamp(us: number): number {
  if (!(us > 0)) return 0;
  return us > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Math.floor(us);
}
