/**
 * Which variants a performance shows: at random among those that may be shown, none again before all have been, over
 * performances and restarts. What had been shown before a performance and its seed decide all its choices, so a performance
 * that is resumed after a crash shows the same.
 */
import type { ManifestCue, ManifestVariant } from '../replay/manifest.js';
import { VariantPicker } from '../replay/variant-picker.js';
import { randomOf } from './random.js';

/** Numbers of variants that were shown of late, oldest first, by version and cue. */
export type Shown = Readonly<Record<string, readonly number[]>>;

export interface Choice {
  readonly key: string;
  readonly variant: ManifestVariant;
  /** Of the show. */
  readonly beginMs: number;
}

export class Choices {
  private readonly pickers = new Map<string, VariantPicker>();
  private readonly used = new Map<string, number>();

  /**
   * @param shown before the performance
   * @param kept choices of the performance that stand, whatever may be shown by now
   */
  constructor(
    private readonly seed: number,
    private readonly shown: Shown,
    private readonly kept: readonly Choice[] = [],
  ) {}

  /** The next variant of a cue; undefined where none may be shown. */
  next(version: string, cue: ManifestCue): ManifestVariant | undefined {
    const key = choiceKey(version, cue);
    const used = this.used.get(key) ?? 0;
    this.used.set(key, used + 1);
    const kept = this.kept.filter((choice) => choice.key === key);
    return kept[used]?.variant ?? this.pick(key, cue, kept);
  }

  private pick(key: string, { variants }: ManifestCue, kept: readonly Choice[]): ManifestVariant | undefined {
    if (variants.length === 0) return undefined;
    const picker = this.pickers.get(key) ?? this.pickerOf(key, variants, kept);
    this.pickers.set(key, picker);
    const number = picker.next();
    return variants.find(({ variant }) => variant === number);
  }

  private pickerOf(
    key: string,
    variants: readonly ManifestVariant[],
    kept: readonly Choice[],
  ): VariantPicker {
    const numbers = variants.map(({ variant }) => variant);
    const shown = kept.reduce(
      (round, { variant }) => roundWith(round, variant.variant, numbers),
      this.shown[key] ?? [],
    );
    return new VariantPicker(numbers, { shown, random: randomOf(this.seed, 'variant', key, kept.length) });
  }
}

export const choiceKey = (version: string, { cueId }: Pick<ManifestCue, 'cueId'>): string =>
  `${version}/${cueId}`;

/**
 * What has been shown after these choices, of which those after `untilMs` were not reached.
 * @param variantsOf numbers of the variants that may be shown, by key
 */
export function shownAfter(
  shown: Shown,
  choices: readonly Choice[],
  untilMs: number,
  variantsOf: (key: string) => readonly number[],
): Shown {
  const after: Record<string, readonly number[]> = { ...shown };
  for (const { key, variant, beginMs } of choices)
    if (beginMs <= untilMs) after[key] = roundWith(after[key] ?? [], variant.variant, variantsOf(key));
  return after;
}

/** A round ends when all have been shown; the next one begins with the variant that is shown then. */
function roundWith(round: readonly number[], variant: number, all: readonly number[]): readonly number[] {
  const complete = all.every((one) => round.includes(one));
  return complete ? [variant] : [...round.filter((one) => one !== variant), variant];
}
