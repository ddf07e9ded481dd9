/**
 * The settings of the DPM-Solver and UniPC schedulers of Stable Diffusion and SDXL. Each default is that of the diffusers
 * class.
 */
import type { ConfigReader } from '../model-directory/config-reader.js';
import type { Problems } from '../model-directory/problems.js';
import { dpmSchedule } from './dpm-multistep.js';
import { singlestepSchedule } from './dpm-singlestep.js';
import { alphasCumprod, type NoiseConfig, readNoiseConfig } from './noise-levels.js';
import { PREDICTION_TYPES } from './prediction.js';
import { FINALS, LINEAR, type Read, readCurve, readSpacing, upTo, withoutZero } from './read-common.js';
import { otherSolver, readRules, solverOrder } from './read-rules.js';
import { refuseFlags } from './refuse-flags.js';
import type { SigmaCurve } from './sigma-curves.js';
import { uniPcSchedule } from './unipc.js';

export function readDpm(reader: ConfigReader, problems: Problems): Read {
  refuseFlags(reader, ['thresholding', 'variance_type'], problems);
  const noise = readNoiseConfig(reader, problems, LINEAR);
  const config = {
    ...readSpacing(reader, noise, 'linspace', problems),
    ...readSigmas(reader, ['karras', 'lu', 'exponential', 'beta'], problems),
    ...readRules(reader, 3, problems),
    lowerOrderFinal: reader.flag('lower_order_final', true),
    eulerAtFinal: reader.flag('euler_at_final'),
    alphasCumprod: withoutZero(noise),
    roundedCurves: roundedCurves(noise),
  };
  return upTo(noise, (steps) => dpmSchedule(config, steps));
}

/** It has no spacing of timesteps but the even one. */
export function readSinglestep(reader: ConfigReader, problems: Problems): Read {
  refuseFlags(reader, ['thresholding', 'variance_type'], problems);
  const noise = { ...readNoiseConfig(reader, problems, LINEAR), zeroTerminalSnr: false };
  const config = {
    ...{ spacing: 'linspace' as const, offset: 0, numTrainTimesteps: noise.numTrainTimesteps },
    ...readSigmas(reader, ['karras', 'exponential', 'beta'], problems),
    ...readRules(reader, 3, problems),
    lowerOrderFinal: reader.flag('lower_order_final'),
    alphasCumprod: alphasCumprod(noise),
    roundedCurves: ['karras'] as const,
  };
  return upTo(noise, (steps) => singlestepSchedule(config, steps));
}

export function readUniPc(reader: ConfigReader, problems: Problems): Read {
  refuseFlags(reader, ['thresholding', 'solver_p', 'use_dynamic_shifting', 'shift_terminal'], problems);
  const noise = readNoiseConfig(reader, problems, LINEAR);
  const config = {
    ...readSpacing(reader, noise, 'linspace', problems),
    ...readSigmas(reader, ['karras', 'exponential', 'beta'], problems),
    order: solverOrder(reader, 3, problems),
    solver: otherSolver(reader, ['bh1', 'bh2'], ['midpoint', 'heun', 'logrho'], 'bh2'),
    overPictures: reader.flag('predict_x0', true),
    lowerOrderFinal: reader.flag('lower_order_final', true),
    uncorrected: uncorrectedSteps(reader, problems),
    lambdaMin: -Infinity,
    alphasCumprod: withoutZero(noise),
    roundedCurves: ['karras'] as const,
  };
  for (const problem of endProblems(config)) problems.add(`${reader.file}: ${problem}`);
  return upTo(noise, (steps) => uniPcSchedule(config, steps));
}

function readSigmas(reader: ConfigReader, curves: readonly SigmaCurve[], problems: Problems) {
  return {
    curve: readCurve(reader, curves, problems),
    prediction: reader.choice('prediction_type', PREDICTION_TYPES, 'epsilon'),
    final: reader.choice('final_sigmas_type', FINALS, 'zero'),
    lambdaMin:
      reader.raw('lambda_min_clipped') === undefined ? -Infinity : reader.finite('lambda_min_clipped'),
  };
}

/** Except for the cosine schedule. */
function roundedCurves({ betaSchedule }: NoiseConfig): readonly SigmaCurve[] {
  return betaSchedule === 'squaredcos_cap_v2' ? [] : ['karras', 'lu'];
}

/** `disable_corrector`. */
function uncorrectedSteps(reader: ConfigReader, problems: Problems): number[] {
  const value = reader.raw('disable_corrector') ?? [];
  const entries: unknown[] = Array.isArray(value) ? value : [value];
  const steps = entries.filter((entry) => typeof entry === 'number');
  if (!Array.isArray(value) || steps.length < entries.length || !steps.every(Number.isInteger))
    problems.add(
      `${reader.file}: "disable_corrector" is ${JSON.stringify(value)}, expected a list of step numbers`,
    );
  return steps;
}

/** Last steps whose formula divides by zero, in diffusers as here. */
function endProblems(config: Parameters<typeof uniPcSchedule>[0]): string[] {
  const { final, solver, overPictures, lowerOrderFinal, order, curve } = config;
  const toZero = final === 'zero';
  const highAtEnd = !lowerOrderFinal && order > 1;
  const problems: [boolean, string][] = [
    [toZero && solver === 'bh1', '"solver_type" "bh1" takes "final_sigmas_type" "sigma_min"'],
    [toZero && !overPictures, '"predict_x0" false takes "final_sigmas_type" "sigma_min"'],
    [toZero && highAtEnd, '"lower_order_final" false takes "final_sigmas_type" "sigma_min"'],
    [
      !toZero && highAtEnd && order === 3 && curve !== undefined,
      '"lower_order_final" false takes "solver_order" 1 or 2 where sigmas are on a curve',
    ],
  ];
  return problems.filter(([applies]) => applies).map(([, problem]) => problem);
}
