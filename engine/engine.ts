/**
 * The engine as `denoise` sees it: jobs in, small messages out. Latents and pixels travel as files beside the
 * rendition, never in messages, so that the process that computes and the one that stores share only a folder.
 *
 * `engine/host/host.ts` implements this with a child process; what can go wrong there is named here.
 */
import type { GenerationRequest, LoadOptions, ModelInfo, PreviewStyle } from '../diffusion/index.js';

/** Eight-bit RGB pixels, interleaved, without header: width × height × 3 bytes. */
export interface RawImageFile {
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

/** To load a model and no more. */
export interface LoadJob {
  readonly jobId: string;
  /** Which image this is, for messages: `show/v1 prompt_3_00_01_00, variant 7`; or which model. */
  readonly subject: string;
  readonly modelDirectory: string;
  /** Merged into the model's weights. */
  readonly loras?: readonly { readonly path: string; readonly scale: number }[];
  /** Where, and how much room there is for it. */
  readonly mergedModels?: { readonly folder?: string | undefined; readonly budgetBytes?: number | undefined };
  readonly loadOptions: LoadOptions;
  /** How much the weights of all loaded models may take; undefined: one model at a time. */
  readonly modelMemoryBytes?: number;
}

export interface EngineJob extends LoadJob {
  readonly request: Omit<GenerationRequest, 'image'>;
  /** The picture that image-to-image starts from. */
  readonly image?: RawImageFile;
  /** Checkpoint to go on from: a latents file of that step. */
  readonly from?: { readonly step: number; readonly path: string };
  /** What a step shows beside its latents; absent: nothing. */
  readonly preview?: PreviewStyle;
  /** Existing folder into which latents, previews and pixels are written. */
  readonly outputDirectory: string;
}

/** What happens to a job, in order. A job that waits for another sends nothing. Durations are milliseconds. */
export type EngineEvent =
  /** The model is not in memory yet. */
  | { readonly type: 'loading' }
  /** The last event of a job that only loads: the model is in memory. */
  | { readonly type: 'loaded' }
  /** The device has begun with this job; `of` is the number of denoising steps it runs. */
  | { readonly type: 'started'; readonly info: ModelInfo; readonly of: number }
  /** One sentence fragment per tokenizer that cut the prompt. */
  | { readonly type: 'prompt'; readonly truncated: readonly string[] }
  | {
      readonly type: 'step';
      readonly step: number;
      readonly of: number;
      readonly durationMs: number;
      /** When the latents were complete, ISO 8601. */
      readonly at: string;
      readonly latentsPath: string;
      /** Latents file of the picture that the model expects, where previews are made of it. */
      readonly denoisedPath?: string;
      readonly preview?: RawImageFile;
    }
  | {
      readonly type: 'final';
      readonly image: RawImageFile;
      readonly durationMs: number;
      readonly at: string;
    };

export interface Engine {
  /**
   * Queues the job and yields its events; asking for the next event says that the last one's files are dealt with.
   * When `signal` aborts, the device stops between two steps; steps that were complete are still yielded, then the
   * signal's reason is thrown. Throws EngineFailedError or EngineLostError otherwise.
   */
  generate(job: EngineJob, signal: AbortSignal): AsyncIterable<EngineEvent>;
}

/** `model` and `request`: refused. `non-finite`: NaN or infinity. `disk-full`: nowhere to write. `internal`: anything else. */
export type EngineFailureKind = 'model' | 'request' | 'non-finite' | 'disk-full' | 'internal';

export interface EngineFailure {
  readonly kind: EngineFailureKind;
  readonly message: string;
}

/** The engine is well, but this job cannot be done. */
export class EngineFailedError extends Error {
  override readonly name = 'EngineFailedError';
  readonly kind: EngineFailureKind;

  constructor(failure: EngineFailure) {
    super(failure.message);
    this.kind = failure.kind;
  }
}

export interface EngineLoss {
  readonly subject: string;
  /** What the process was doing: `starting`, `loading the model`, `computing step 5 of 20`, `decoding`. */
  readonly activity: string;
  /** How it ended, as the end of a sentence: `was killed by SIGKILL (…)`. */
  readonly ending: string;
  /** Last words on its standard error. */
  readonly stderrTail: string;
}

/** The engine process crashed, was killed or hung while it worked on this job. A fresh one is on its way. */
export class EngineLostError extends Error {
  override readonly name = 'EngineLostError';

  constructor(readonly loss: EngineLoss) {
    const words = loss.stderrTail === '' ? '' : ` Its standard error ends with: ${loss.stderrTail}`;
    super(
      `The engine process ${loss.ending} while ${loss.activity} for ${loss.subject}. ` +
        `A fresh process goes on after the last complete step.${words}`,
    );
  }
}
