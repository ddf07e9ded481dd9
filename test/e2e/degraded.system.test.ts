/**
 * The store of this test is a real S3 server behind a proxy that refuses one preview for ever. The image must be
 * stored all the same, timed truly for what is there, and be findable as degraded.
 */
import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { variantWorkflowId } from '../../domain/workflow-ids.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { listed } from '../support/listed.js';
import type { S3TestServer } from '../support/s3-server.js';
import { startVersitygw } from '../support/versitygw.js';
import { CUE_IDS, expectedObjects, STEPS, writeSmallShow } from './small-show.js';
import { type Stage, setStage } from './stage.js';
import { storedKeys, storedTiming } from './stored.js';

const REFUSED = `${CUE_IDS.prompt}/1/3.png`;

let s3: S3TestServer;
let proxy: Server;
let stage: Stage;
let store: ObjectStore;

beforeAll(async () => {
  s3 = await startVersitygw();
  await s3.createBucket('shows');
  proxy = await refusing(
    s3.endpoint,
    (method, path) => method === 'PUT' && new URL(path, 'http://s3').pathname.endsWith(REFUSED),
  );
  const address = proxy.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const url = s3.storeUrl('shows/live').replace(s3.endpoint, `http://127.0.0.1:${port}`);
  stage = await setStage({ store: url, env: { ...s3.env } });
  store = openStore(s3.storeUrl('shows/live'), s3.env);
});
afterAll(async () => {
  await stage.close();
  store.close();
  proxy.close();
  await s3.stop();
});

describe('a preview that the store refuses for ever', () => {
  it('costs the variant that preview and nothing else', async () => {
    const showFile = await writeSmallShow(join(stage.folder, 'show'), {
      patience: { previewUploadSeconds: 3 },
    });
    expect(await stage.pregen('show', 'start', showFile, '--wait')).toMatchObject({ code: 0 });
    expect(await storedKeys(store)).toEqual(expectedObjects().filter((key) => key !== REFUSED));
  });

  it('is not named by timing.json, whose steps still add up to the same pace', async () => {
    const steps = Array.from({ length: STEPS }, (_, index) => String(index + 1)).filter(
      (step) => step !== '3',
    );
    expect(Object.keys(await storedTiming(store, `${CUE_IDS.prompt}/1`))).toEqual([...steps, 'final']);
  });

  it('makes the variant findable as degraded', async () => {
    const address = { project: 'small', version: 'v1', cueId: CUE_IDS.prompt, variantId: 1 };
    const found = () => listed(stage.client, 'PregenStatus = "degraded" AND PregenVariantId = 1');
    await expect.poll(found).toEqual([variantWorkflowId(address)]);
  });
});

/** An HTTP proxy that answers 503 to the requests it is told to refuse, and passes everything else on as it is. */
async function refusing(
  endpoint: string,
  refuses: (method: string, path: string) => boolean,
): Promise<Server> {
  const { hostname, port } = new URL(endpoint);
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    if (refuses(method, url)) {
      incoming.resume().on('end', () => outgoing.writeHead(503).end());
      return;
    }
    const forwarded = httpRequest({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
