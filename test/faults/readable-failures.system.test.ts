/**
 * What people read of an upload that fails, on a server with its own limits: the store's sentence, with what to do about it, for every
 * kind of fault and with the stacks of the real S3 client. The server keeps 4 KiB of a failure, and puts "Failure exceeds size limit." in
 * place of more.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type VariantWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { type ImageState, lookAtImage } from '../../live/look-at-image.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { type Fault, FaultProxy } from '../support/fault-proxy.js';
import { finishedRendition } from '../support/finished-rendition.js';
import type { S3TestServer } from '../support/s3-server.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { startVersitygw } from '../support/versitygw.js';
import { useRig } from '../workflows/rig.js';
import { sampleVariant } from '../workflows/samples.js';

const rig = useRig();
// Stacks as they are where packages are installed deep in a file system, which is what exceeds the limit.
Error.stackTraceLimit = 40;
let server: S3TestServer;
let proxy: FaultProxy;
beforeAll(async () => {
  server = await startVersitygw();
  await server.createBucket('readable');
  proxy = await FaultProxy.before(server.endpoint);
});
afterAll(async () => {
  await proxy.refuse();
  await server.stop();
});

function opened(url: string, env: Readonly<Record<string, string>> = server.env): ObjectStore {
  const store = openStore(url, env);
  onTestFinished(() => store.close());
  return store;
}

/** Lets a variant be stored in `store`; `whileFailing` gets the image as people see it after its first failed upload. */
async function upload(
  version: string,
  store: ObjectStore,
  whileFailing: (image: ImageState) => Promise<void>,
) {
  const { uploads, reference } = await finishedRendition(store);
  const uploadFinal = () => uploads.uploadFinal(reference);
  await rig().withMachine({ uploadFinal }, async () => {
    const input = sampleVariant(version);
    const handle = await rig().client.workflow.start<VariantWorkflow>(WORKFLOW_TYPES.variant, {
      ...variantStartOptions(input.request),
      taskQueue: ORCHESTRATION_QUEUE,
      args: [input],
    });
    const look = async () => (await lookAtImage(rig().client, input.request))?.image ?? { phase: 'waiting' };
    await expect.poll(async () => (await look()).lastFailure).toBeDefined();
    await whileFailing(await look());
    await handle.terminate();
  });
}

const TOO_LARGE = /exceeds size limit/;

describe('people read what happened and what to do of an upload', () => {
  it.each<[string, Fault, RegExp]>([
    ['answers 500', { status: 500, code: 'InternalError' }, /failed for now.*HTTP 500.*tried again/],
    ['answers SlowDown', { status: 503, code: 'SlowDown' }, /SlowDown.*tried again/],
    ['refuses the credentials', { status: 403, code: 'AccessDenied' }, /may not do this.*Give them read/],
    ['has no such bucket', { status: 404, code: 'NoSuchBucket' }, /does not exist.*Create the bucket/],
    ['doubts the signature', { status: 403, code: 'SignatureDoesNotMatch' }, /secret.*AWS_SECRET_ACCESS_KEY/],
    ['cuts the connection mid-body', 'reset', /(was cut|did not answer in time).*check the endpoint/],
    ['never answers', 'hang', /did not (answer|finish) in time.*check the endpoint/],
    ['is hidden by a web page', 'garbage', /not come from an object storage.*check proxies/],
    ['loses its answer', 'lost-reply', /(was cut|did not answer in time).*check the endpoint/],
  ])('to a store that %s', async (words, fault, sentence) => {
    proxy.order(({ key }) => (key.endsWith('final.png') ? fault : undefined));
    onTestFinished(() => proxy.order());
    const store = opened(proxy.through(server.storeUrl('readable')));
    await upload(`s3-${words.replaceAll(/\W/g, '-')}`, store, async ({ lastFailure }) => {
      expect(lastFailure).toMatch(sentence);
      expect(lastFailure).not.toMatch(TOO_LARGE);
    });
  });

  it('to an endpoint where nothing listens', async () => {
    const store = opened(proxy.through(server.storeUrl('readable')));
    await proxy.refuse();
    onTestFinished(() => proxy.accept());
    await upload('s3-nobody', store, async ({ lastFailure }) => {
      expect(lastFailure).toMatch(/nothing is listening at the endpoint.*check the endpoint/);
    });
  });

  it('to a folder that is none', async () => {
    const file = join(await temporaryFolder(), 'file');
    const store = opened(`file:${file}/store`);
    await writeFile(file, 'in its place');
    await upload('folder', store, async ({ lastFailure }) => {
      expect(lastFailure).toMatch(/\[file:.*could not put/);
    });
  });
});
