/**
 * The end of the demo: the contact sheet, where everything is, and what to try next.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import type { DevStack } from '../../domain/dev-stack.js';
import { cuesPrefix } from '../../domain/object-keys.js';
import { command } from '../../package/command.js';
import { inStoreOf } from '../load/in-store-of.js';
import type { LoadedShow } from '../load/load-show.js';
import { renderContactSheet } from '../pictures/contact-sheet.js';

/** Writes the contact sheet of a show's stored images to `path`. */
export async function writeContactSheet(
  { show, tasks, configuration }: LoadedShow,
  path: string,
): Promise<void> {
  await inStoreOf({ configuration }, async (store) => {
    const title = `${show.project}, version ${show.version}`;
    const png = await renderContactSheet(title, tasks, store);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, png);
  });
}

/** Where the images of a show are, for people. */
export function whereImagesAre({ show, configuration }: LoadedShow): string {
  const place = configuration.store.replace(/^file:/, '').replace(/\?.*$/, '');
  return `${place.replace(/\/$/, '')}/${cuesPrefix(show)}`;
}

/** What stays up when the demo has been generated. */
export interface Staying {
  readonly stack: DevStack;
  readonly galleryUrl: string | undefined;
}

/** What to look at and try, one line each. `folder` is that of the demo's stack. */
export function whatNext(
  loaded: LoadedShow,
  contactSheet: string,
  folder: string,
  staying: Staying | undefined,
): string {
  const { stack, galleryUrl } = staying ?? {};
  const gpu = stack?.processes.gpu;
  return [
    `  Contact sheet  ${relative('.', contactSheet)}`,
    `  Images         ${whereImagesAre(loaded)}`,
    ...(galleryUrl === undefined ? [] : [`  Gallery        ${galleryUrl}`]),
    ...(stack === undefined ? [] : [`  Web UI         ${stack.uiUrl}`]),
    '',
    'Try next:',
    ...(galleryUrl === undefined
      ? [`  - "${command('gallery')}" shows every image in the browser and replays how it emerged.`]
      : []),
    ...(gpu === undefined
      ? [`  - "${command(`dev --folder ${folder}`)}" brings the Web UI back, with every image's history.`]
      : [`  - "kill -9 ${gpu}" in another terminal: the GPU worker dies and is started again.`]),
    `  - "${command('demo --fresh')}" starts over; kill the GPU worker meanwhile and no image changes by a byte.`,
    `  - Delete an image and run "${command('demo')}" again: only what is missing is generated.`,
    `  - Copy shows/demo, write your own cues, then "${command('dev')}" and "… show start FILE --wait".`,
  ].join('\n');
}
