/**
 * `pregen film FILE CUE VARIANT`: an image's emergence as an animated picture or video, at the pace at which it
 * happened.
 */

import { extname } from 'node:path';
import { InvalidInputError } from '../../domain/problems.js';
import { checkVariant, findCue } from '../load/find-cue.js';
import { inStoreOf } from '../load/in-store-of.js';
import { loadShow } from '../load/load-show.js';
import type { Output } from '../terminal/output.js';
import { filmFrames } from './film-frames.js';
import { filmSize, readPictures, readTimeline } from './film-pictures.js';
import { FILM_EXTENSIONS, filmFormat } from './formats.js';

export interface FilmOptions {
  readonly file: string;
  readonly cue: string;
  readonly variant: number;
  readonly out?: string;
  readonly speed: number;
  /** Longer edge in pixels, at most. */
  readonly size: number;
  /** How long the final image stays, seconds. */
  readonly hold: number;
  readonly loop: boolean;
}

export async function film(options: FilmOptions, output: Output): Promise<undefined> {
  const { cue: cueId, variant: variantId, speed } = options;
  const out = options.out ?? `${cueId}-${variantId}.webp`;
  const format = filmFormat(extname(out));
  if (format === undefined)
    throw new InvalidInputError('film', [
      { where: '--out', message: `expected a name that ends in ${FILM_EXTENSIONS.join(', ')}, got "${out}"` },
    ]);
  const loaded = await loadShow(options.file);
  const { show, configuration } = loaded;
  checkVariant(findCue(loaded, cueId, 'film'), variantId, 'film');
  const address = { project: show.project, version: show.version, cueId, variantId };
  await inStoreOf({ configuration }, async (store) => {
    const timeline = await readTimeline(store, address);
    const frames = filmFrames(timeline, { ...format, speed, holdMs: options.hold * 1000 });
    const size = await filmSize(store, address, options.size);
    const pictures = await readPictures(store, address, frames, size);
    const durationsMs = frames.map(({ durationMs }) => durationMs);
    await format.write(out, pictures, durationsMs, options.loop);
    const lengthMs = durationsMs.reduce((sum, ms) => sum + ms, 0);
    const facts = { out, frames: frames.length, durationMs: lengthMs, ...size, timed: timeline.timed };
    output.result(facts, sentence(facts));
  });
}

function sentence(facts: { out: string; frames: number; durationMs: number; timed: boolean }): string {
  const { out, frames, durationMs, timed } = facts;
  const remark = timed ? '' : ' There is no timing.json, so it shows the final image alone.';
  return `Wrote ${out}: ${frames} ${frames === 1 ? 'picture' : 'pictures'}, ${(durationMs / 1000).toFixed(2)} s.${remark}`;
}
