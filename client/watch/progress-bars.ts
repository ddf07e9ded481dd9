/**
 * One bar for the show and one for each image that is being denoised, redrawn in place on stderr; below them, where the
 * terminal can show it, what the image furthest along shows by now.
 */

import { Format, type GenericFormatter, MultiBar, Presets, type SingleBar } from 'cli-progress';
import { oneLine } from '../../domain/printable.js';
import { erasePicture, PICTURE_ROWS, pictureProtocol } from '../pictures/terminal-picture.js';
import { imageName, outcomes, paceParts, spoolParts } from '../status/describe-status.js';
import type { ShowStatus } from '../status/show-status.js';
import type { Output } from '../terminal/output.js';
import { cut } from '../terminal/table.js';
import { type DrawnPreview, LivePreview } from './live-preview.js';
import type { ProgressDisplay } from './progress-display.js';

/** Images drawn at once: more would push the show's own bar off a small terminal. */
const MAX_IMAGE_BARS = 6;

/** Longest cue id beside a bar. */
const LABEL_WIDTH = 34;

/** Phases in which nothing moves yet. */
const WAITING = ['waiting', 'queued'];

/** The show, its images, a caption and the picture, and a line to spare. */
const ROWS_WITH_PICTURE = 1 + MAX_IMAGE_BARS + 1 + PICTURE_ROWS + 1;

/** The terminal that is drawn on. */
export interface Screen {
  readonly stream: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function openBars(
  output: Pick<Output, 'redirectNotes'>,
  { stream, environment }: Screen = { stream: process.stderr, environment: process.env },
): ProgressDisplay {
  const bars = new MultiBar(
    {
      ...{ stream, format: lineOf, barsize: 24, hideCursor: true, clearOnComplete: true },
      // Every line anew, so that a remark that has moved them leaves nothing behind; news come once a second.
      ...{ forceRedraw: true, fps: 2 },
    },
    Presets.shades_classic,
  );
  output.redirectNotes((line) => bars.log(`${line}\n`));
  const protocol = stream.rows >= ROWS_WITH_PICTURE ? pictureProtocol(environment) : undefined;
  const preview = protocol && new LivePreview(protocol);
  /** What there are lines for. */
  let shown: DrawnPreview | undefined;
  bars.on('redraw-post', () => {
    if (shown !== undefined) stream.write(inBlankRows(shown.picture));
  });
  const drawn: SingleBar[] = [];
  return {
    update(status) {
      shown = preview?.drawn;
      const rows = [showRow(status), ...imageRows(status), ...pictureRows(shown)];
      rows.forEach((row, index) => {
        drawn[index] ??= bars.create(row.total, 0, row.payload);
        drawn[index].setTotal(row.total);
        drawn[index].update(row.value, row.payload);
      });
      for (const bar of drawn.splice(rows.length)) bars.remove(bar);
      void preview?.look(status.images);
    },
    stop() {
      // Remarks that wait for the next redraw would be lost.
      bars.update();
      bars.stop();
      if (protocol !== undefined) stream.write(erasePicture(protocol));
      output.redirectNotes(undefined);
    },
  };
}

/** What stands in a line: a bar, or only words. */
const lineOf: GenericFormatter = (options, params, payload: Row['payload']) =>
  payload.words === undefined
    ? payload.label
    : Format.Formatter({ ...options, format: '{label} {bar} {value}/{total} {words}' }, params, payload);

/** The picture at the beginning of the last lines, and the cursor back where it was. */
const inBlankRows = (picture: string): string => `\u001b7\u001b[${PICTURE_ROWS - 1}A\r${picture}\u001b8`;

interface Row {
  readonly value: number;
  readonly total: number;
  readonly payload: { readonly label: string; readonly words?: string };
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

/** A caption, and room for the picture. */
function pictureRows(shown: DrawnPreview | undefined): Row[] {
  if (shown === undefined) return [];
  const blank = new Array<string>(PICTURE_ROWS).fill('');
  return [shown.caption, ...blank].map((line) => ({ value: 0, total: 1, payload: { label: line } }));
}

const showWords = (status: ShowStatus): string =>
  [
    ...(status.state === 'running' || status.state === 'not-running' ? [] : [status.state]),
    ...outcomes(status),
    ...spoolParts(status),
    ...paceParts(status),
  ].join(', ');

const label = (text: string): string => cut(oneLine(text), LABEL_WIDTH).padEnd(LABEL_WIDTH);
