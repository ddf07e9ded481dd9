/**
 * Progress of cues and shows in Markdown, for the current details in the Temporal Web UI.
 */
import type { CueProgress, ShowProgress, VariantCounts, VariantFailure } from '../domain/progress.js';
import type { CueTask } from '../domain/show-plan.js';

export function describeCue({ settings }: CueTask, progress: CueProgress): string {
  const ended = progress.stored + progress.degraded + progress.failed;
  return [
    `**${ended} of ${progress.total}** variants: ${counts(progress)}, ${progress.inFlight.length} in flight`,
    `> ${settings.prompt.replace(/\s+/g, ' ')}`,
    `program ${settings.program} · model ${settings.model.name}`,
    ...failureList(progress.failures),
  ].join('\n\n');
}

/** `now` in milliseconds since 1970. */
export function describeShow(progress: ShowProgress, now: number): string {
  const toGenerate = progress.planned - progress.skipped;
  const ended = progress.stored + progress.degraded + progress.failed;
  return [
    `**${progress.phase}**: ${ended} of ${toGenerate} variants (counted as cues end): ${counts(progress)}; ${progress.skipped} were stored before`,
    ...(progress.pausedBecause === undefined ? [] : [progress.pausedBecause]),
    ...paceOf(progress, ended, now),
    `window ${progress.window} · cues in flight: ${progress.cuesInFlight.join(', ') || 'none'}`,
    ...(progress.pausedCues === undefined ? [] : [`paused cues: ${progress.pausedCues.join(', ')}`]),
    ...failureList(progress.failures),
  ].join('\n\n');
}

/** Working time only; nothing is known before something has ended. */
function paceOf({ startedAt, pausedSeconds }: ShowProgress, ended: number, now: number): string[] {
  if (startedAt === undefined || ended === 0) return [];
  const minutes = Math.max(1 / 60, (now - Date.parse(startedAt)) / 60_000 - pausedSeconds / 60);
  return [`began ${startedAt} · ${(ended / minutes).toFixed(1)} variants a minute`];
}

const counts = ({ stored, degraded, failed }: VariantCounts): string =>
  `${stored} stored, ${degraded} degraded, ${failed} failed`;

function failureList(failures: readonly VariantFailure[]): string[] {
  if (failures.length === 0) return [];
  return [failures.map(({ cueId, variantId, reason }) => `- ${cueId} #${variantId}: ${reason}`).join('\n')];
}
