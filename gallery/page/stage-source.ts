/**
 * A variant of the show, as a stage wants it.
 */
import type { VariantRef } from './show/route.js';
import type { StageSource } from './stage/stage.js';
import type { Context } from './view.js';

export function stageSource(
  { api, data, show }: Pick<Context, 'api' | 'data' | 'show'>,
  ref: VariantRef,
): StageSource {
  if (ref.take !== undefined) return takeSource({ api, data, show }, { ...ref, take: ref.take });
  const [, , stamp, previews] = data.variant(ref) ?? [0, 0, ''];
  return {
    cuesAddress: api.cuesAddress(show),
    ...ref,
    query: stamp === '' ? '' : `?v=${encodeURIComponent(stamp)}`,
    name: data.nameOf(ref),
    stored: { final: stamp !== '', timing: previews !== undefined },
  };
}

/** It lies one folder deeper: below its variant, its seed in place of a number. */
function takeSource(
  { api, data, show }: Pick<Context, 'api' | 'data' | 'show'>,
  { cueId, variantId, take }: Required<VariantRef>,
): StageSource {
  return {
    cuesAddress: `${api.takesAddress(show)}${encodeURIComponent(cueId)}/`,
    cueId: String(variantId),
    variantId: take,
    query: '',
    name: `${data.nameOf({ cueId, variantId })}, the take with seed ${take}`,
    stored: { final: true, timing: data.cue(cueId)?.facts?.previews ?? true },
  };
}
