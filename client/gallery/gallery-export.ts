/**
 * `pregen gallery export FILE`: writes the gallery as static files beside the images.
 */

import { join } from 'node:path';
import { someOf } from '../../domain/some-of.js';
import { cacheFolder } from '../../files/cache-folder.js';
import { readPageFiles } from '../../gallery/page-files.js';
import { type ExportReport, exportGallery } from '../../gallery/static-export.js';
import { factsOfTasks } from '../../gallery/task-facts.js';
import { Thumbnails } from '../../gallery/thumbnails.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { loadShow } from '../load/load-show.js';
import type { Output } from '../terminal/output.js';

export interface GalleryExportOptions {
  readonly file: string;
  /** URL of the store it is written to; by default the one with the images. */
  readonly to?: string;
}

export async function galleryExport({ file, to }: GalleryExportOptions, output: Output): Promise<undefined> {
  const loaded = await loadShow(file);
  const { show, tasks, configuration } = loaded;
  const source = openStore(configuration.store, process.env);
  const target = to === undefined ? source : openStore(to, process.env);
  try {
    const report = await exportGallery({
      show: { project: show.project, version: show.version },
      facts: factsOfTasks(tasks, loaded),
      source,
      target: sameStore(source, target),
      thumbnails: new Thumbnails(source, join(cacheFolder(), 'thumbnails')),
      pageFiles: await readPageFiles(),
    });
    output.result({ store: target.description, ...report }, sentence(report, target));
  } finally {
    source.close();
    if (target !== source) target.close();
  }
}

/** `--to` may name the store that the images are in. */
const sameStore = (source: ObjectStore, target: ObjectStore): ObjectStore =>
  source.description === target.description ? source : target;

function sentence({ key, images, damaged }: ExportReport, { description }: ObjectStore): string {
  const lines = [
    `The gallery of ${images} images is at ${key} in ${description}. Any file server can serve it.`,
  ];
  if (damaged.length > 0) lines.push(`These images could not be read: ${someOf(damaged)}`);
  return lines.join('\n');
}
