/**
 * FlowMatchHeunDiscreteScheduler of diffusers: Heun's method along the sigmas of the flow-match Euler scheduler, with a
 * static shift.
 */
import { scaleNoise, straightEnd, trainingRamp } from './flow-match-euler.js';
import { heunAlong } from './heun.js';
import type { Schedule } from './schedule.js';

export interface FlowMatchHeunConfig {
  readonly numTrainTimesteps: number;
  readonly shift: number;
}

export function flowMatchHeunSchedule(config: FlowMatchHeunConfig, steps: number): Schedule {
  const ramp = trainingRamp({ ...config, dynamicShifting: undefined }, steps, 0);
  const sigmas = Float32Array.from([...ramp, 0]);
  return heunAlong({
    sigmas,
    timesteps: sigmas.subarray(0, steps).map((sigma) => sigma * config.numTrainTimesteps),
    initialNoise: 1,
    modelInput: (_, latents) => latents,
    addNoise: scaleNoise,
    picture: straightEnd,
  });
}
