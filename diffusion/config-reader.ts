/**
 * Typed reading of configuration files written by others: a missing entry takes the default, a wrong one is
 * a problem that names file, entry and what was expected.
 */
import type { Problems } from './problems.js';

export class ConfigReader {
  constructor(
    private readonly file: string,
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly problems: Problems,
  ) {}

  /** A positive number; null counts as missing. */
  positive(key: string, fallback?: number): number {
    return this.read(key, fallback, 'a positive number', (value) => Number.isFinite(value) && value > 0);
  }

  /** A positive integer. */
  count(key: string, fallback?: number): number {
    return this.read(
      key,
      fallback,
      'a positive integer',
      (value) => Number.isSafeInteger(value) && value > 0,
    );
  }

  /** Any finite number; null counts as missing. */
  finite(key: string, fallback?: number): number {
    return this.read(key, fallback, 'a number', Number.isFinite);
  }

  /** True only for `true`. */
  flag(key: string): boolean {
    return this.values[key] === true;
  }

  text(key: string): string | undefined {
    const value = this.values[key];
    return typeof value === 'string' ? value : undefined;
  }

  raw(key: string): unknown {
    return this.values[key] ?? undefined;
  }

  private read(
    key: string,
    fallback: number | undefined,
    wanted: string,
    fits: (value: number) => boolean,
  ): number {
    const value = this.values[key] ?? fallback;
    if (typeof value === 'number' && fits(value)) return value;
    this.problems.add(`${this.file}: "${key}" is ${JSON.stringify(value) ?? 'missing'}, expected ${wanted}`);
    return Number.NaN;
  }
}
