/**
 * A show's status in words: the one line of a log, and the paragraph of `show status`.
 */

import { oneLine } from '../../domain/printable.js';
import { someOf } from '../../domain/some-of.js';
import type { ImageInFlight } from '../../live/images-in-flight.js';
import { describeLastRun } from '../../live/last-run.js';
import type { ImageName } from '../../live/running-variants.js';
import type { SpoolReport } from '../../live/spool-reports.js';
import { readyLines, staleCountLines } from '../review/describe-review.js';
import { describeBytes, duration } from '../terminal/quantities.js';
import { cut } from '../terminal/table.js';
import type { ShowStatus } from './show-status.js';

const STATES: Readonly<Record<ShowStatus['state'], string>> = {
  planning: 'being planned',
  running: 'running',
  paused: 'paused',
  unanswered: 'running, but no orchestrator worker answers (start one with "pregen worker")',
  'not-running': 'not running',
};

/** One line: counts, backlog, pace and the image furthest along. */
export function statusLine(status: ShowStatus): string {
  if (status.state === 'planning') return 'planning …';
  const first = status.images.find(({ step }) => step !== undefined);
  return [
    ...(status.state === 'paused' ? [`paused${because(status)}`] : []),
    `${status.stored}/${status.variants} stored`,
    ...outcomes(status),
    ...spoolParts(status),
    ...paceParts(status),
    ...(first === undefined ? [] : [imageLine(first)]),
  ].join(' · ');
}

/** Everything that `show status` says. */
export function statusParagraph(status: ShowStatus): string {
  const { state, window, images, spools, pausedCues } = status;
  const lastRun = describeLastRun(status, status.variants);
  const ended = lastRun === undefined ? '' : ` (last run: ${oneLine(lastRun)}${bySchedule(status)})`;
  const starter = state === 'not-running' ? ended : bySchedule(status);
  return [
    `${status.workflowId} is ${STATES[state]}${starter}${because(status)}.`,
    [
      `${status.stored} of ${status.variants} variants stored`,
      ...outcomes(status),
      ...(window === undefined ? [] : [`up to ${window} in flight`]),
      ...paceParts(status),
    ].join(', '),
    ...images.map((image) => `  ${imageLine(image)}`),
    ...spools.map((spool) => `  ${spoolLine(spool)}`),
    ...(pausedCues === undefined ? [] : [`paused: ${someOf(pausedCues)}`]),
    ...failureLines(status),
    ...reviewLines(status),
  ].join('\n');
}

function reviewLines({ review }: ShowStatus): string[] {
  return review === undefined ? [] : [...staleCountLines(review), ...readyLines(review)];
}

const bySchedule = ({ scheduledRun }: ShowStatus): string =>
  scheduledRun === undefined ? '' : `, started by its schedule as ${scheduledRun}`;

const because = ({ pausedBecause }: ShowStatus): string =>
  pausedBecause === undefined ? '' : `: ${pausedBecause}`;

/** The failed few, one line each; none if nothing failed. */
export function failureLines({ failed, failures }: Pick<ShowStatus, 'failed' | 'failures'>): string[] {
  if (failed === 0) return [];
  const more = failed - failures.length;
  return [
    `${failed} failed:`,
    ...failures.map(({ cueId, variantId, reason }) => `  ${cueId} #${variantId}: ${oneLine(reason)}`),
    ...(more > 0 ? [`  … and ${more} more; find them in the Web UI with PregenStatus = "failed"`] : []),
  ];
}

/** `prompt_3_00_01_10 #2: denoising 5/14 on gpu-3`, and what keeps it from getting further. */
export function imageLine(image: ImageInFlight): string {
  const { phase, step, of, machine, attempt, lastFailure } = image;
  const steps = step === undefined ? '' : ` ${step}/${of}`;
  const where = machine === undefined ? '' : ` on ${machine}`;
  const again = attempt === undefined ? '' : `, attempt ${attempt}`;
  const why = lastFailure === undefined ? '' : `: ${cut(oneLine(collapsed(lastFailure)), FAILURE_WIDTH)}`;
  return `${imageName(image)}: ${PHASES[phase] ?? phase}${steps}${where}${again}${why}`;
}

/** `prompt_3_00_01_10 #2`, and which take of it if not the chosen one. */
export const imageName = ({ cueId, variantId, take }: ImageName): string =>
  `${cueId} #${variantId}${take === undefined ? '' : ` take ${take}`}`;

/** Longest reason on a line of its own image. */
const FAILURE_WIDTH = 160;

const PHASES: Readonly<Partial<Record<ImageInFlight['phase'], string>>> = {
  waiting: 'waiting for a GPU',
  pausing: 'pauses before it is tried again',
  queued: 'next on the GPU',
  'spool-full': 'waits for room on the spool',
};

/** `spool 3f2a… : 12 images, 3.2 of 21 GB`, and that GPUs wait for it if they do. */
export function spoolLine({ spoolId, bytes, budgetBytes, renditions, full }: SpoolReport): string {
  const images = `${renditions} ${renditions === 1 ? 'image' : 'images'}`;
  const waits = full ? '; GPU waits: spool full, until uploads have made room' : '';
  return `spool ${spoolId}: ${images}, ${usage({ bytes, budgetBytes })}${waits}`;
}

/** The fullest spool in a few words. */
export function spoolParts({ spools }: Pick<ShowStatus, 'spools'>): string[] {
  const [fullest] = spools;
  if (fullest === undefined) return [];
  const full = spools.some((spool) => spool.full);
  return [full ? `GPU waits: spool full (${usage(fullest)})` : `spool ${usage(fullest)}`];
}

const usage = ({ bytes, budgetBytes }: Pick<SpoolReport, 'bytes' | 'budgetBytes'>): string =>
  `${describeBytes(bytes)} of ${describeBytes(budgetBytes)}`;

const collapsed = (text: string): string => text.replace(/\s+/g, ' ');

/** Whatever is not simply stored. */
export function outcomes({ degraded, failed, cancelled, uploading }: ShowStatus): string[] {
  return [
    ...(degraded > 0 ? [`${degraded} of them degraded`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
    ...(uploading > 0 ? [`${uploading} waiting for the store`] : []),
  ];
}

export function paceParts({ ratePerMinute, etaSeconds }: ShowStatus): string[] {
  if (ratePerMinute === undefined || etaSeconds === undefined) return [];
  return [`${ratePerMinute.toFixed(1)} a minute`, `${duration(etaSeconds)} left`];
}
