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

export function describeShow(progress: ShowProgress): string {
  const toGenerate = progress.planned - progress.skipped;
  const ended = progress.stored + progress.degraded + progress.failed;
  return [
    `**${progress.phase}**: ${ended} of ${toGenerate} variants (counted as cues end): ${counts(progress)}; ${progress.skipped} were stored before`,
    ...(progress.pausedBecause === undefined ? [] : [progress.pausedBecause]),
    `window ${progress.window} · cues in flight: ${progress.cuesInFlight.join(', ') || 'none'}`,
    ...failureList(progress.failures),
  ].join('\n\n');
}

const counts = ({ stored, degraded, failed }: VariantCounts): string =>
  `${stored} stored, ${degraded} degraded, ${failed} failed`;

function failureList(failures: readonly VariantFailure[]): string[] {
  if (failures.length === 0) return [];
  return [failures.map(({ cueId, variantId, reason }) => `- ${cueId} #${variantId}: ${reason}`).join('\n')];
}
