/** Capture files, one or many, as one source: their frames come merged in time order. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { CaptureFile } from "./capture-file.ts";
import { Step } from "./capture-reader.ts";
import { MergeQueue } from "./merge-queue.ts";
import type { Damage, Frame, Source, SourceStatistics } from "./source.ts";

export interface FileOptions {
  /** Called now and then while reading: bytes read, and bytes in all, undefined when a pipe is among them. */
  readonly onProgress?: (read: number, total: number | undefined) => void;
  /** The file descriptor that `-` means; 0 unless told otherwise. */
  readonly standardInput?: number;
}

/**
 * The captures at `paths` (pcap, pcapng, either packed with gzip; `-` is standard input) as one source.
 * Nothing is opened before `run`, and what cannot be opened or read is in `statistics().damage`.
 *
 * Frames of several files are merged by their time, and in the order of `paths` when it is the same.
 * Frames of one file are never reordered, even when their clock went backwards.
 */
export function openFiles(paths: readonly string[], options: FileOptions = {}): Source {
  return new FileSource(paths, options);
}

/** Read from one file at a time: the best size for a single one, less when very many are open at once. */
const CHUNK = 256 * 1024;
const SMALLEST_CHUNK = 16 * 1024;
const ALL_CHUNKS = 32 * 1024 * 1024;

/** Signals, timers and other input get their turn after so many frames or reads. */
const FRAMES_PER_TURN = 4_096;
const FRAMES_PER_READ = 1_024;

class FileSource implements Source {
  readonly names: readonly string[];
  readonly #files: CaptureFile[];
  readonly #options: FileOptions;
  readonly #queue = new MergeQueue();
  #frames = 0;
  #bytes = 0;
  #stopped = false;
  /** Frames left in this turn of the event loop. */
  #turn = FRAMES_PER_TURN;

  constructor(paths: readonly string[], options: FileOptions) {
    this.names = [...paths];
    this.#options = options;
    const share = Math.floor(ALL_CHUNKS / Math.max(1, paths.length));
    const chunk = Math.max(SMALLEST_CHUNK, Math.min(CHUNK, share));
    const standardInput = options.standardInput ?? 0;
    this.#files = paths.map((path, index) => new CaptureFile(path, index, chunk, standardInput));
  }

  async run(onFrame: (frame: Frame) => void, signal: AbortSignal): Promise<void> {
    const stop = () => this.#stop();
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    try {
      await this.#openAll();
      while (!this.#stopped && this.#queue.size > 0) {
        const waiting = this.#deliver(onFrame);
        if (waiting !== null) await this.#continue(waiting);
        if (this.#turn <= 0) await this.#yield();
      }
    } finally {
      signal.removeEventListener("abort", stop);
      this.#stop();
      this.#tellProgress();
    }
  }

  statistics(): SourceStatistics {
    const damage: Damage[] = this.#files.flatMap((file) => file.damage);
    return { frames: this.#frames, bytes: this.#bytes, damage };
  }

  #stop(): void {
    this.#stopped = true;
    for (const file of this.#files) file.close();
  }

  /** Puts every file that has a frame into the queue. */
  async #openAll(): Promise<void> {
    for (const file of this.#files) {
      if (this.#stopped) return;
      if (file.open() && (await this.#advance(file))) this.#queue.push(file);
    }
  }

  /** Hands on frames until the turn is over; or returns the first file of the queue when it has to be read. */
  #deliver(onFrame: (frame: Frame) => void): CaptureFile | null {
    const queue = this.#queue;
    while (this.#turn > 0 && !this.#stopped && queue.size > 0) {
      const file = queue.first;
      const { frame } = file;
      this.#turn -= 1;
      this.#frames += 1;
      this.#bytes += frame.length;
      onFrame(frame);
      const step = file.next();
      if (step === Step.More) return file;
      if (step === Step.Frame) {
        queue.settle();
      } else {
        file.close();
        queue.pop();
      }
    }
    return null;
  }

  /** Brings the first file of the queue to its next frame, or takes it out. */
  async #continue(file: CaptureFile): Promise<void> {
    if (await this.#advance(file)) this.#queue.settle();
    else this.#queue.pop();
  }

  /** Reads until there is a frame: true; or until there will be no more. */
  async #advance(file: CaptureFile): Promise<boolean> {
    while (!this.#stopped) {
      const step = file.next();
      if (step === Step.Frame) return true;
      if (step === Step.End) break;
      const wait = file.refill();
      if (wait !== undefined) await wait;
      this.#turn -= FRAMES_PER_READ;
      if (this.#turn <= 0) await this.#yield();
    }
    file.close();
    return false;
  }

  async #yield(): Promise<void> {
    this.#turn = FRAMES_PER_TURN;
    this.#tellProgress();
    await nextTurn();
  }

  #tellProgress(): void {
    const { onProgress } = this.#options;
    if (onProgress === undefined) return;
    let read = 0;
    let total: number | undefined = 0;
    for (const file of this.#files) {
      read += file.taken;
      total = total === undefined || file.size === undefined ? undefined : total + file.size;
    }
    onProgress(read, total);
  }
}
