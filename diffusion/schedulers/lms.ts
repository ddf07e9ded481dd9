/**
 * LMSDiscreteScheduler of diffusers (linear multistep): the derivatives along sigma of the last four steps are interpolated
 * by a polynomial, which is integrated over the step. History is the derivatives of the last steps, the oldest first.
 */
import type { PredictionType } from './prediction.js';
import { combine, type Evaluation, type Schedule } from './schedule.js';
import { derivativeOf, firstNoise, pictureOf, scaledInput } from './sigma-space.js';
import { type SigmaConfig, spacedLevels } from './sigmas.js';

/** Derivatives that a step combines. */
const ORDER = 4;
/** Gauss and Legendre's two points in [-1, 1]: exact up to the third degree, which is the highest here. */
const GAUSS = Math.sqrt(1 / 3);

export interface LmsConfig extends SigmaConfig {
  readonly prediction: PredictionType;
}

export function lmsSchedule(config: LmsConfig, steps: number): Schedule {
  const { sigmas: chosen, timesteps } = spacedLevels(config, steps);
  const sigmas = Float32Array.from([...chosen, 0]);
  const at = (index: number) => sigmas[index] ?? 0;
  const denoised = ({ index, latents, output }: Evaluation) =>
    pictureOf(config.prediction, at(index), latents, output);
  return {
    timesteps,
    initialNoise: firstNoise(config.spacing, sigmas),
    modelInput: (index, latents) => scaledInput(at(index), latents),
    addNoise: (index, sample, noise) => combine(1, sample, at(index), noise),
    drawsNoise: () => false,
    historyLength: (done) => Math.min(done, ORDER - 1),
    denoised,
    step(input) {
      const { index, latents, history } = input;
      const derivatives = [...history, derivativeOf(latents, denoised(input), at(index))].slice(-ORDER);
      const next = [...derivatives]
        .reverse()
        .reduce((sum, one, i) => combine(1, sum, coefficient(sigmas, index, i), one), latents);
      return { latents: next, history: derivatives.slice(1 - ORDER) };
    },
  };
}

/**
 * `get_lms_coefficient`: the integral over the step of the Lagrange polynomial of one of its derivatives, the newest first.
 * The order is the number of sigmas so far, even where image-to-image began later and derivatives are missing, as in
 * diffusers.
 */
function coefficient(sigmas: Float32Array, index: number, which: number): number {
  const order = Math.min(index + 1, ORDER);
  const at = (back: number) => sigmas[index - back] ?? 0;
  const others = Array.from({ length: order }, (_, back) => back).filter((back) => back !== which);
  const polynomial = (sigma: number) =>
    others.reduce((product, back) => (product * (sigma - at(back))) / (at(which) - at(back)), 1);
  const [from, to] = [at(0), at(-1)];
  const [middle, half] = [(from + to) / 2, (to - from) / 2];
  return half * (polynomial(middle - half * GAUSS) + polynomial(middle + half * GAUSS));
}
