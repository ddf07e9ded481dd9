/**
 * The recorded durations of the images that come next, read ahead. What has not arrived in time, or never does, is performed
 * at an even pace until it has.
 */
import type { Timeline } from '../replay/timeline.js';
import { emergenceOf } from './emergence.js';
import type { StagedImage } from './events.js';

/** Reads the parsed `timing.json` of an image; undefined where there is none. */
export type ReadTiming = (image: StagedImage) => Promise<unknown>;

/** As many as are read ahead, and some that were sought back to; a show of a day does not fill the memory. */
const KEPT = 64;

export class Timings {
  private readonly read = new Map<string, unknown>();
  private readonly reading = new Set<string>();
  private readonly emergences = new WeakMap<StagedImage, Timeline>();

  /** @param onRead called when a timing has arrived */
  constructor(
    private readonly readTiming: ReadTiming | undefined,
    private readonly onRead: () => void,
  ) {}

  emergence(image: StagedImage): Timeline {
    const known = this.emergences.get(image);
    if (known !== undefined) return known;
    const emergence = emergenceOf(image, this.read.get(keyOf(image)));
    if (this.read.has(keyOf(image))) this.emergences.set(image, emergence);
    return emergence;
  }

  /** Reads those that are not known. */
  want(images: readonly StagedImage[]): void {
    for (const image of images) this.wantOne(image);
  }

  private wantOne(image: StagedImage): void {
    const key = keyOf(image);
    if (this.readTiming === undefined || (image.variant?.previews ?? 0) === 0) return;
    if (this.read.has(key) || this.reading.has(key)) return;
    this.reading.add(key);
    this.readTiming(image).then(
      (timing) => this.keep(key, timing),
      // Asked for again when the next image begins.
      () => this.reading.delete(key),
    );
  }

  private keep(key: string, timing: unknown): void {
    this.reading.delete(key);
    this.read.set(key, timing);
    for (const oldest of [...this.read.keys()].slice(0, -KEPT)) this.read.delete(oldest);
    this.onRead();
  }
}

const keyOf = ({ version, cueId, variant }: StagedImage): string => `${version}/${cueId}/${variant?.variant}`;
