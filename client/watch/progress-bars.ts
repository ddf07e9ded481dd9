/**
 * One bar for the show and one for each image that is being denoised, redrawn in place on stderr.
 */

import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import { oneLine } from '../../domain/printable.js';
import { imageName, outcomes, paceParts, spoolParts } from '../status/describe-status.js';
import type { ShowStatus } from '../status/show-status.js';
import type { Output } from '../terminal/output.js';
import { cut } from '../terminal/table.js';
import type { ProgressDisplay } from './progress-display.js';

/** Images drawn at once: more would push the show's own bar off a small terminal. */
const MAX_IMAGE_BARS = 6;

/** Longest cue id beside a bar. */
const LABEL_WIDTH = 34;

/** Phases in which nothing moves yet. */
const WAITING = ['waiting', 'queued'];

export function openBars(output: Output): ProgressDisplay {
  const bars = new MultiBar(
    { format: '{label} {bar} {value}/{total} {words}', barsize: 24, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  output.redirectNotes((line) => bars.log(`${line}\n`));
  const drawn: SingleBar[] = [];
  return {
    update(status) {
      const rows = [showRow(status), ...imageRows(status)];
      rows.forEach((row, index) => {
        drawn[index] ??= bars.create(row.total, 0, row.payload);
        drawn[index].setTotal(row.total);
        drawn[index].update(row.value, row.payload);
      });
      for (const bar of drawn.splice(rows.length)) bars.remove(bar);
    },
    stop() {
      bars.stop();
      output.redirectNotes(undefined);
    },
  };
}

interface Row {
  readonly value: number;
  readonly total: number;
  readonly payload: { readonly label: string; readonly words: string };
}

const showRow = (status: ShowStatus): Row => ({
  value: status.stored,
  total: Math.max(status.variants, 1),
  payload: { label: label('show'), words: showWords(status) },
});

const imageRows = ({ images }: ShowStatus): Row[] =>
  images
    .filter(({ step, phase }) => step !== undefined && !WAITING.includes(phase))
    .slice(0, MAX_IMAGE_BARS)
    .map((image) => ({
      value: image.step ?? 0,
      total: Math.max(image.of ?? 0, 1),
      payload: { label: label(imageName(image)), words: image.phase },
    }));

const showWords = (status: ShowStatus): string =>
  [
    ...(status.state === 'running' || status.state === 'not-running' ? [] : [status.state]),
    ...outcomes(status),
    ...spoolParts(status),
    ...paceParts(status),
  ].join(', ');

const label = (text: string): string => cut(oneLine(text), LABEL_WIDTH).padEnd(LABEL_WIDTH);
