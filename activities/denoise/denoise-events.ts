/**
 * What becomes of the engine's events: each step is made durable, then told, while the device is already at the
 * next. Nothing in here is counted in any duration.
 */
import { readFile, rm } from 'node:fs/promises';
import { log } from '@temporalio/activity';
import { latentsToRgb, type ModelInfo, type PreviewFactors, type RgbImage } from '../../diffusion/index.js';
import { generationParameters } from '../../domain/generation-parameters.js';
import { isFullSize, previewStyle } from '../../domain/preview-style.js';
import type { GenerationSettings } from '../../domain/rendition.js';
import type { EngineEvent, RawImageFile } from '../../engine/engine.js';
import { decodeLatents } from '../../engine/files/latents-file.js';
import { encodePng } from '../../engine/files/png.js';
import type { SpooledRendition } from '../../storage/spool/spooled-rendition.js';
import type { Attempt } from './denoise-attempt.js';
import type { StepPicture } from './picture-maker.js';

type StepEvent = Extract<EngineEvent, { type: 'step' }>;
type FinalEvent = Extract<EngineEvent, { type: 'final' }>;

/** Follows a job to its end; the rendition is complete when this resolves. */
export async function keepEvents(
  events: AsyncIterable<EngineEvent>,
  rendition: SpooledRendition,
  attempt: Attempt,
): Promise<void> {
  const { say, subject, request } = attempt;
  let info: ModelInfo | undefined;
  for await (const event of events) {
    const reached = progressOf(rendition);
    switch (event.type) {
      case 'loading':
        say({ phase: 'loading', ...reached, of: request.settings.steps });
        break;
      case 'started':
        info = event.info;
        await requireSameModel(info, rendition, subject);
        say({ phase: phaseAfter(reached.step, event.of), ...reached, of: event.of });
        break;
      case 'prompt':
        warnOfTruncation(subject, event.truncated);
        break;
      case 'step':
        await keepAndTell(event, rendition, attempt, info);
        break;
      case 'final':
        say({ phase: 'saving', ...reached, of: reached.step });
        await keepFinal(event, rendition, attempt, info);
        break;
    }
  }
}

/** The steps that are done, and how long they took. */
export function progressOf({ steps }: SpooledRendition): { step: number; doneMs: number } {
  return { step: steps.length, doneMs: steps.reduce((sum, { durationMs }) => sum + durationMs, 0) };
}

const phaseAfter = (step: number, of: number) => (step < of ? 'denoising' : 'decoding');

async function keepAndTell(
  event: StepEvent,
  rendition: SpooledRendition,
  attempt: Attempt,
  info: ModelInfo | undefined,
): Promise<void> {
  const picture = await keepStep(event, rendition, attempt, info);
  const { step, of } = event;
  attempt.say({ phase: phaseAfter(step, of), step, of, doneMs: progressOf(rendition).doneMs }, picture);
}

/** Returns what the step shows, for those who watch. */
async function keepStep(
  event: StepEvent,
  rendition: SpooledRendition,
  { request }: Attempt,
  info: ModelInfo | undefined,
): Promise<StepPicture> {
  const { step, of, at, durationMs, latentsPath } = event;
  const { settings } = request;
  const { digest: model, previewFactors } = known(info);
  const shown = settings.previews ? await shownPixels(event, settings, previewFactors) : undefined;
  const preview = shown && (await encodePng(shown));
  await rendition.commitStep({ step, of, at, durationMs, latentsPath, preview, model });
  const pixels = settings.previews
    ? async () => shown
    : () => checkpointPixels(step, rendition, previewFactors);
  return { step, pixels };
}

/** Of a program that keeps no previews; throws if the step is not among the last any more. */
async function checkpointPixels(
  step: number,
  rendition: SpooledRendition,
  factors: PreviewFactors,
): Promise<RgbImage | undefined> {
  const latents = rendition.steps[step - 1]?.latents;
  return latents && latentsToRgb(decodeLatents(await rendition.read(latents)), factors);
}

/** A directory may get other weights while an image is half done: steps of two models make no image of either. */
async function requireSameModel(
  { directory, digest }: ModelInfo,
  rendition: SpooledRendition,
  subject: string,
): Promise<void> {
  const last = rendition.steps.at(-1);
  if (last?.model === undefined || last.model === digest) return;
  await rendition.startOver();
  throw new Error(
    `${subject}: the files in ${directory} have changed since step ${last.step} was computed. The image starts over.`,
  );
}

/** The engine's own picture, or latents mapped to RGB at latent resolution. */
async function shownPixels(
  { step, preview, denoisedPath, latentsPath }: StepEvent,
  { model }: GenerationSettings,
  factors: PreviewFactors,
): Promise<RgbImage | undefined> {
  if (preview !== undefined) return takePixels(preview);
  if (isFullSize(previewStyle(model.previews))) {
    log.warn(`The preview of step ${step} could not be decoded: its pixels are not finite. It is left out.`);
    return undefined;
  }
  const shown = await readFile(denoisedPath ?? latentsPath);
  if (denoisedPath !== undefined) await rm(denoisedPath, { force: true });
  return latentsToRgb(decodeLatents(shown), factors);
}

async function keepFinal(
  { image, durationMs, at }: FinalEvent,
  rendition: SpooledRendition,
  { request, signal }: Attempt,
  info: ModelInfo | undefined,
): Promise<void> {
  const { scheduler, digest } = known(info);
  const parameters = generationParameters(request, { scheduler, modelDigest: digest });
  const png = await encodePng(await takePixels(image), parameters);
  signal.throwIfAborted();
  await rendition.commitFinal({ at, durationMs, png });
}

/** Raw pixels are large: the file goes as soon as it has been read. */
async function takePixels({ path, width, height }: RawImageFile): Promise<RgbImage> {
  const data = await readFile(path);
  await rm(path, { force: true });
  return { data, width, height };
}

function warnOfTruncation(subject: string, truncated: readonly string[]): void {
  if (truncated.length > 0) log.warn(`${subject}: the prompt is too long: ${truncated.join('; ')}`);
}

function known(info: ModelInfo | undefined): ModelInfo {
  if (info === undefined) throw new Error('The engine sent a result before it said which model it runs.');
  return info;
}
