/**
 * The variants of a page: which wait, which are in flight, which another run makes, and which may begin under the orders
 * that the page has. It decides and knows nothing of how a variant is run.
 */
import type { PageOrders } from '../domain/messages.js';
import type { CueRest, VariantName } from '../domain/progress.js';
import { rangesOf } from '../domain/variant-ranges.js';

export class PageQueue {
  /** Rises with every change, so that one can wait for the next. */
  revision = 0;
  #waiting: VariantName[] = [];
  readonly #inFlight = new Map<string, VariantName>();
  readonly #elsewhere = new Map<string, VariantName>();
  #orders: PageOrders;
  #ceiling: number;

  constructor(orders: PageOrders) {
    this.#orders = orders;
    this.#ceiling = orders.window;
  }

  get orders(): PageOrders {
    return this.#orders;
  }

  get inFlight(): VariantName[] {
    return [...this.#inFlight.values()];
  }

  get elsewhere(): VariantName[] {
    return [...this.#elsewhere.values()];
  }

  /** Those that have not begun, or are made by another run. */
  get notBegun(): number {
    return this.#waiting.length + this.#elsewhere.size;
  }

  /** Told to let what is in flight finish and to give the rest back. */
  get isStopped(): boolean {
    return this.#orders.stop;
  }

  obey(orders: PageOrders): void {
    this.#orders = orders;
    this.#ceiling = orders.window;
    this.revision += 1;
  }

  add(variants: readonly VariantName[]): void {
    this.#waiting.push(...variants);
    this.revision += 1;
  }

  /** Takes out the variants that are cancelled before they have begun. */
  takeCancelled(): VariantName[] {
    const isCancelled = (name: VariantName) => this.isCancelled(name);
    const taken = [...this.#waiting, ...this.#elsewhere.values()].filter(isCancelled);
    this.#waiting = this.#waiting.filter((name) => !isCancelled(name));
    for (const name of taken) this.#elsewhere.delete(keyOf(name));
    return taken;
  }

  isCancelled({ cueId, variantId }: VariantName): boolean {
    return this.#orders.cancelled.some(
      (part) => part.cueId === cueId && (part.variantId === undefined || part.variantId === variantId),
    );
  }

  /** The next variant, in flight from now on; undefined if none may begin. */
  begin(): VariantName | undefined {
    if (this.isStopped || this.#inFlight.size >= this.#ceiling) return undefined;
    const index = this.#waiting.findIndex((name) => this.#isStartable(name));
    const [name] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (name !== undefined) this.#inFlight.set(keyOf(name), name);
    return name;
  }

  end(name: VariantName): void {
    this.#inFlight.delete(keyOf(name));
    this.revision += 1;
  }

  /** Another run makes it: it takes no slot of ours. */
  leaveToOthers(name: VariantName): void {
    this.#elsewhere.set(keyOf(name), name);
    this.end(name);
  }

  /** The other one's run has ended. Returns false if it has been taken already: it was cancelled meanwhile. */
  takeFromOthers(name: VariantName): boolean {
    this.revision += 1;
    return this.#elsewhere.delete(keyOf(name));
  }

  /** Something that it does not know of has changed. */
  touch(): void {
    this.revision += 1;
  }

  /** Slots that it holds under its orders. */
  get slots(): number {
    return Math.max(this.#inFlight.size, Math.min(this.#ceiling, this.wants));
  }

  /** Slots that it could use. */
  get wants(): number {
    const startable = this.isStopped ? 0 : this.#waiting.filter((name) => this.#isStartable(name)).length;
    return this.#inFlight.size + startable;
  }

  /** Gives back the slots that it does not hold, until it has other orders. */
  release(): void {
    this.#ceiling = Math.min(this.#ceiling, this.slots);
  }

  /** Nothing is in flight, and nothing will begin without new orders. */
  get isThrough(): boolean {
    return this.wants === 0 && (this.isStopped || this.#elsewhere.size === 0);
  }

  /** What has not begun, cue by cue. */
  rest(): CueRest[] {
    const byCue = new Map<string, number[]>();
    for (const { cueId, variantId } of [...this.#waiting, ...this.#elsewhere.values()])
      byCue.set(cueId, [...(byCue.get(cueId) ?? []), variantId]);
    return [...byCue].map(([cueId, variantIds]) => ({ cueId, variants: rangesOf(variantIds) }));
  }

  #isStartable({ cueId }: VariantName): boolean {
    return !this.#orders.pausedCues.includes(cueId);
  }
}

const keyOf = ({ cueId, variantId }: VariantName): string => `${cueId}/${variantId}`;
