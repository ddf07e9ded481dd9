/**
 * Actions on variants that have the same key in every view; the view tells which variants they are about.
 */
import { announce } from './base/dom.js';
import { decideOn, takeBack } from './decide-on.js';
import { variantBeside } from './show/columns.js';
import { MOST_COMPARED, type ShowRoute, type VariantRef } from './show/route.js';
import type { Context, View } from './view.js';

/** Carries out the action of a key; returns whether the key has one. */
export function act(key: string, context: Context, view: View, route: ShowRoute): boolean {
  const current = view.current();
  if (key === 'c') compare(view.targets(), context, route);
  else if (key === 'm' && current !== undefined) toggleSelected(current, context);
  else if (key === 'v' && current !== undefined) openCue(current, context, route);
  else if (key === 'p') decideOn(view.targets(), 'approved', context, route);
  else if (key === 'x') decideOn(view.targets(), 'rejected', context, route);
  else if (key === 'u') void takeBack(context, route);
  else return false;
  return true;
}

export function toggleSelected(ref: VariantRef, { selection, data }: Context): void {
  const selected = !selection.has(ref);
  selection.set([ref], selected);
  announce(`${data.nameOf(ref)} ${selected ? 'selected' : 'no longer selected'}`);
}

/** A single variant is compared with the next one of its cue. */
export function compare(refs: readonly VariantRef[], context: Context, route: ShowRoute): void {
  const among = refs.length === 1 ? withNeighbour(refs, context, route) : refs;
  if (among.length < 2) announce('There is nothing to compare it with.');
  else if (among.length > MOST_COMPARED)
    announce(`${MOST_COMPARED} at most can be compared; ${among.length} are selected.`);
  else {
    context.place.comparedFrom = route;
    context.go({ view: 'compare', show: route.show, filter: route.filter, among, as: 'beside' });
  }
}

function withNeighbour(refs: readonly VariantRef[], { data }: Context, { filter }: ShowRoute): VariantRef[] {
  const [ref] = refs;
  const cue = ref === undefined ? undefined : data.cue(ref.cueId);
  if (ref === undefined || cue === undefined) return [...refs];
  const variants = data.variantsOf(cue, filter);
  const beside = variantBeside(variants, ref, 1) ?? variantBeside(variants, ref, -1);
  return beside === undefined ? [ref] : [ref, beside];
}

function openCue({ cueId }: VariantRef, { go }: Context, { show, filter }: ShowRoute): void {
  go({ view: 'cue', show, filter, cueId });
}
