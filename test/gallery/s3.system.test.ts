import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGallery } from '../../gallery/gallery.js';
import { type ShowIndex, stateOf } from '../../gallery/show-index.js';
import { openStore } from '../../storage/open-store.js';
import { CUES, storeShow } from '../support/gallery-show.js';
import type { S3TestServer } from '../support/s3-server.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { startVersitygw } from '../support/versitygw.js';

describe('the gallery of a bucket', () => {
  let server: S3TestServer;

  beforeAll(async () => {
    server = await startVersitygw();
  });

  afterAll(() => server.stop());

  it('shows the same as that of a folder, unusual cue ids included', async () => {
    await server.createBucket('gala');
    const store = openStore(server.storeUrl('gala/some/prefix'), server.env);
    await storeShow(store);
    const thumbnailFolder = await temporaryFolder();
    const gallery = await startGallery({ store, port: 0, thumbnailFolder });
    const at = (path: string) => fetch(new URL(path, gallery.url));
    try {
      const { cues } = (await (await at('api/shows/gala/v1.json')).json()) as ShowIndex;
      expect(cues.map(({ cueId }) => cueId)).toEqual(Object.values(CUES));
      expect(cues[1]?.variants.map(stateOf)).toEqual(['stored', 'degraded', 'stored', 'missing']);
      const image = await at(`objects/gala/v1/cues/${encodeURIComponent(CUES.odd)}/1/final.png`);
      expect(Buffer.from(await image.arrayBuffer())).toEqual(
        await store.get(`gala/v1/cues/${CUES.odd}/1/final.png`),
      );
      expect((await at(`thumbs/gala/v1/${encodeURIComponent(CUES.odd)}/1.webp`)).status).toBe(200);
      expect((await at(`objects/gala/v1/cues/${CUES.words}/1/timing.json`)).status).toBe(404);
    } finally {
      await gallery.close();
      store.close();
    }
  });

  it('says at once that the bucket does not exist', async () => {
    const store = openStore(server.storeUrl('no-such-bucket'), server.env);
    await expect(startGallery({ store, port: 0 })).rejects.toMatchObject({ code: 'NoSuchBucket' });
    store.close();
  });
});
