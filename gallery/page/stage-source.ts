/**
 * A variant of the show, as a stage wants it.
 */
import type { VariantRef } from './show/route.js';
import type { StageSource } from './stage/stage.js';
import type { Context } from './view.js';

export function stageSource({ api, data, show }: Context, ref: VariantRef): StageSource {
  const [, , stamp, previews] = data.variant(ref) ?? [0, 0, ''];
  return {
    cuesAddress: api.cuesAddress(show),
    ...ref,
    query: stamp === '' ? '' : `?v=${encodeURIComponent(stamp)}`,
    name: data.nameOf(ref),
    stored: { final: stamp !== '', timing: previews !== undefined },
  };
}
