/**
 * The selected variants of all cues, which the browser remembers per show.
 */
import { recall, remember } from '../base/remembered.js';
import type { ShowName, VariantRef } from './route.js';

export class Selection {
  private readonly key: string;
  private readonly selected: Set<string>;

  constructor(
    { project, version }: ShowName,
    private readonly onChange: () => void,
  ) {
    this.key = `selected ${project}/${version}`;
    const names = recall(this.key);
    this.selected = new Set(Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []);
  }

  get size(): number {
    return this.selected.size;
  }

  has(variant: VariantRef): boolean {
    return this.selected.has(nameOf(variant));
  }

  /** Selects or deselects all of these. */
  set(variants: readonly VariantRef[], selected: boolean): void {
    for (const variant of variants) {
      if (selected) this.selected.add(nameOf(variant));
      else this.selected.delete(nameOf(variant));
    }
    this.changed();
  }

  clear(): void {
    this.selected.clear();
    this.changed();
  }

  list(): VariantRef[] {
    return [...this.selected].sort().map((name) => {
      const slash = name.lastIndexOf('/');
      return { cueId: name.slice(0, slash), variantId: Number(name.slice(slash + 1)) };
    });
  }

  private changed(): void {
    remember(this.key, [...this.selected]);
    this.onChange();
  }
}

const nameOf = ({ cueId, variantId }: VariantRef): string => `${cueId}/${variantId}`;
