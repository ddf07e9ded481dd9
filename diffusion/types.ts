/**
 * The engine's vocabulary: what goes in (a generation request), what comes out (events with latents and
 * pixels), and what a loaded model tells about itself. Plain arrays and numbers only, so that any process,
 * thread or test can hold them.
 */
import type { ExecutionProvider } from '../domain/execution-providers.js';
import type { ModelFamily } from '../domain/iterations.js';
import type { PreviewStyle } from '../domain/preview-style.js';
import type { PromptReading } from '../domain/prompt-reading.js';
import type { Precision } from './onnx/precision.js';
import type { Rng } from './random/generator.js';

/** Eight-bit RGB pixels, interleaved, row by row from the top: `data.length === width * height * 3`. */
export interface RgbImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** One image's latents in the space the denoising loop works in (scaled), channel by channel (CHW), batch of 1. */
export interface Latents {
  readonly data: Float32Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Everything needed to go on after `step` completed steps. */
export interface Checkpoint {
  readonly step: number;
  readonly latents: Latents;
  /**
   * What a multistep scheduler remembers of earlier steps, in the latents' shape; absent when it remembers nothing.
   * Noise that a scheduler adds is drawn again from the seed.
   */
  readonly history?: readonly Latents[];
}

/** Linear map from latents to RGB on the 0…255 scale: pixel = Σ latent[c] · factors[c] + bias. */
export interface PreviewFactors {
  /** One RGB triple per latent channel. */
  readonly factors: readonly (readonly [number, number, number])[];
  readonly bias: readonly [number, number, number];
  /** Where the numbers come from: `latent_rgb.json` or the name of a preset. */
  readonly source: string;
}

/** How to load a model. */
export interface LoadOptions {
  /** ONNX Runtime execution providers in order of preference; default `['cpu']`. */
  readonly executionProviders?: readonly ExecutionProvider[];
  /** Scheduler class to use instead of the one that `model_index.json` names. */
  readonly scheduler?: string;
  /** Whose random numbers a seed stands for: torch's on a CPU (default) or on an NVIDIA GPU. */
  readonly rng?: Rng;
  /** What the denoising network is expected to be; refused where it is not. Default: whatever it is. */
  readonly precision?: Precision;
  /** CPU threads inside one operator; default: ONNX Runtime's own choice (the physical cores). */
  readonly threads?: number;
}

/** What a loaded model tells about itself. */
export interface ModelInfo {
  readonly family: ModelFamily;
  /** The pipeline class in `model_index.json`. */
  readonly pipeline: string;
  readonly directory: string;
  /** SHA-256 (hex) over the directory's files: their names, sizes and contents. */
  readonly digest: string;
  readonly scheduler: string;
  readonly latentChannels: number;
  /** Pixels per latent, in each direction. */
  readonly vaeScaleFactor: number;
  /** Width and height must be multiples of this many pixels. */
  readonly sizeMultiple: number;
  readonly executionProviders: readonly ExecutionProvider[];
  readonly previewFactors: PreviewFactors;
  /** Whether it has a tiny decoder for previews. */
  readonly taesd: boolean;
}

/**
 * One image to generate. `image` and `strength` belong together: with them it is image-to-image. How prompts are read is for Stable
 * Diffusion and SDXL.
 */
export interface GenerationRequest extends PromptReading {
  readonly prompt: string;
  /** Used only when `guidance` is above 1, and not by FLUX; default: the empty prompt, SDXL: none at all (zeros). */
  readonly negativePrompt?: string;
  /** 0 … 2^53 - 1. As with torch's CPU generator only the lower 32 bits matter, unless `rng` is `cuda`. */
  readonly seed: number;
  readonly steps: number;
  /** Classifier-free guidance scale; up to 1 the model runs without guidance. FLUX.1 dev: an input of the network. */
  readonly guidance: number;
  readonly width: number;
  readonly height: number;
  /** Starting picture; of another size than width × height it is resized as Pillow's LANCZOS does. */
  readonly image?: RgbImage;
  /** 0 (the picture as the VAE sees it) … 1 (only noise). */
  readonly strength?: number;
  /** Tokens of the T5 part of the prompt (zeros when an SD3 has no T5); default 256, FLUX 512, as in diffusers. */
  readonly maxSequenceLength?: number;
}

export interface GenerateOptions {
  /** Go on after this checkpoint instead of starting from noise. */
  readonly from?: Checkpoint;
  /**
   * What a step shows beside its latents; the time this takes is in no duration, and no later step sees anything of it.
   * Default: nothing.
   */
  readonly preview?: PreviewStyle;
}

/** What `generate` yields, in order: one `prompt`, the steps, one `final`. Durations are milliseconds. */
export type GenerationEvent =
  | {
      readonly type: 'prompt';
      /** One phrase per tokenizer that cut the text: which, at how many tokens, and the beginning of what was cut. */
      readonly truncated: readonly string[];
    }
  | {
      readonly type: 'step';
      /** Numbered from 1. */
      readonly step: number;
      readonly of: number;
      readonly latents: Latents;
      /** To be kept with the latents for a checkpoint: see there. */
      readonly history?: readonly Latents[];
      readonly durationMs: number;
      /** The picture (x_0) that the model expects at this step, where previews are of it. */
      readonly denoised?: Latents;
      /** Full-size pixels, where such previews are asked for; absent when the decoder gave NaN or Infinity. */
      readonly preview?: RgbImage;
    }
  | { readonly type: 'final'; readonly image: RgbImage; readonly durationMs: number };

/** A model in memory, ready to generate. */
export interface DiffusionModel {
  readonly info: ModelInfo;
  /** Throws a `RequestError` that names every problem of the request and its previews, or returns. */
  check(request: GenerationRequest, preview?: PreviewStyle): void;
  /** How many denoising steps the request runs: the N of its last `step` event. */
  iterations(request: GenerationRequest): number;
  /** Generates one image; `return()` cancels between two steps. */
  generate(
    request: GenerationRequest,
    options?: GenerateOptions,
  ): AsyncGenerator<GenerationEvent, void, void>;
  /** Whether it computes with the weights of its digest: some are read from their files as they are used, which may have changed. */
  isCurrent(): Promise<boolean>;
  /** Frees the model's memory; not while it generates. A second call does nothing. */
  dispose(): Promise<void>;
}
