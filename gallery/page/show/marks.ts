/**
 * Variants that somebody marked, remembered by this browser per show.
 */
import { recall, remember } from '../base/remembered.js';
import type { ShowName, VariantRef } from './route.js';

export class Marks {
  private readonly key: string;
  private readonly marked: Set<string>;

  constructor(
    { project, version }: ShowName,
    private readonly onChange: () => void,
  ) {
    this.key = `marks ${project}/${version}`;
    const names = recall(this.key);
    this.marked = new Set(Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []);
  }

  get size(): number {
    return this.marked.size;
  }

  has(variant: VariantRef): boolean {
    return this.marked.has(nameOf(variant));
  }

  /** Returns whether it is marked now. */
  toggle(variant: VariantRef): boolean {
    const name = nameOf(variant);
    const marked = !this.marked.delete(name);
    if (marked) this.marked.add(name);
    this.changed();
    return marked;
  }

  clear(): void {
    this.marked.clear();
    this.changed();
  }

  list(): VariantRef[] {
    return [...this.marked].sort().map((name) => {
      const slash = name.lastIndexOf('/');
      return { cueId: name.slice(0, slash), variantId: Number(name.slice(slash + 1)) };
    });
  }

  private changed(): void {
    remember(this.key, [...this.marked]);
    this.onChange();
  }
}

const nameOf = ({ cueId, variantId }: VariantRef): string => `${cueId}/${variantId}`;
