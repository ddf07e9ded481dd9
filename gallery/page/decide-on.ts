/**
 * Deciding on variants by key or button. On the stage the page goes on to the next undecided variant at once, and reports later if
 * the server refused the decision.
 */
import { announce } from './base/dom.js';
import { nextUndecided } from './review/next-undecided.js';
import type { Verdict } from './show/reviews.js';
import type { ShowRoute, VariantRef } from './show/route.js';
import type { Context } from './view.js';

export function decideOn(
  refs: readonly VariantRef[],
  verdict: Verdict,
  context: Context,
  route: ShowRoute,
): void {
  if (!context.deciding.isPossible || refs.length === 0) return;
  void context.deciding.decide(refs, verdict);
  if (route.view !== 'variant') return;
  const next = nextUndecided(context.data, route.filter, route.at);
  if (next === undefined) announce('Nothing else is undecided.');
  else context.go(stageOf(next, route), { replace: true });
}

/** Takes back the last decision; the stage goes back to the variant that is undecided again. */
export async function takeBack(context: Context, route: ShowRoute): Promise<void> {
  if (!context.deciding.isPossible) return;
  const [ref] = await context.deciding.undo();
  if (ref !== undefined && route.view === 'variant') context.go(stageOf(ref, route), { replace: true });
}

const stageOf = ({ cueId, variantId }: VariantRef, { show, filter }: ShowRoute) => ({
  ...{ view: 'variant' as const, show, filter, at: { cueId, variantId } },
});
