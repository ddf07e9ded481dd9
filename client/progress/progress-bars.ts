/**
 * One bar for the show and one for each image that is being denoised, redrawn in place on stderr.
 */
import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import { cut } from '../cli/table.js';
import type { ImageInFlight } from '../show/images-in-flight.js';
import type { ShowStatus } from '../show/show-status.js';
import { duration } from './describe-status.js';
import type { ProgressDisplay } from './progress-display.js';

/** Images drawn at once: more would push the show's own bar off a small terminal. */
const MAX_IMAGE_BARS = 6;

/** Longest cue id beside a bar. */
const LABEL_WIDTH = 34;

export function openBars(): ProgressDisplay {
  const bars = new MultiBar(
    { format: '{label} {bar} {value}/{total} {words}', barsize: 24, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  let show: SingleBar | undefined;
  let images: SingleBar[] = [];
  return {
    update(status) {
      show ??= bars.create(status.variants, 0, { label: label('show'), words: '' });
      show.setTotal(status.variants);
      show.update(status.stored, { words: showWords(status) });
      for (const bar of images) bars.remove(bar);
      images = status.images
        .filter(({ step }) => step !== undefined)
        .slice(0, MAX_IMAGE_BARS)
        .map((image) => drawImage(bars, image));
    },
    stop: () => bars.stop(),
  };
}

function drawImage(bars: MultiBar, { cueId, variantId, phase, step = 0, of = 0 }: ImageInFlight): SingleBar {
  const bar = bars.create(Math.max(of, 1), 0, { label: label(`${cueId} #${variantId}`), words: phase });
  bar.update(step);
  return bar;
}

function showWords({ state, degraded, failed, etaSeconds }: ShowStatus): string {
  return [
    ...(state === 'running' ? [] : [state]),
    ...(degraded > 0 ? [`${degraded} degraded`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(etaSeconds === undefined ? [] : [`${duration(etaSeconds)} left`]),
  ].join(', ');
}

const label = (text: string): string => cut(text, LABEL_WIDTH).padEnd(LABEL_WIDTH);
