/**
 * How variants are selected among many: a click on the corner of a tile or with Ctrl, a range with Shift, a finger that rests on one
 * and from then on each tap. The same wherever there are tiles.
 */
import { announce } from './base/dom.js';
import type { VariantRef } from './show/route.js';
import type { Selection } from './show/selection.js';
import { CHECK } from './tiles.js';

/** The tiles among which is selected. */
export interface Among {
  all(): readonly VariantRef[];
  /** Those from one to another, both included. */
  between(from: VariantRef, to: VariantRef): readonly VariantRef[];
}

export class Selecting {
  /** Where a range begins. */
  private anchor: VariantRef | undefined;
  private range: readonly VariantRef[] = [];

  constructor(
    private readonly selection: Selection,
    private readonly among: Among,
  ) {}

  /** Returns whether the click selected; otherwise it is for somebody else. */
  press(ref: VariantRef, event: MouseEvent): boolean {
    if (event.shiftKey) this.extendTo(ref);
    else if (event.ctrlKey || event.metaKey || isOnCheck(event) || (isTouch(event) && this.isUnderWay()))
      this.toggle(ref);
    else {
      this.begin(ref);
      return false;
    }
    return true;
  }

  toggle(ref: VariantRef): void {
    this.begin(ref);
    this.selection.set([ref], !this.selection.has(ref));
    this.say();
  }

  /** A range will begin here. */
  begin(ref: VariantRef): void {
    this.anchor = ref;
    this.range = [ref];
  }

  /** The range ends here now. */
  extendTo(ref: VariantRef): void {
    this.anchor ??= ref;
    const range = this.among.between(this.anchor, ref);
    const kept = new Set(range.map(nameOf));
    const dropped = this.range.filter((former) => !kept.has(nameOf(former)));
    if (dropped.length > 0) this.selection.set(dropped, false);
    this.selection.set(range, true);
    this.range = range;
    this.say();
  }

  selectAll(): void {
    this.selection.set(this.among.all(), true);
    this.say();
  }

  selectNone(): void {
    this.selection.set(this.selected(), false);
    this.say();
  }

  /** Those of them that are selected. */
  selected(): readonly VariantRef[] {
    return this.among.all().filter((ref) => this.selection.has(ref));
  }

  /** What an order is about: what is selected, or else the one with the keyboard. */
  targets(current: VariantRef | undefined): readonly VariantRef[] {
    const selected = this.selected();
    if (selected.length > 0) return selected;
    return current === undefined ? [] : [current];
  }

  private isUnderWay(): boolean {
    return this.selection.size > 0 && this.among.all().some((ref) => this.selection.has(ref));
  }

  private say(): void {
    announce(`${this.selection.size} selected`);
  }
}

const nameOf = ({ cueId, variantId }: VariantRef): string => `${cueId}/${variantId}`;

const isOnCheck = ({ target }: MouseEvent): boolean =>
  target instanceof Element && target.closest(`.${CHECK}`) !== null;

const isTouch = (event: MouseEvent): boolean =>
  event instanceof PointerEvent && event.pointerType === 'touch';
