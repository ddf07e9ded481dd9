/**
 * The parts of a Stable Diffusion 3 model.
 */
import type { ModelIndex } from '../../model-directory/model-index.js';
import type { Problems } from '../../model-directory/problems.js';
import { type ModelSession, releaseSessions, type SessionOptions } from '../../onnx/session.js';
import { partOpener, type TextEncoder } from '../parts.js';

export interface Sd3Parts {
  readonly clip: readonly [TextEncoder, TextEncoder];
  /** Absent in models that were exported without it: zeros take its place. */
  readonly t5: TextEncoder | undefined;
  readonly transformer: ModelSession;
  readonly vaeDecoder: ModelSession;
  /** Needed for image-to-image only. */
  readonly vaeEncoder: ModelSession | undefined;
}

/** Opens all parts; undefined, with the reasons noted, if one is missing or broken. */
export async function openParts(
  index: ModelIndex,
  options: SessionOptions,
  problems: Problems,
): Promise<Sd3Parts | undefined> {
  const open = partOpener(index, options, problems);
  const clip1 = await open.encoder('');
  const clip2 = await open.encoder('_2');
  const hasT5 = index.classOf('text_encoder_3') !== undefined;
  const t5 = hasT5 ? await open.encoder('_3') : undefined;
  const transformer = await open.session('transformer');
  const vaeDecoder = await open.session('vae_decoder');
  const vaeEncoder = await open.optionalSession('vae_encoder');
  if (clip1 && clip2 && (t5 || !hasT5) && transformer && vaeDecoder)
    return { clip: [clip1, clip2], t5, transformer, vaeDecoder, vaeEncoder };
  await releaseSessions(open.opened);
  return undefined;
}

/** All sessions of a model, to check or release them. */
export function sessionsOf({ clip, t5, transformer, vaeDecoder, vaeEncoder }: Sd3Parts): ModelSession[] {
  const optional = [t5?.session, vaeEncoder].filter((session) => session !== undefined);
  return [...clip.map(({ session }) => session), transformer, vaeDecoder, ...optional];
}
