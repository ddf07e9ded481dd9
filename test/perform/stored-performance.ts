/** A short show in a folder, as the product stores it, to be performed from a web server: its cue sheet, its images, its manifest. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { changeDecisions } from '../../bookkeeping/decisions.js';
import { writeManifest } from '../../bookkeeping/manifest.js';
import { readCues } from '../../domain/cue-sheet.js';
import { type CueTask, planCues } from '../../domain/show-plan.js';
import { openStore } from '../../storage/open-store.js';
import { SHOW, storeImage } from '../bookkeeping/stored-show.js';

const TYPED = { action: 'prompt', program: 'P3', delay: { base: 10, variance: 0 } };

/** Ten seconds; nothing of the second prompt may be shown. */
export const SHORT_SHEET = [
  { time: '00:00:00', action: 'navigate', route: '/one' },
  { time: '00:00:00.200', ...TYPED, prompt: 'a lighthouse' },
  { time: '00:00:03', action: 'transcript', transcript: 'hello', generate: true },
  { time: '00:00:05', ...TYPED, prompt: 'nothing' },
  { time: '00:00:07', action: 'lights', level: 1 },
  { time: '00:00:10', action: 'end' },
];

export const COLOURS = { preview: [0, 160, 0], prompt: [200, 0, 0], transcript: [0, 0, 200] } as const;

export const tasksOf = (sheet: readonly object[]): CueTask[] =>
  planCues(SHOW, readCues(sheet), { showDirectory: '/show', images: {} });

/** Writes `{folder}/test/v1/` with images, manifest and `cues.json`, two variants a cue. */
export async function storePerformance(
  folder: string,
  sheet: readonly object[] = SHORT_SHEET,
): Promise<CueTask[]> {
  const store = openStore(`file:${folder}`);
  const tasks = tasksOf(sheet);
  for (const task of tasks) {
    const painted = task.settings.previews ? COLOURS.prompt : COLOURS.transcript;
    for (const variantId of [1, 2])
      await storeImage(store, task, { variantId, seed: variantId }, 2, (words) =>
        solid(words.startsWith('step') ? COLOURS.preview : painted),
      );
    if (task.settings.prompt === 'nothing')
      await changeDecisions(store, SHOW, task.cueId, [
        { variantId: 1, verdict: 'rejected' },
        { variantId: 2, verdict: 'rejected' },
      ]);
  }
  await writeManifest(store, SHOW, tasks);
  await writeFile(join(folder, 'test/v1/cues.json'), JSON.stringify(sheet));
  store.close();
  return tasks;
}

const solid = ([r, g, b]: readonly [number, number, number]): Promise<Buffer> =>
  sharp({ create: { width: 64, height: 64, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
