/**
 * A show's status in words: the one line of a log, and the paragraph of `show status`.
 */
import type { ImageInFlight } from '../show/images-in-flight.js';
import type { ShowStatus } from '../show/show-status.js';

const STATES: Readonly<Record<ShowStatus['state'], string>> = {
  planning: 'being planned',
  running: 'running',
  paused: 'paused',
  unanswered: 'running, but no orchestrator worker answers (start one with "pregen worker")',
  'not-running': 'not running',
};

/** One line: counts, pace and the image furthest along. */
export function statusLine(status: ShowStatus): string {
  if (status.state === 'planning') return 'planning …';
  if (status.pausedBecause !== undefined) return `paused: ${status.pausedBecause}`;
  const first = status.images[0];
  return [
    `${status.stored}/${status.variants} stored`,
    ...(status.degraded > 0 ? [`${status.degraded} of them degraded`] : []),
    ...(status.failed > 0 ? [`${status.failed} failed`] : []),
    ...(status.uploading > 0 ? [`${status.uploading} waiting for the store`] : []),
    ...paceParts(status),
    ...(first === undefined ? [] : [imageLine(first)]),
  ].join(' · ');
}

/** Everything that `show status` says. */
export function statusParagraph(status: ShowStatus): string {
  const lastRun = status.lastRun === undefined ? '' : ` (last run: ${status.lastRun.toLowerCase()})`;
  return [
    `${status.workflowId} is ${STATES[status.state]}${lastRun}${because(status)}.`,
    [
      `${status.stored} of ${status.variants} variants stored`,
      ...outcomes(status),
      ...paceParts(status),
    ].join(', '),
    ...status.images.map((image) => `  ${imageLine(image)}`),
    ...failureLines(status),
  ].join('\n');
}

const because = ({ pausedBecause }: ShowStatus): string =>
  pausedBecause === undefined ? '' : `: ${pausedBecause}`;

/** The failed few, one line each; none if nothing failed. */
export function failureLines({ failed, failures }: Pick<ShowStatus, 'failed' | 'failures'>): string[] {
  if (failed === 0) return [];
  const more = failed - failures.length;
  return [
    `${failed} failed:`,
    ...failures.map(({ cueId, variantId, reason }) => `  ${cueId} #${variantId}: ${reason}`),
    ...(more > 0 ? [`  … and ${more} more; find them in the Web UI with PregenStatus = "failed"`] : []),
  ];
}

/** `prompt_3_00_01_10 #2: denoising 5/14`. */
export function imageLine({ cueId, variantId, phase, step, of, attempt }: ImageInFlight): string {
  const steps = step === undefined ? '' : ` ${step}/${of}`;
  const again = attempt === undefined ? '' : `, attempt ${attempt}`;
  return `${cueId} #${variantId}: ${phase}${steps}${again}`;
}

function outcomes({ degraded, failed, uploading }: ShowStatus): string[] {
  return [
    ...(degraded > 0 ? [`${degraded} of them degraded`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(uploading > 0 ? [`${uploading} waiting for the store`] : []),
  ];
}

function paceParts({ ratePerMinute, etaSeconds }: ShowStatus): string[] {
  if (ratePerMinute === undefined || etaSeconds === undefined) return [];
  return [`${ratePerMinute.toFixed(1)} a minute`, `${duration(etaSeconds)} left`];
}

/** `1 h 5 min`, `3 min 20 s`, `8 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole >= 3600) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return whole >= 60 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${whole} s`;
}
