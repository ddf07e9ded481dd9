/**
 * Puts a take in the place of its variant, for every view that shows takes. The browser remembers which take was in place before,
 * so that it can be put back.
 */
import type { TakeEntry } from '../review/take-entry.js';
import { announce } from './base/dom.js';
import { recall, remember } from './base/remembered.js';
import { toast } from './base/toast.js';
import type { VariantRef } from './show/route.js';
import type { Context } from './view.js';

/** Puts the take in place and shows the outcome; resolves to whether it succeeded. */
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

/** The take that was in place before this browser's last choice; undefined if it no longer exists. */
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
