/** What on a spool is finished, and not stored yet. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FINAL_FILE } from './layout.js';
import { orIfAbsent } from './space.js';

export interface Backlog {
  /** Renditions with a final image. */
  readonly finished: number;
  /** Seconds since the first of them was finished; 0 if there is none. */
  readonly oldestSeconds: number;
}

/** @param renditionsFolder of a spool; what disappears meanwhile has been stored */
export async function backlogIn(renditionsFolder: string, now = Date.now()): Promise<Backlog> {
  const times: number[] = [];
  for (const name of await orIfAbsent<string[]>(readdir(renditionsFolder), [])) {
    const final = stat(join(renditionsFolder, name, FINAL_FILE));
    const time = await orIfAbsent<number | undefined>(
      final.then(({ mtimeMs }) => mtimeMs),
      undefined,
    );
    if (time !== undefined) times.push(time);
  }
  const oldest = times.reduce((least, time) => Math.min(least, time), now);
  return { finished: times.length, oldestSeconds: Math.max(0, (now - oldest) / 1000) };
}
