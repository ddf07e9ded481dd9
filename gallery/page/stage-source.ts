/**
 * Builds the source that a stage needs to replay a variant or a take.
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

/** A take is one folder deeper than a variant: `{variantId}/{seed}`, in the folder of takes. */
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
