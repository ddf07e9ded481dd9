/**
 * EDMEulerScheduler and EDMDPMSolverMultistepScheduler of diffusers, for models trained as arXiv 2206.00364 has it
 * ("EDM"): noise is added to whole pictures, the network is told 0.25 · ln(sigma), and what it sees and says is
 * preconditioned (its table 1).
 */
import { type MultistepRules, multistepAlong, type SolverPath } from './dpm-multistep.js';
import { eulerAlong } from './euler.js';
import { combine, type Schedule } from './schedule.js';
import { karrasSigmas } from './sigma-curves.js';
import { linspace } from './timesteps.js';

const f32 = Math.fround;

export interface EdmConfig {
  readonly prediction: 'epsilon' | 'v_prediction';
  readonly lowest: number;
  readonly highest: number;
  /** Standard deviation of the pictures that the model was trained on. */
  readonly data: number;
  readonly curve: 'karras' | 'exponential';
  /** The exponent of Karras et al.'s curve. */
  readonly rho: number;
  /** What follows the last sigma: nothing, or itself. */
  readonly final: 'zero' | 'sigma_min';
}

export function edmEulerSchedule(config: EdmConfig, steps: number): Schedule {
  const sigmas = sigmasOf(config, steps);
  return eulerAlong({ ...edmPath(config, sigmas), sigmas, ancestral: false });
}

export function edmDpmSchedule(config: EdmConfig & MultistepRules, steps: number): Schedule {
  const sigmas = sigmasOf(config, steps);
  const point = (index: number) => {
    const sigma = sigmas[index] ?? 0;
    return { signal: 1, noise: sigma, lambda: f32(-Math.log(sigma)) };
  };
  return multistepAlong({ ...edmPath(config, sigmas), point }, config);
}

function edmPath(config: EdmConfig, sigmas: Float32Array): Omit<SolverPath, 'point'> {
  const at = (index: number) => sigmas[index] ?? 0;
  return {
    timesteps: sigmas.slice(0, -1).map((sigma) => 0.25 * f32(Math.log(sigma))),
    initialNoise: Math.sqrt(config.highest ** 2 + 1),
    modelInput: (index, latents) => {
      const scale = f32(1 / f32(Math.sqrt(variance(config, at(index)))));
      return latents.map((value) => value * scale);
    },
    addNoise: (index, sample, noise) => combine(1, sample, at(index), noise),
    denoised: ({ index, latents, output }) => picture(config, at(index), latents, output),
  };
}

/** `precondition_outputs`; a new array. */
function picture(
  config: EdmConfig,
  sigma: number,
  latents: Float32Array,
  output: Float32Array,
): Float32Array {
  const sign = config.prediction === 'epsilon' ? 1 : -1;
  const skip = config.data ** 2 / variance(config, sigma);
  const out = f32(sign * sigma * config.data) / f32(Math.sqrt(variance(config, sigma)));
  return combine(skip, latents, out, output);
}

/** That of noised pictures. */
function variance({ data }: EdmConfig, sigma: number): number {
  return f32(f32(sigma * sigma) + data ** 2);
}

function sigmasOf({ curve, lowest, highest, rho, final }: EdmConfig, steps: number): Float32Array {
  const sigmas =
    curve === 'karras'
      ? karrasSigmas(highest, lowest, steps, rho)
      : linspace(Math.log(lowest), Math.log(highest), steps).map(Math.exp).reverse();
  return Float32Array.from([...sigmas, final === 'zero' ? 0 : (sigmas.at(-1) ?? 0)]);
}
