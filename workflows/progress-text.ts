/**
 * Progress of pages and shows in Markdown, for the current details in the Temporal Web UI.
 */
import {
  type PageProgress,
  type ShowProgress,
  sumOf,
  type VariantCounts,
  type VariantFailure,
} from '../domain/progress.js';

export function describePage({ counts: counted, failures, inFlight, waiting }: PageProgress): string {
  const names = inFlight.map(({ cueId, variantId }) => `${cueId} #${variantId}`);
  return [
    `**${sumOf(counted)}** variants done: ${counts(counted)}; ${inFlight.length} in flight, ${waiting} waiting`,
    ...(names.length === 0 ? [] : [`in flight: ${names.join(', ')}`]),
    ...failureList(failures),
  ].join('\n\n');
}

/** `now` in milliseconds since 1970. */
export function describeShow(progress: Omit<ShowProgress, 'runId'>, now: number): string {
  const toGenerate = progress.planned - progress.skipped;
  const ended = sumOf(progress) - progress.skipped;
  return [
    `**${progress.phase}**: ${ended} of ${toGenerate} variants: ${counts(progress)}; ${progress.skipped} were stored before`,
    ...(progress.pausedBecause === undefined ? [] : [progress.pausedBecause]),
    ...paceOf(progress, ended, now),
    `window ${progress.window} · pages in flight: ${progress.pagesInFlight.length}`,
    ...(progress.pausedCues === undefined ? [] : [`paused cues: ${progress.pausedCues.join(', ')}`]),
    ...failureList(progress.failures),
  ].join('\n\n');
}

/** Working time only; nothing is known before something has ended. */
function paceOf(
  { startedAt, pausedSeconds }: Pick<ShowProgress, 'startedAt' | 'pausedSeconds'>,
  ended: number,
  now: number,
): string[] {
  if (startedAt === undefined || ended === 0) return [];
  const minutes = Math.max(1 / 60, (now - Date.parse(startedAt)) / 60_000 - pausedSeconds / 60);
  return [`began ${startedAt} · ${(ended / minutes).toFixed(1)} variants a minute`];
}

const counts = ({ stored, degraded, failed, cancelled }: VariantCounts): string =>
  `${stored} stored, ${degraded} degraded, ${failed} failed${cancelled === 0 ? '' : `, ${cancelled} cancelled`}`;

function failureList(failures: readonly VariantFailure[]): string[] {
  if (failures.length === 0) return [];
  return [failures.map(({ cueId, variantId, reason }) => `- ${cueId} #${variantId}: ${reason}`).join('\n')];
}
