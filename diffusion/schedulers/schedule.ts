/**
 * What the denoising loop asks of a scheduler, whichever it is. A schedule is made for one request, holds no
 * state that changes, and what a step must remember for the next ones comes back as `history`: so a generation
 * can go on from any step with nothing but that step's arrays.
 *
 * All schedulers here follow diffusers 0.39 in float32, its quirks included.
 */

/** What one evaluation of the model says. All arrays have the latents' length. */
export interface Evaluation {
  /** Position in `timesteps`. */
  readonly index: number;
  readonly latents: Float32Array;
  /** The model's guided output at these latents. */
  readonly output: Float32Array;
}

/** What a step works on. */
export interface StepInput extends Evaluation {
  /** Steps of this generation that are complete; less than `index` when image-to-image skipped some. */
  readonly done: number;
  /** What the step before gave back; empty before the first. */
  readonly history: readonly Float32Array[];
  /** Standard normal values from the request's generator; called at most once, and only where `drawsNoise`. */
  readonly noise: () => Float32Array;
}

export interface StepResult {
  readonly latents: Float32Array;
  /** Arrays that the next step needs; must not be changed. */
  readonly history: readonly Float32Array[];
}

export interface Schedule {
  /** What the model is told, one entry per evaluation. */
  readonly timesteps: Float32Array;
  /** Scale of the noise that text-to-image starts from. */
  readonly initialNoise: number;
  /** `scale_model_input`: the latents as the model is to see them. */
  modelInput(index: number, latents: Float32Array): Float32Array;
  /** `add_noise` or `scale_noise`: a clean sample brought to the noise level of this step. */
  addNoise(index: number, sample: Float32Array, noise: Float32Array): Float32Array;
  /** Whether the step draws from the request's generator. */
  drawsNoise(index: number): boolean;
  /** How many arrays the history has after so many steps. */
  historyLength(done: number): number;
  step(input: StepInput): StepResult;
  /** The finished picture (x_0) that the model expects at this point: `pred_original_sample`, for previews; a new array. */
  denoised(evaluation: Evaluation): Float32Array;
}

/** A scheduler as configured for a model. */
export interface Scheduler {
  /** The diffusers class that it follows. */
  readonly className: string;
  /** Most steps that can be asked for. */
  readonly maxSteps: number;
  /** @param imageTokens transformer tokens of the image, for resolution-dependent shifting only. */
  schedule(steps: number, imageTokens: number): Schedule;
}

const f32 = Math.fround;

/** a · x + b · y in float32; a new array. */
export function combine(a: number, x: Float32Array, b: number, y: Float32Array): Float32Array {
  const [p, q] = [f32(a), f32(b)];
  const sum = new Float32Array(x.length);
  for (let i = 0; i < sum.length; i++) sum[i] = f32(p * (x[i] ?? 0)) + f32(q * (y[i] ?? 0));
  return sum;
}
