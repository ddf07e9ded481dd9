/**
 * A store of any size that needs no disk: keys are computed, and images are a few real PNGs, repeated. For measuring the
 * gallery's own cost.
 */
import type { ObjectHead, ObjectStore } from '../../storage/object-store.js';
import { paint } from '../support/gallery-show.js';
import { memoryStore } from './orchestration/memory-store.js';

export interface LargeShow {
  readonly cues: number;
  readonly variants: number;
  readonly steps: number;
}

/** Pixels of final images and previews, as Stable Diffusion 3 makes them at half its largest size. */
const FINAL_PIXELS = 512;
const PREVIEW_PIXELS = 64;
/** Duration of a step on a fast GPU in milliseconds, different for each step. */
const stepMs = (step: number): number => 40 + ((step * 37) % 23);

export async function largeStore(show: LargeShow): Promise<ObjectStore> {
  const finals = await Promise.all([1, 2, 3].map((variant) => paint(FINAL_PIXELS, variant * 2, variant, 1)));
  const previews = await Promise.all(
    Array.from({ length: show.steps }, (_, step) => paint(PREVIEW_PIXELS, 2, 1, (step + 1) / show.steps)),
  );
  const timing = timingOf(show.steps);
  const bodyOf = (key: string): Buffer | undefined => {
    const [, variant = '1', name = ''] = /\/(\d+)\/([^/]+)$/.exec(key) ?? [];
    if (name === 'timing.json') return timing;
    if (name === 'final.png') return finals[Number(variant) % finals.length];
    return previews[Number.parseInt(name, 10) - 1];
  };
  const modifiedAt = new Date(0);
  /** Objects that the gallery writes: decisions. */
  const documents = memoryStore();
  return {
    ...documents,
    description: `synthetic:${JSON.stringify(show)}`,
    async *list(prefix, options) {
      yield* listed(show, prefix, modifiedAt);
      yield* documents.list(prefix, options);
    },
    get: async (key, options) => bodyOf(key) ?? documents.get(key, options),
    head: async (key, options) => {
      const body = bodyOf(key);
      return body ? { key, bytes: body.length, modifiedAt } : documents.head(key, options);
    },
  };
}

async function* listed(show: LargeShow, prefix: string, modifiedAt: Date): AsyncGenerator<ObjectHead> {
  for (let cue = 0; cue < show.cues; cue += 1) {
    for (let variant = 1; variant <= show.variants; variant += 1) {
      const folder = `bench/v1/cues/prompt_${cue}_00_${pad(cue / 60)}_${pad(cue % 60)}/${variant}/`;
      if (!folder.startsWith(prefix)) continue;
      for (let step = 1; step <= show.steps; step += 1)
        yield { key: `${folder}${step}.png`, bytes: 8000, modifiedAt };
      yield { key: `${folder}final.png`, bytes: 300_000, modifiedAt };
      yield { key: `${folder}timing.json`, bytes: 700, modifiedAt };
    }
  }
}

function timingOf(steps: number): Buffer {
  const durations = Array.from({ length: steps }, (_, index) => [String(index + 1), stepMs(index)]);
  return Buffer.from(JSON.stringify({ stepDurations: { ...Object.fromEntries(durations), final: 60 } }));
}

const pad = (count: number): string => String(Math.floor(count) % 60).padStart(2, '0');
