/** Two independent 32-bit hashes over a statement: a false "already said" has odds of 2^-64. */
export class Fingerprint {
  low = 0;
  high = 0;

  /** Hashes of names. Few: analyzers name their fields by constants. */
  readonly #names = new Map<string, number>();

  begin(): void {
    this.low = 0x811c9dc5 | 0;
    this.high = 0x01000193;
  }

  mix(value: number): void {
    this.low = Math.imul(this.low ^ value, 0x01000193);
    this.high = Math.imul(this.high ^ value ^ (this.high >>> 15), 0x85ebca6b | 0);
  }

  /** A name that the code spells out. */
  name(name: string): void {
    let hash = this.#names.get(name);
    if (hash === undefined) {
      hash = hashOf(name);
      this.#names.set(name, hash);
    }
    this.mix(hash);
  }

  text(text: string): void {
    for (let index = 0; index < text.length; index++) this.mix(text.charCodeAt(index));
    this.mix(text.length);
  }

  bytes(bytes: Uint8Array, start: number, length: number): void {
    const end = start + length;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const half = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
      this.mix(half | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24));
    }
    for (; at < end; at++) this.mix(bytes[at] as number);
    this.mix(length);
  }

  number(value: number): void {
    this.mix(value | 0);
    this.mix((value / 0x100000000) | 0);
  }
}

function hashOf(text: string): number {
  let hash = text.length;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}
