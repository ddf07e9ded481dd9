/**
 * Puts everything a run needs into the store: the programs' pictures and the show bundle, each under the digest of
 * its bytes. What is there already is not sent again, so starting a show twice costs two questions.
 */
import { createHash } from 'node:crypto';
import { JSON_CONTENT_TYPE } from '../../domain/object-keys.js';
import { bundleKey, type ShowBundle } from '../../domain/show-bundle.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { inStoreOf } from '../load/in-store-of.js';
import type { LoadedShow } from '../load/load-show.js';

/** Stores all that a run needs; returns the key of its bundle. */
export async function storeBundle(loaded: LoadedShow): Promise<string> {
  return inStoreOf(loaded, async (store) => {
    return await uploadBundle(loaded, store);
  });
}

/** Uploads pictures, then the bundle that names them; returns the bundle's key. */
export async function uploadBundle(loaded: LoadedShow, store: ObjectStore): Promise<string> {
  await uploadPictures(loaded, store);
  const body = Buffer.from(`${JSON.stringify(bundleOf(loaded))}\n`);
  const key = bundleKey(loaded.show, createHash('sha256').update(body).digest('hex'));
  await putOnce(store, key, body, JSON_CONTENT_TYPE);
  return key;
}

/** Uploads the pictures that image-to-image starts from. */
export async function uploadPictures({ context, pictures }: LoadedShow, store: ObjectStore): Promise<void> {
  for (const [program, { bytes, contentType }] of pictures) {
    const key = context.images[program]?.key;
    if (key !== undefined) await putOnce(store, key, bytes, contentType);
  }
}

const bundleOf = ({ show, cues, context, families, schedulers }: LoadedShow): ShowBundle => ({
  ...context,
  show,
  cues,
  families,
  schedulers,
});

async function putOnce(store: ObjectStore, key: string, body: Buffer, contentType: string): Promise<void> {
  if ((await store.head(key))?.bytes !== body.length) await store.put(key, body, { contentType });
}
