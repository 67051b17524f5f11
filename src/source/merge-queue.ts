/** The files that have a frame to hand on, the earliest first: a binary heap over their frames' times. */
import type { CaptureFile } from "./capture-file.ts";

export class MergeQueue {
  readonly #heap: CaptureFile[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** The file whose frame is next. There has to be one. */
  get first(): CaptureFile {
    return this.#heap[0] as CaptureFile;
  }

  push(file: CaptureFile): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(file);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as CaptureFile;
      if (!isBefore(file, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = file;
  }

  /** Removes the first file. */
  pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.settle();
  }

  /** Finds the place of the first file, whose frame is another one now. */
  settle(): void {
    const heap = this.#heap;
    const { length } = heap;
    if (length < 2) return;
    const file = heap[0] as CaptureFile;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= length) break;
      let below = heap[child] as CaptureFile;
      if (child + 1 < length && isBefore(heap[child + 1] as CaptureFile, below)) {
        child += 1;
        below = heap[child] as CaptureFile;
      }
      if (!isBefore(below, file)) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = file;
  }
}

/** At the same time, the file that was named first comes first. */
function isBefore(one: CaptureFile, other: CaptureFile): boolean {
  const difference = one.frame.timestamp - other.frame.timestamp;
  return difference < 0 || (difference === 0 && one.frame.capture < other.frame.capture);
}
