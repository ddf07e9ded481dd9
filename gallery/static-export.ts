/**
 * Writes the gallery as static files beside a show's images, so that a bucket can serve it without a server: the page, the
 * show's index and thumbnails, under `{project}/{version}/pregen/gallery/`. An export can be repeated at any time; `index.html` is
 * written last, so that a page that can be opened is complete.
 */
import pLimit from 'p-limit';
import { given } from '../domain/given.js';
import type { ShowAddress } from '../domain/object-keys.js';
import { bookkeepingPrefix, cuesPrefix, finalKey, type VariantAddress } from '../domain/object-keys.js';
import type { ObjectStore } from '../storage/object-store.js';
import { buildIndex } from './build-index.js';
import { seedsOf } from './cue-details.js';
import type { PageFile } from './page-files.js';
import type { CueFacts, GallerySettings, ShowIndex } from './show-index.js';
import { type FoundShow, scanStore } from './store-scan.js';
import { summaryOf } from './summary.js';
import { DamagedImageError, THUMBNAIL_CONTENT_TYPE, THUMBNAIL_SIZES, type Thumbnails } from './thumbnails.js';

export interface StaticExport {
  readonly show: ShowAddress;
  /** The cues of the show file, by cue id. */
  readonly facts: ReadonlyMap<string, CueFacts>;
  /** Where the images are. */
  readonly source: ObjectStore;
  /** Where the gallery is written; a store other than the source gets the images as well. */
  readonly target: ObjectStore;
  readonly thumbnails: Thumbnails;
  readonly pageFiles: readonly PageFile[];
  readonly signal?: AbortSignal;
  /** Called after each image. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ExportReport {
  /** Key of the page to open. */
  readonly key: string;
  readonly images: number;
  /** Keys of images that could not be read; the page says so on their tiles. */
  readonly damaged: readonly string[];
}

/** Enough to keep a store with 50 ms latency busy, and far below the connections that its client has. */
const CONCURRENT_IMAGES = 8;

/** From `{project}/{version}/pregen/gallery/` up to the root of all keys. */
const TO_ROOT = '../../../../';

const SETTINGS: Omit<GallerySettings, 'store'> = {
  objects: TO_ROOT,
  thumbs: 'thumbs/',
  thumbPixels: THUMBNAIL_SIZES.slice(0, 1),
  shows: 'shows',
  live: false,
  decide: false,
  takes: false,
  steer: false,
};

/** Writes the gallery. Throws the errors of both stores. */
export async function exportGallery(options: StaticExport): Promise<ExportReport> {
  const { show, source, target } = options;
  const prefix = `${bookkeepingPrefix(show)}gallery/`;
  const found = await scanShow(options);
  const cues = buildIndex(found, options.facts, new Set());
  const index: ShowIndex = { ...show, cues, inFlightKnown: false };
  if (target !== source) await copyObjects(options);
  const written = await writeThumbnails(index, prefix, options);
  // Not the store's own description, which may name a folder of this machine: an export is published.
  const settings: GallerySettings = { ...SETTINGS, store: `${show.project}/${show.version}` };
  await writeJson(target, `${prefix}gallery.json`, settings);
  await writeJson(target, `${prefix}shows.json`, [summaryOf(index)]);
  const address = `${prefix}shows/${show.project}/${show.version}`;
  // Seeds of records only: opening all images again would take as long as copying them.
  await writeJson(target, `${address}/seeds.json`, seedsOf(found.records));
  await writeJson(target, `${address}.json`, index);
  const [entry = [], others = []] = partition(options.pageFiles, ({ address }) => address === 'index.html');
  for (const { address, body, contentType } of [...others, ...entry])
    await target.put(`${prefix}${address}`, body, { contentType });
  return { key: `${prefix}index.html`, ...written };
}

async function scanShow({
  show,
  source,
  signal,
}: StaticExport): Promise<Pick<FoundShow, 'cues' | 'records'>> {
  const name = `${show.project}/${show.version}`;
  const shows = await scanStore(source, `${name}/`, signal);
  return shows.get(name) ?? { cues: new Map(), records: new Map() };
}

async function writeThumbnails(
  index: ShowIndex,
  prefix: string,
  options: StaticExport,
): Promise<Pick<ExportReport, 'images' | 'damaged'>> {
  const { target, thumbnails, onProgress } = options;
  const pictures = picturesOf(index);
  const damaged: string[] = [];
  let done = 0;
  let images = 0;
  await forEach(pictures, options.signal, async ({ address, stamp }) => {
    const { project, version, cueId, variantId } = address;
    const thumbnail = await thumbnails.get(finalKey(address), stamp).catch((error: unknown) => {
      if (!(error instanceof DamagedImageError)) throw error;
      damaged.push(error.key);
    });
    const key = `${prefix}thumbs/${project}/${version}/${cueId}/${variantId}.webp`;
    if (thumbnail !== undefined) {
      await target.put(key, thumbnail, { contentType: THUMBNAIL_CONTENT_TYPE });
      images += 1;
    }
    done += 1;
    onProgress?.(done, pictures.length);
  });
  return { images, damaged };
}

interface Picture {
  readonly address: VariantAddress;
  readonly stamp: string;
}

/** Variants with a final image. */
const picturesOf = ({ project, version, cues }: ShowIndex): Picture[] =>
  cues.flatMap(({ cueId, variants }) =>
    variants
      .filter(([, , stamp]) => stamp !== '')
      .map(([variantId, , stamp]) => ({ address: { project, version, cueId, variantId }, stamp })),
  );

/** Copies the objects that the target does not have in this size; timings last, because a timing says that its images are stored. */
async function copyObjects({ show, source, target, signal }: StaticExport): Promise<void> {
  const heads = [];
  for await (const head of source.list(cuesPrefix(show), given({ signal }))) heads.push(head);
  const [timings, images] = partition(heads, ({ key }) => key.endsWith('/timing.json'));
  for (const part of [images, timings])
    await forEach(part, signal, async ({ key, bytes }) => {
      if ((await target.head(key))?.bytes === bytes) return;
      const contentType = key.endsWith('.json') ? 'application/json' : 'image/png';
      await target.put(key, await source.get(key), { contentType });
    });
}

/** Acts on a few items at a time; after the first failure no further one is begun. */
async function forEach<Item>(
  items: readonly Item[],
  signal: AbortSignal | undefined,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const limit = pLimit(CONCURRENT_IMAGES);
  try {
    await Promise.all(
      items.map((item) =>
        limit(() => {
          signal?.throwIfAborted();
          return act(item);
        }),
      ),
    );
  } finally {
    limit.clearQueue();
  }
}

function partition<Item>(items: readonly Item[], test: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

const writeJson = (store: ObjectStore, key: string, value: unknown): Promise<void> =>
  store.put(key, Buffer.from(JSON.stringify(value)), { contentType: 'application/json' });
