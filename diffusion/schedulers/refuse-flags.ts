/**
 * Settings that would change the schedule in a way that is not built: refused where they are switched on.
 */
import type { ConfigReader } from '../model-directory/config-reader.js';
import type { Problems } from '../model-directory/problems.js';

export function refuseFlags(reader: ConfigReader, flags: readonly string[], problems: Problems): void {
  for (const flag of flags) {
    const value = reader.raw(flag);
    if (value !== undefined && value !== false)
      problems.add(`${reader.file}: "${flag}" is ${JSON.stringify(value)}, which is not supported`);
  }
}
