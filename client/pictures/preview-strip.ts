/**
 * How one image emerged: some of its previews side by side with the duration of each step, then the final image.
 */
import { z } from 'zod';
import { finalKey, stepKey, timingKey, type VariantAddress } from '../../domain/object-keys.js';
import type { CueTask } from '../../domain/show-plan.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { Picture, Words } from './canvas.js';

/** Previews shown, first and last included: with more, none would be large enough to see. */
const MAX_PREVIEWS = 9;

const GAP = 6;
const MUTED = '#9a978f';

const timingSchema = z.object({ stepDurations: z.record(z.string(), z.number()) });

export interface Emergence {
  readonly prompt: string;
  /** In order; `name` is a step number or `final`. */
  readonly frames: readonly { readonly name: string; readonly durationMs: number; readonly png: Buffer }[];
  readonly totalMs: number;
  readonly steps: number;
}

/** Reads the previews of the first stored image that has some; text-to-image first, which begins from pure noise. */
export async function readEmergence(
  tasks: readonly CueTask[],
  store: ObjectStore,
): Promise<Emergence | undefined> {
  const candidates = tasks
    .filter(({ settings }) => settings.previews)
    .sort((a, b) => Number(a.settings.image !== undefined) - Number(b.settings.image !== undefined));
  for (const task of candidates) {
    const address = { ...task, variantId: 1 };
    if ((await store.head(timingKey(address))) !== undefined) return readFrames(task, address, store);
  }
  return undefined;
}

async function readFrames(task: CueTask, address: VariantAddress, store: ObjectStore): Promise<Emergence> {
  const timing = timingSchema.parse(JSON.parse((await store.get(timingKey(address))).toString()));
  const durations = Object.entries(timing.stepDurations);
  const steps = durations.filter(([name]) => name !== 'final');
  const shown = [...spread(steps, MAX_PREVIEWS), ...durations.filter(([name]) => name === 'final')];
  const frames = await Promise.all(
    shown.map(async ([name, durationMs]) => {
      const key = name === 'final' ? finalKey(address) : stepKey(address, Number(name));
      return { name, durationMs, png: await store.get(key) };
    }),
  );
  const totalMs = durations.reduce((total, [, durationMs]) => total + durationMs, 0);
  return { prompt: task.settings.prompt, frames, totalMs, steps: steps.length };
}

/** At most `count` items, evenly spread, the first and the last among them. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  const wanted = new Set(
    Array.from({ length: count }, (_, index) => Math.round((index * (items.length - 1)) / (count - 1))),
  );
  return items.filter((_, index) => wanted.has(index));
}

/** Places an emergence; `height` is what it takes. */
export function layOutStrip(
  { prompt, frames, totalMs, steps }: Emergence,
  left: number,
  top: number,
  width: number,
): { pictures: Picture[]; words: Words[]; height: number } {
  const size = Math.floor((width + GAP) / frames.length) - GAP;
  const place = (index: number) => left + index * (size + GAP);
  const pictures = frames.map(({ name, png }, index) => ({
    left: place(index),
    top: top + 30,
    size,
    png,
    pixelated: name !== 'final',
  }));
  const labels = frames.flatMap(({ name, durationMs }, index) => [
    { left: place(index), top: top + size + 48, text: name === 'final' ? 'final' : `step ${name}`, size: 13 },
    { left: place(index), top: top + size + 65, text: `${durationMs} ms`, size: 12, color: MUTED },
  ]);
  const caption = `“${prompt}” emerging in ${steps} steps, ${(totalMs / 1000).toFixed(1)} s`;
  return {
    pictures,
    words: [{ left, top: top + 16, text: caption, size: 14 }, ...labels],
    height: size + 75,
  };
}
