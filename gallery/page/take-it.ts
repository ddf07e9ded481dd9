/**
 * A take is put in the place of its variant, from wherever it is looked at; which one was there before is remembered by this browser,
 * so that it can be put back.
 */
import type { TakeEntry } from '../review/take-entry.js';
import { announce } from './base/dom.js';
import { recall, remember } from './base/remembered.js';
import { toast } from './base/toast.js';
import type { VariantRef } from './show/route.js';
import type { Context } from './view.js';

/** Says what has become of it; returns whether it is in place. */
export async function takeIt({ api, show }: Context, at: VariantRef, seed: number): Promise<boolean> {
  announce('Putting it in place…');
  try {
    const present = (await api.takes(show, at)).find(({ chosen }) => chosen)?.seed;
    toast(await api.changeTake(show, 'choose', at, seed), { passes: true });
    remember(keyOf(show, at), present);
    return true;
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error));
    return false;
  }
}

/** The take that was in place before the last choice of this browser, as long as it is kept. */
export function formerTake(
  { show }: Context,
  at: VariantRef,
  takes: readonly TakeEntry[],
): number | undefined {
  const seed = recall(keyOf(show, at));
  return takes.find((take) => take.seed === seed && !take.chosen)?.seed;
}

const keyOf = ({ project, version }: Context['show'], { cueId, variantId }: VariantRef): string =>
  `former take ${project}/${version}/${cueId}/${variantId}`;
