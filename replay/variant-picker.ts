/**
 * Chooses which variant of a cue the audience sees next: at random, but none again before all have been shown, and
 * never the same twice in a row, not even where one round ends and the next begins.
 */
export class VariantPicker {
  private variants: readonly number[];
  private readonly shownThisRound: Set<number>;
  private last: number | undefined;

  /**
   * @param variants the variant ids that exist, at least one
   * @param options.shown what an earlier picker had already shown this round, oldest first (to survive a page reload)
   * @param options.random uniform in [0, 1)
   */
  constructor(
    variants: Iterable<number>,
    private readonly options: { readonly shown?: Iterable<number>; readonly random?: () => number } = {},
  ) {
    this.variants = [...new Set(variants)];
    this.requireSome();
    this.shownThisRound = new Set(options.shown);
    this.last = [...this.shownThisRound].at(-1);
  }

  /** What has been shown in the current round, oldest first. */
  get shown(): readonly number[] {
    return [...this.shownThisRound];
  }

  /** From now on picks from these; what has been shown stays known. */
  offer(variants: Iterable<number>): void {
    this.variants = [...new Set(variants)];
  }

  /** Throws a RangeError if the last {@link offer} was of none. */
  next(): number {
    this.requireSome();
    const candidates = this.candidates();
    const random = this.options.random ?? Math.random;
    const chosen = candidates[Math.floor(random() * candidates.length)] ?? this.variants[0] ?? 0;
    this.shownThisRound.add(chosen);
    this.last = chosen;
    return chosen;
  }

  private requireSome(): void {
    if (this.variants.length === 0) throw new RangeError('there is no variant to pick from');
  }

  private candidates(): readonly number[] {
    const left = this.variants.filter((variant) => !this.shownThisRound.has(variant));
    if (left.length > 0) return left;
    this.shownThisRound.clear();
    const others = this.variants.filter((variant) => variant !== this.last);
    return others.length > 0 ? others : this.variants;
  }
}
