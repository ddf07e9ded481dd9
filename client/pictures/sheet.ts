/**
 * `pregen sheet FILE`: contact sheets of a whole show, as many pages as it takes.
 */

import { writeFile } from 'node:fs/promises';
import { extname, join, parse } from 'node:path';
import { cuesPrefix } from '../../domain/object-keys.js';
import { InvalidInputError } from '../../domain/problems.js';
import { cacheFolder } from '../../files/cache-folder.js';
import { Thumbnails } from '../../gallery/thumbnails.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { inStoreOf } from '../load/in-store-of.js';
import { type LoadedShow, loadShow } from '../load/load-show.js';
import type { Output } from '../terminal/output.js';
import { renderSheetPage } from './render-sheet.js';
import { type SheetCue, sheetPages } from './sheet-pages.js';

export interface SheetOptions {
  readonly file: string;
  readonly out: string;
  readonly columns: number;
  readonly tile: number;
}

export async function sheet({ file, out, columns, tile }: SheetOptions, output: Output): Promise<undefined> {
  if (extname(out).toLowerCase() !== '.png')
    throw new InvalidInputError('sheet', [
      { where: '--out', message: `expected a name that ends in .png, got "${out}"` },
    ]);
  const loaded = await loadShow(file);
  await inStoreOf(loaded, async (store) => {
    const cues = cuesOf(loaded);
    const shape = { tile, columns: Math.min(columns, Math.max(...cues.map(({ variants }) => variants))) };
    const pages = sheetPages(cues, shape);
    const stamps = await readStamps(store, loaded);
    const source = {
      show: { project: loaded.show.project, version: loaded.show.version },
      thumbnails: new Thumbnails(store, join(cacheFolder(), 'thumbnails')),
      stampOf: (key: string) => stamps.get(key),
    };
    const paths = pages.map((_, index) => pagePath(out, index, pages.length));
    for (const [index, lines] of pages.entries())
      await writeFile(paths[index] ?? out, await renderSheetPage(lines, shape, source));
    output.result(
      { pages: paths, images: stamps.size },
      `Wrote ${stamps.size} images to ${paths.join(', ')}.`,
    );
  });
}

const cuesOf = ({ tasks }: LoadedShow): SheetCue[] =>
  tasks.map(({ cueId, variants, settings: { program, prompt } }) => ({ cueId, program, prompt, variants }));

async function readStamps(store: ObjectStore, { show }: LoadedShow): Promise<Map<string, string>> {
  const stamps = new Map<string, string>();
  for await (const { key, bytes, modifiedAt } of store.list(cuesPrefix(show)))
    if (key.endsWith('/final.png')) stamps.set(key, `${modifiedAt?.getTime() ?? 0}-${bytes}`);
  return stamps;
}

/** `sheet.png`, or `sheet-2-of-5.png`. */
function pagePath(out: string, index: number, pages: number): string {
  const { dir, name, ext } = parse(out);
  return pages === 1 ? out : join(dir, `${name}-${index + 1}-of-${pages}${ext}`);
}
