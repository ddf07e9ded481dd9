/**
 * What a profile says of a model's precision, against what its files are: types are read from the files, so the claim
 * changes nothing, but a show is not painted by the wrong export unnoticed.
 */
import type { ModelSession } from './session.js';

export type Precision = 'fp32' | 'fp16';

const TYPE_OF: Readonly<Record<Precision, string>> = { fp32: 'float32', fp16: 'float16' };
const DENOISERS: readonly string[] = ['unet', 'transformer'];
/** What the denoising network takes its latents by, in every family. */
const LATENT_INPUTS: readonly string[] = ['sample', 'hidden_states'];

/** A problem for each denoising network whose latents are of another type than the claim. */
export function precisionProblems(
  sessions: readonly ModelSession[],
  claimed: Precision | undefined,
): string[] {
  if (claimed === undefined) return [];
  return sessions
    .filter(({ part }) => DENOISERS.includes(part))
    .flatMap(({ part, ort, widened }) =>
      ort.inputMetadata
        .filter(({ name }) => LATENT_INPUTS.includes(name))
        .flatMap((input) => (input.isTensor ? [{ part, type: widened ? 'float16' : input.type }] : [])),
    )
    .filter(({ type }) => type !== TYPE_OF[claimed])
    .map(
      ({ part, type }) =>
        `the profile says precision ${claimed}, but ${part}/model.onnx takes ${type}: name the other export, or correct the profile`,
    );
}
