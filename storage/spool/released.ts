/**
 * What has left the spool because all of it is stored: a line for each rendition, on the disk before its folder goes.
 * If the answer to the last order for a rendition gets lost, the order is repeated, and finds here that nothing is left
 * to be done; without the line, a rendition that is gone would have to be generated again.
 *
 * Each process appends to files of its own, so that uploaders that share a disk never write into each other's lines.
 */
import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../durable-file.js';
import { Slots } from '../slots.js';
import type { JsonValue } from './records.js';
import { orIfAbsent } from './space.js';

/** Far longer than a server that lost an answer takes to order again. In milliseconds. */
const REMEMBERED_MS = 2 * 24 * 60 * 60_000;

/** A line of the log, as an object with the rendition's journal digest as its only key. */
type Line = { readonly [journalDigest: string]: JsonValue };

export class ReleasedLog {
  private readonly writer = randomUUID();
  /** Lines are written one after the other. */
  private readonly turn = new Slots(1);

  /** `folder` must exist. */
  constructor(private readonly folder: string) {}

  /** Remembers what became of a rendition. When this resolves, no crash loses it. */
  note(journalDigest: string, outcome: JsonValue): Promise<void> {
    const line: Line = { [journalDigest]: outcome };
    return this.turn.run(undefined, async () => {
      const file = await open(join(this.folder, this.#fileOfToday()), 'a');
      try {
        // A line that a full disk cut short must not spoil the one behind it.
        await file.appendFile(`\n${JSON.stringify(line)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await syncFolder(this.folder);
    });
  }

  /** What was noted for this journal, or undefined. Reads everything: asked only when a rendition is missing. */
  async find(journalDigest: string): Promise<JsonValue | undefined> {
    for (const name of await readdir(this.folder)) {
      const text = await orIfAbsent(readFile(join(this.folder, name), 'utf8'), '');
      const outcome = text.split('\n').map((line) => outcomeIn(line, journalDigest));
      const found = outcome.find((known) => known !== undefined);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Deletes files of days long past. */
  async forgetOld(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name);
      const writtenAt = await orIfAbsent(
        stat(path).then(({ mtimeMs }) => mtimeMs),
        0,
      );
      if (Date.now() - writtenAt > REMEMBERED_MS) await rm(path, { force: true });
    }
  }

  #fileOfToday(): string {
    return `${new Date().toISOString().slice(0, 10)}-${this.writer}.jsonl`;
  }
}

function outcomeIn(line: string, journalDigest: string): JsonValue | undefined {
  if (!line.includes(journalDigest)) return undefined;
  try {
    const parsed: Line = JSON.parse(line);
    return parsed[journalDigest];
  } catch {
    return undefined; // cut short by a crash: as if it had not been written
  }
}
