/**
 * Typed reading of configuration files written by others: a missing entry takes the default, a wrong one is
 * a problem that names file, entry and what was expected.
 */
import { join } from 'node:path';
import { readJson } from './json.js';
import type { Problems } from './problems.js';

/** Opens one configuration file of a model; undefined, with the reason noted, if it cannot be read. */
export async function openConfig(
  directory: string,
  file: string,
  problems: Problems,
): Promise<ConfigReader | undefined> {
  const values = await problems.collect(() => readJson(join(directory, file)));
  return values === undefined ? undefined : new ConfigReader(file, values, problems);
}

export class ConfigReader {
  constructor(
    readonly file: string,
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly problems: Problems,
  ) {}

  /** A positive number that float32 can hold; null counts as missing. */
  positive(key: string, fallback?: number, most = Number.MAX_VALUE): number {
    const wanted = most === Number.MAX_VALUE ? 'a positive number' : `a positive number up to ${most}`;
    return this.read(key, fallback, wanted, (value) => {
      const rounded = Math.fround(value);
      return Number.isFinite(rounded) && rounded > 0 && value <= most;
    });
  }

  /** A positive integer. */
  count(key: string, fallback?: number, most = Number.MAX_SAFE_INTEGER): number {
    const wanted = most === Number.MAX_SAFE_INTEGER ? 'a positive integer' : `an integer from 1 to ${most}`;
    return this.read(key, fallback, wanted, (value) => Number.isInteger(value) && value > 0 && value <= most);
  }

  /** Any finite number; null counts as missing. */
  finite(key: string, fallback?: number): number {
    return this.read(key, fallback, 'a number', Number.isFinite);
  }

  /** True for `true`, the fallback when missing, else false. */
  flag(key: string, fallback = false): boolean {
    return (this.values[key] ?? fallback) === true;
  }

  /** One of a few words; null counts as missing. */
  choice<T extends string>(key: string, allowed: readonly T[], fallback: T): T {
    const value = this.values[key] ?? fallback;
    const found = allowed.find((word) => word === value);
    if (found === undefined) {
      this.problems.add(
        `${this.file}: "${key}" is ${JSON.stringify(value)}, supported are ${allowed.join(', ')}`,
      );
    }
    return found ?? fallback;
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
