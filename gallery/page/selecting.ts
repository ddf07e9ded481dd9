/**
 * Selecting variants among tiles, the same in every view: a click on a tile's corner or with Ctrl, a range with Shift, a long press,
 * and after that each tap.
 */
import { announce } from './base/dom.js';
import type { VariantRef } from './show/route.js';
import type { Selection } from './show/selection.js';
import { CHECK } from './tiles.js';

/** The tiles of a view, as variants. */
export interface Tiles {
  all(): readonly VariantRef[];
  /** The variants from one to another, both included. */
  between(from: VariantRef, to: VariantRef): readonly VariantRef[];
}

export class Selecting {
  /** The variant at which a range begins. */
  private anchor: VariantRef | undefined;
  private range: readonly VariantRef[] = [];

  constructor(
    private readonly selection: Selection,
    private readonly tiles: Tiles,
  ) {}

  /** Returns whether the click selected; if not, the caller opens the variant. */
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

  /** The next range begins at this variant. */
  begin(ref: VariantRef): void {
    this.anchor = ref;
    this.range = [ref];
  }

  /** Selects the range up to this variant, in place of the range before. */
  extendTo(ref: VariantRef): void {
    this.anchor ??= ref;
    const range = this.tiles.between(this.anchor, ref);
    const kept = new Set(range.map(nameOf));
    const dropped = this.range.filter((former) => !kept.has(nameOf(former)));
    if (dropped.length > 0) this.selection.set(dropped, false);
    this.selection.set(range, true);
    this.range = range;
    this.say();
  }

  selectAll(): void {
    this.selection.set(this.tiles.all(), true);
    this.say();
  }

  selectNone(): void {
    this.selection.set(this.selected(), false);
    this.say();
  }

  /** The selected variants among these tiles. */
  selected(): readonly VariantRef[] {
    return this.tiles.all().filter((ref) => this.selection.has(ref));
  }

  /** The variants that an action is about: the selected ones; without a selection, the current one. */
  targets(current: VariantRef | undefined): readonly VariantRef[] {
    const selected = this.selected();
    if (selected.length > 0) return selected;
    return current === undefined ? [] : [current];
  }

  private isUnderWay(): boolean {
    return this.selection.size > 0 && this.tiles.all().some((ref) => this.selection.has(ref));
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
