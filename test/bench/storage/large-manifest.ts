/**
 * The manifest of a large show in a folder: composed from all its objects, and written again after one decision.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rewriteCue, writeManifest } from '../../../bookkeeping/manifest.js';
import { manifestKey } from '../../../domain/manifest.js';
import type { Comparison, Scale, Subject } from '../frame/benchmark.js';
import { type TinyShow, tinyImages } from './tiny-images.js';

export function manifestOfLargeShows(scale: Scale): Comparison {
  const plain = { cues: scale.pick(2_000, 100), variants: 50, steps: 0 };
  const emerging = { cues: scale.pick(100, 10), variants: 100, steps: 10 };
  return {
    title: 'the manifest of a show in a folder',
    figures: {
      compose: 's to compose and write it',
      cpu: 's of CPU time for that',
      decide: 's to write it again after one decision',
      megabytes: 'MB',
    },
    repetitions: scale.pick(5, 2),
    subjects: Object.fromEntries([plain, emerging].map((show) => [nameOf(show), () => manifestOf(show)])),
  };
}

const nameOf = ({ cues, variants, steps }: TinyShow): string =>
  `${cues * variants} variants, ${steps === 0 ? 'no' : steps} previews each`;

async function manifestOf(tiny: TinyShow): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'pregen-bench-'));
  const { store, show, tasks } = await tinyImages(folder, tiny);
  return {
    async run() {
      const startMs = performance.now();
      const before = process.cpuUsage();
      await writeManifest(store, show, tasks);
      const { user, system } = process.cpuUsage(before);
      const composedMs = performance.now();
      await rewriteCue(store, show, tasks, tasks[0]?.cueId ?? '');
      const decidedMs = performance.now();
      const written = await store.head(manifestKey(show));
      return {
        compose: (composedMs - startMs) / 1000,
        cpu: (user + system) / 1e6,
        decide: (decidedMs - composedMs) / 1000,
        megabytes: (written?.bytes ?? 0) / 1e6,
      };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
