/**
 * Damages files on a spool, and records which: a damaged preview may be missing in the store, and a damaged checkpoint may
 * cost steps. There are no other effects.
 */
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { stepKey } from '../../domain/object-keys.js';
import { errnoOf } from '../../domain/system-error.js';
import type { Random } from '../support/seeded-random.mjs';

export class SpoolDamage {
  /** Object keys of previews that were damaged. */
  readonly previews = new Set<string>();
  /** Renditions of which a checkpoint or the journal was damaged. */
  readonly renditions = new Set<string>();
  private readonly folder: string;

  constructor(spool: string) {
    this.folder = join(spool, 'renditions');
  }

  /** Flips a bit of one of the renditions' files that match, if there is one. */
  flip(pattern: RegExp, random: Random): Promise<void> {
    return this.change(pattern, random, async (path) => {
      const bytes = await readFile(path);
      const place = Math.floor(random() * bytes.length);
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      // The file may have been removed meanwhile; it must not be created anew.
      await writeFile(path, bytes, { flag: 'r+' });
    });
  }

  /** Leaves half of a journal's last line, as a power cut does. */
  tearJournal(random: Random): Promise<void> {
    return this.change(/journal\.jsonl$/, random, async (path) => {
      const bytes = await readFile(path);
      const start = bytes.lastIndexOf('\n', -2) + 1;
      await truncate(path, start + Math.floor((bytes.length - start) / 2));
    });
  }

  private async change(
    pattern: RegExp,
    random: Random,
    damage: (path: string) => Promise<void>,
  ): Promise<void> {
    const choice = random();
    try {
      const files = (await readdir(this.folder, { recursive: true })).filter((file) => pattern.test(file));
      const file = files.sort()[Math.floor(choice * files.length)];
      if (file === undefined) return;
      // Recorded before the damage: a record without damage only makes the test less strict.
      await this.note(join(this.folder, file));
      await damage(join(this.folder, file));
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }

  private async note(path: string): Promise<void> {
    const step = /step-(\d+)\.png$/.exec(path)?.[1];
    if (step === undefined) this.renditions.add(decodeURIComponent(basename(dirname(path))));
    else
      this.previews.add(
        stepKey(JSON.parse(await readFile(join(dirname(path), 'request.json'), 'utf8')), Number(step)),
      );
  }
}
