/**
 * What travels between workflows and activities about one image: the request going in, a small manifest coming
 * out. Never image bytes: payloads are capped at 2 MB, and every copy would lie in a history for ever.
 */
import { given } from './given.js';
import { lorasText } from './loras.js';
import type { VariantAddress } from './object-keys.js';
import type { PromptReading } from './prompt-reading.js';
import type { ModelProfile } from './show-file.js';

/** A model profile with its name and the folder that its relative path is meant against. */
export interface ModelReference extends ModelProfile {
  readonly name: string;
  /** Folder of the show file, used when the GPU machine configures no models folder of its own. */
  readonly showDirectory: string;
}

/** The picture that image-to-image starts from, kept in the store so that no laptop has to stay open. */
export interface SourceImage {
  /** Object key under `pregen/`, content-addressed. */
  readonly key: string;
  readonly sha256: string;
}

/** Everything that determines an image, to the byte. Equal settings give equal images. */
export interface GenerationSettings extends PromptReading {
  readonly program: string;
  readonly model: ModelReference;
  readonly prompt: string;
  readonly negativePrompt?: string;
  /** Scheduler steps asked for; image-to-image runs fewer iterations. */
  readonly steps: number;
  readonly guidance: number;
  readonly width: number;
  readonly height: number;
  readonly image?: SourceImage;
  /** Image-to-image strength, 0…1; present exactly if `image` is. */
  readonly strength?: number;
  /** Whether in-between previews are kept (P0: no). */
  readonly previews: boolean;
}

/** Generate this variant, with these settings, from this seed. */
export interface RenditionRequest extends VariantAddress {
  readonly seed: number;
  readonly settings: GenerationSettings;
}

/** What a GPU worker of an earlier version would leave out without a word: whoever heeds it says so in the rendition. */
export interface Heeded extends PromptReading, Pick<VariantAddress, 'take'> {
  /** See `lorasText`. */
  readonly loras?: string;
}

export const heededIn = ({
  take,
  settings: { longPrompts, promptSyntax, model },
}: Pick<RenditionRequest, 'take' | 'settings'>): Heeded =>
  given({ take, longPrompts, promptSyntax, loras: lorasText(model.loras) });

/** The first of it that the worker did not heed; undefined if it knew all that was asked. */
export function unheeded(request: Pick<RenditionRequest, 'take' | 'settings'>, rendition: Heeded) {
  const asked = heededIn(request);
  return (['take', 'longPrompts', 'promptSyntax', 'loras'] as const).find(
    (name) => asked[name] !== rendition[name],
  );
}

/** What `denoise` leaves on a spool, and where. */
export interface Rendition extends Heeded {
  readonly spoolId: string;
  readonly renditionId: string;
  /** Digest of its complete journal: names this run of the engine, when the folder is gone and the id used again. */
  readonly journalDigest: string;
  /** Denoising iterations that ran. */
  readonly steps: number;
  /** Sum of the measured durations, milliseconds. */
  readonly durationMs: number;
}

/** What `denoise` finds instead, where it may: the variant is whole in the store, another run has made it. */
export interface AlreadyStored {
  readonly alreadyStored: true;
}

/** A rendition as the upload activities need it. */
export interface RenditionReference extends VariantAddress {
  readonly renditionId: string;
  readonly journalDigest: string;
  readonly previews: boolean;
}

/** Details of a failed `denoise`: the spool on which the rendition has begun, so that it can go on there. */
export interface CheckpointHolder {
  readonly spoolId: string;
  /** Denoising steps that are complete there, from 1. */
  readonly step: number;
  /** How long these steps took, milliseconds: what it would cost to do them again. Absent from workers of earlier versions. */
  readonly doneMs?: number;
}
