/**
 * Uploaders that are killed at the two worst moments of an upload, with real processes and a real S3 server: in the middle of
 * a body, and when the object is stored but not reported. And an upload that is cancelled.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { finalKey, stepKey } from '../../domain/object-keys.js';
import type { RenditionRequest } from '../../domain/rendition.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { calmImage, requestFor } from '../support/rendering.js';
import type { S3TestServer } from '../support/s3-server.js';
import { Studio } from '../support/studio.js';
import { startVersitygw } from '../support/versitygw.js';

const SHORT = { steps: 4, guidance: 1 };
const imageFor = (version: string): RenditionRequest => ({ ...requestFor(1, SHORT), version });

let s3: S3TestServer;
let proxy: FaultProxy;
let studio: Studio;
let calm: string[];
beforeAll(async () => {
  s3 = await startVersitygw();
  await s3.createBucket('studio');
  proxy = await FaultProxy.before(s3.endpoint);
  const storage = { PREGEN_STORE: proxy.through(s3.storeUrl('studio/images')), ...s3.env };
  [studio, calm] = await Promise.all([Studio.open(storage), calmImage(imageFor('calm'))]);
});
afterEach(async () => {
  proxy.order();
  await studio.stopRendering();
});
afterAll(async () => {
  await studio.close();
  await proxy.refuse();
  await s3.stop();
});

const requested = (method: string, key: string): number => proxy.requests.count(`${method} images/${key}`);

describe('an image', () => {
  it('whose uploader is killed during the upload and before it reports is stored by the other uploader of that disk', async () => {
    const request = imageFor('two-uploaders');
    const machine = studio.machine('two-uploaders');
    proxy.order(({ method, key, time }) => {
      if (method !== 'PUT' || time > 1) return undefined;
      if (key === `images/${finalKey(request)}`) return 'hang';
      return key === `images/${stepKey(request, 2)}` ? 'held-reply' : undefined;
    });
    const [, first] = await Promise.all([machine.start('gpu'), machine.start('uploader')]);
    const run = await studio.generate(request);
    await expect.poll(() => proxy.hanging).toBe(2);
    const second = await machine.start('uploader');
    first.kill();
    expect(await first.ended).toBe('SIGKILL');
    expect(await run.result()).toEqual({ status: 'stored', missingSteps: [] });
    expect(await studio.stored(request)).toEqual(calm);
    expect(requested('PUT', finalKey(request))).toBe(2);
    expect(await (await machine.spool()).renditions()).toEqual([]);
    second.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });

  it('that is cancelled while its final image is on its way leaves no part of it, and an empty spool', async () => {
    const request = imageFor('cancelled');
    const machine = studio.machine('cancelled');
    proxy.order(({ method, key }) =>
      method === 'PUT' && key === `images/${finalKey(request)}` ? 'hang' : undefined,
    );
    await Promise.all([machine.start('gpu'), machine.start('uploader')]);
    const run = await studio.generate(request);
    await expect.poll(() => proxy.hanging).toBe(1);
    await run.cancel();
    await expect(run.result()).rejects.toThrow();
    const keys = await studio.keys(request);
    expect(keys.filter((key) => !/^\d\.png$/.test(key))).toEqual([]);
    expect(await (await machine.spool()).renditions()).toEqual([]);
  });

  it('that is cancelled before any machine has begun it leaves nothing', async () => {
    const request = imageFor('queued');
    const run = await studio.generate(request);
    await run.cancel();
    await expect(run.result()).rejects.toThrow();
    expect(await studio.keys(request)).toEqual([]);
  });
});
