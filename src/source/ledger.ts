/** What one file has to tell besides its frames: where it could not be read, and what was left out. */
import type { LeftOut, Report } from "./capture-reader.ts";
import { linkTypeName } from "./link-type.ts";
import type { Damage } from "./source.ts";

/** More link types than this in one file are counted together, under the last. */
const MAX_LINK_TYPES = 64;

export class Ledger implements Report {
  readonly #file: string;
  readonly #damage: Damage[] = [];
  readonly #leftOut = new Map<number, LeftOut & { readonly offset: number }>();

  constructor(file: string) {
    this.#file = file;
  }

  /** The end that was missing is told once: a reader's `cut` after an input that broke off adds nothing. */
  damage(kind: Damage["kind"], offset: number, message: string): void {
    if (kind === "cut" && this.#damage.length > 0) return;
    this.#damage.push({ file: this.#file, offset, kind, message });
  }

  leftOut(linkType: number, offset: number): LeftOut {
    const key = this.#leftOut.size < MAX_LINK_TYPES ? linkType : OTHERS;
    const known = this.#leftOut.get(linkType) ?? this.#leftOut.get(key);
    if (known !== undefined) return known;
    const entry = { frames: 0, offset };
    this.#leftOut.set(key, entry);
    return entry;
  }

  list(): Damage[] {
    const list = [...this.#damage];
    for (const [linkType, { frames, offset }] of this.#leftOut) {
      if (frames === 0) continue;
      const what =
        linkType === OTHERS
          ? "further link types"
          : `link type ${linkType} (${linkTypeName(linkType)})`;
      const message = `${what} cannot be analysed: ${count(frames, "frame")} left out`;
      list.push({ file: this.#file, offset, kind: "link-type", message });
    }
    return list;
  }
}

const OTHERS = -1;

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
