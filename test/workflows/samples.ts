/** Small shows and requests for the workflow tests. */

import type { ImageCue } from '../../domain/cue-sheet.js';
import type { PregenerateVariantInput } from '../../domain/messages.js';
import { heededIn, type Rendition, type RenditionRequest } from '../../domain/rendition.js';
import type { RetryLimits } from '../../domain/retry-limits.js';
import { readShowFile, type ShowFile } from '../../domain/show-file.js';
import { type CueTask, planCues, requestVariant } from '../../domain/show-plan.js';

/** Longer than any of these tests, so that no limit is reached unless a test sets another. */
export const RETRY_LIMITS: RetryLimits = { previewUploadSeconds: 120, spoolSilenceSeconds: 120 };

/** @param queue of the model of P4, if it has one of its own */
export function sampleShow(version: string, variants: number, queue?: string): ShowFile {
  const size = { model: 'tiny', steps: 4, guidance: 0, width: 64, height: 64 };
  return readShowFile({
    project: 'test',
    version,
    cues: 'cues.json',
    variants: { transcript: variants, prompt: variants },
    models: { tiny: { path: './tiny' }, ...(queue !== undefined && { large: { path: './large', queue } }) },
    programs: {
      P0: { ...size, previews: false },
      P4: queue === undefined ? size : { ...size, model: 'large' },
    },
  });
}

export type SampleProgram = 'P0' | 'P4';

/** Cues of one program, or of the program that a function returns for a cue's index. */
export function sampleCues(
  count: number,
  program: SampleProgram | ((index: number) => SampleProgram) = 'P4',
): ImageCue[] {
  return Array.from({ length: count }, (_, index) => {
    const chosen = typeof program === 'function' ? program(index) : program;
    return {
      index,
      action: chosen === 'P0' ? 'transcript' : 'prompt',
      cueId: `cue_${index}`,
      program: chosen,
      prompt: `picture ${index}`,
    };
  });
}

export function sampleTask(version: string, variants: number, program: SampleProgram = 'P4'): CueTask {
  const [task] = planCues(sampleShow(version, variants), sampleCues(1, program), {
    showDirectory: '/show',
    images: {},
  });
  if (task === undefined) throw new Error('the sample show has no cue');
  return task;
}

/** Each test has a version of its own, so that workflow ids and keys never collide. */
export function sampleVariant(
  version: string,
  { program = 'P4', ...given }: { program?: SampleProgram } & Partial<PregenerateVariantInput> = {},
): PregenerateVariantInput & { request: RenditionRequest } {
  const request = requestVariant(sampleTask(version, 1, program), 1);
  return { request, replaces: false, patience: RETRY_LIMITS, ...given };
}

/** The rendition that a machine without a device reports. */
export function sampleRendition(request: RenditionRequest, spoolId = 'spool-a'): Rendition {
  const { cueId, variantId, settings } = request;
  const name = `${cueId}-${variantId}`;
  const { steps } = settings;
  return {
    ...{ spoolId, renditionId: name, journalDigest: name, steps, durationMs: 1234.5 },
    ...heededIn(request),
  };
}
