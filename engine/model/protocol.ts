/**
 * What `pregen model …` and the process that runs the model say to each other. The command line knows nothing of
 * models: it passes an order on, and prints what comes back.
 */
import type { GenerationRequest } from '../../diffusion/types.js';
import type { PreviewKind, PreviewSubject } from '../../domain/preview-style.js';

/** Which execution provider, scheduler and so on; undefined: the defaults. */
export interface ModelSettings {
  /** Merged into the model. */
  readonly loras?: readonly { readonly path: string; readonly scale: number }[];
  /** Where merged models are kept. */
  readonly mergedModels?: { readonly folder?: string; readonly budgetBytes?: number };
  readonly providers?: readonly string[];
  readonly scheduler?: string;
  readonly rng?: 'cpu' | 'cuda';
  readonly threads?: number;
}

/** One image to generate, with paths where the engine takes pictures. */
export interface TryOrder extends ModelSettings, Omit<GenerationRequest, 'image' | 'width' | 'height'> {
  readonly type: 'try';
  readonly directory: string;
  /** Path of the picture that image-to-image starts from. */
  readonly image?: string;
  /** Undefined: those of the picture, rounded down to what the model can make, or else 512. */
  readonly width?: number;
  readonly height?: number;
  /** PNG file to write. */
  readonly out: string;
  /** Folder for one PNG a step. */
  readonly previews?: string;
  /** What turns latents into colours; default: `latent-rgb`. */
  readonly previewKind?: PreviewKind;
  /** Which latents previews show; default: those of the step. */
  readonly previewOf?: PreviewSubject;
}

export type ModelOrder =
  | (ModelSettings & { readonly type: 'inspect'; readonly directory: string })
  | TryOrder
  | (ModelSettings & {
      readonly type: 'fit-previews';
      readonly directory: string;
      /** Folder of pictures; undefined: drawn ones. */
      readonly images?: string;
      /** File to write; undefined: `latent_rgb.json` in the model's folder. */
      readonly out?: string;
    });

export type ModelReply =
  | { readonly type: 'note'; readonly line: string }
  /** The model computes: from now on a silence longer than a step may take is a hang. */
  | { readonly type: 'computing' }
  /** `data` for machines, `text` for people; `failed`: the answer is that something is wrong. */
  | { readonly type: 'result'; readonly data: unknown; readonly text: string; readonly failed: boolean }
  /** `badUsage`: the request has to be changed; trying again cannot help. */
  | { readonly type: 'error'; readonly message: string; readonly badUsage: boolean };
