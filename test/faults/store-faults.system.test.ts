/**
 * Faults of object storage and network: the upload activities on a real spool, a real S3 server, and between them a proxy
 * that causes the faults. A loop without pauses stands in for Temporal's retries. In the end every byte is right, and at no
 * moment does a timing name a missing object.
 */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { finalKey, stepKey, timingKey, variantPrefix } from '../../domain/object-keys.js';
import type { RenditionReference } from '../../domain/rendition.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { type Fault, type FaultPlan, FaultProxy } from '../support/fault-proxy.js';
import { type FinishedOptions, finishedRendition } from '../support/finished-rendition.js';
import { MINIO_MISSING, startMinio } from '../support/minio.js';
import { Surroundings } from '../support/rendering.js';
import type { S3TestServer } from '../support/s3-server.js';
import { startVersitygw } from '../support/versitygw.js';

let server: S3TestServer;
let proxy: FaultProxy;
let buckets = 0;

/** A server of its own for the describe block that calls this, and the proxy before it. */
function serveBy<S extends S3TestServer>(startServer: () => Promise<S>): () => S {
  let started: S;
  beforeAll(async () => {
    started = await startServer();
    server = started;
    proxy = await FaultProxy.before(server.endpoint);
  });
  afterAll(async () => {
    await proxy.refuse();
    await server.stop();
  });
  return () => started;
}

/** A store behind the proxy, the same store beside it, and a rendition to be uploaded. */
async function start(options: FinishedOptions = {}) {
  const url = server.storeUrl(`faults-${++buckets}`);
  await server.createBucket(`faults-${buckets}`);
  const store = opened(proxy.through(url), server.env);
  onTestFinished(() => {
    proxy.order();
    proxy.throttle(undefined);
  });
  return { ...(await finishedRendition(store, options)), store, beside: opened(url, server.env), url };
}

function opened(url: string, env: Readonly<Record<string, string>>): ObjectStore {
  const store = openStore(url, env);
  onTestFinished(() => store.close());
  return store;
}

type Started = Awaited<ReturnType<typeof start>>;

/** Repeats an activity until it succeeds, as Temporal does; resolves to the messages of the failed attempts. */
async function untilDone(
  activity: (reference: RenditionReference) => Promise<unknown>,
  reference: RenditionReference,
  afterFailure: () => Promise<void>,
): Promise<string[]> {
  const messages: string[] = [];
  let heartbeatDetails: unknown;
  for (let attempt = 1; attempt <= 20; attempt++) {
    const here = new Surroundings({ attempt, heartbeatDetails });
    try {
      await here.run(activity, reference);
      return messages;
    } catch (error) {
      expect(error).toMatchObject({ type: 'StoreFailed', nonRetryable: false });
      messages.push(error instanceof Error ? error.message : String(error));
      heartbeatDetails = here.heartbeats.at(-1);
      await afterFailure();
    }
  }
  throw new Error(`not done after 20 attempts: ${messages.at(-1)}`);
}

/** Uploads in the order of the variant workflow; resolves to the messages of all failed attempts. */
async function uploadAll(started: Started): Promise<string[]> {
  const { uploads, reference } = started;
  const nothingPartial = () => expectWholeOrAbsent(started);
  const images = await Promise.all([
    untilDone(uploads.uploadFinal, reference, nothingPartial),
    untilDone(uploads.uploadPreviews, reference, nothingPartial),
  ]);
  return [...images.flat(), ...(await untilDone(uploads.composeTiming, reference, nothingPartial))];
}

async function expectWholeOrAbsent({ beside, address, pictures }: Started): Promise<void> {
  for await (const { key } of beside.list(variantPrefix(address))) {
    // The timing is put after all pictures, and the record of the image after the timing.
    if (key === timingKey(address)) continue;
    expect((await beside.get(key)).equals(pictures.get(key) ?? Buffer.alloc(0)), key).toBe(true);
  }
}

async function expectComplete(started: Started): Promise<void> {
  const { beside, address, pictures } = started;
  const found: string[] = [];
  for await (const { key } of beside.list(variantPrefix(address))) found.push(key);
  expect(found.sort()).toEqual([...pictures.keys(), timingKey(address)].sort());
  for (const [key, bytes] of pictures) expect((await beside.get(key)).equals(bytes), key).toBe(true);
  const { stepDurations } = JSON.parse(String(await beside.get(timingKey(address))));
  expect(Object.keys(stepDurations)).toHaveLength(pictures.size);
}

const firstTimes =
  (times: number, fault: Fault): FaultPlan =>
  ({ time }) =>
    time <= times ? fault : undefined;

const failureOf = ({ uploads, reference }: Started) =>
  new Surroundings().run(uploads.uploadFinal, reference).then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );

describe.each([
  ['versitygw', startVersitygw, undefined],
  ['MinIO', startMinio, MINIO_MISSING],
])('%s', (_, startServer, missing) => {
  describe.skipIf(missing !== undefined)(
    missing === undefined ? 'is there:' : `is not here: ${missing}`,
    () => {
      serveBy(startServer);
      describe('an upload', () => {
        it.each<[string, number, Fault, RegExp]>([
          ['answers 500', 2, { status: 500, code: 'InternalError' }, /HTTP 500.*tried again/],
          ['answers 503 SlowDown', 2, { status: 503, code: 'SlowDown' }, /SlowDown.*tried again/],
          ['answers 429', 2, { status: 429, code: 'TooManyRequests' }, /HTTP 429.*tried again/],
          ['cuts connections mid-body', 2, 'reset', /connection was cut|failed for now/],
          [
            'is hidden by a web page that answers 200',
            2,
            'garbage',
            /not come from an object storage|failed for now/,
          ],
          ['loses its answers', 2, 'lost-reply', /connection was cut|failed for now/],
          [
            'sends half of each answer and cuts',
            1,
            'cut-reply',
            /connection was cut|incomplete|failed for now/,
          ],
          ['sends half of each answer as if it were whole', 1, 'short-reply', /./],
        ])(
          'stores every byte when the store first %s, for every object',
          async (_, times, fault, message) => {
            const started = await start();
            proxy.order(firstTimes(times, fault));
            for (const words of await uploadAll(started)) expect(words).toMatch(message);
            await expectComplete(started);
          },
        );

        it('continues where it was when the endpoint is reachable again', async () => {
          const started = await start();
          await proxy.refuse();
          const failed = await new Surroundings()
            .run(started.uploads.uploadFinal, started.reference)
            .catch(String);
          expect(failed).toMatch(/nothing is listening at the endpoint.*tried again/);
          await proxy.accept();
          expect(await uploadAll(started)).toEqual([]);
          await expectComplete(started);
        });
      });

      describe('a store that refuses', () => {
        it('because the bucket is missing says so, and accepts everything once the bucket is created', async () => {
          const started = await start();
          const store = opened(server.storeUrl('created-later'), server.env);
          const late = { ...started, ...(await finishedRendition(store)), store, beside: store };
          const failure = await failureOf(late);
          expect(failure).toMatchObject({ type: 'StoreFailed', nonRetryable: false });
          expect(String(failure)).toMatch(/the bucket does not exist.*Create the bucket/);
          await server.createBucket('created-later');
          expect(await uploadAll(late)).toEqual([]);
          await expectComplete(late);
        });
      });

      describe('a reader', () => {
        it('never sees a timing that names a missing object while a variant is stored again', async () => {
          const started = await start();
          await uploadAll(started);
          proxy.order(({ method, key, time }) =>
            method === 'PUT' && key === stepKey(started.address, 3) && time <= 3
              ? { status: 503, code: 'SlowDown' }
              : undefined,
          );
          const { uploads, reference, beside, address } = started;
          const reader = new AbortController();
          const reading = readUntil(reader.signal, beside, started);
          await new Surroundings().run(uploads.withdrawTiming, address);
          await uploadAll(started);
          await new Surroundings().run(uploads.composeTiming, reference);
          reader.abort();
          expect(await reading).toBeGreaterThan(0);
        });
      });
    },
  );
});

describe('an upload to either server', () => {
  const versitygw = serveBy(startVersitygw);

  it('fails within seconds if the server is silent, and does not delay other uploads meanwhile', async () => {
    const started = await start({ steps: 8 });
    const { address, uploads, reference, store } = started;
    const hangs: FaultPlan = ({ key, time }) =>
      key.endsWith('.png') && key !== finalKey(address) && time === 1 ? 'hang' : undefined;
    proxy.order(hangs);
    const previews = untilDone(uploads.uploadPreviews, reference, () => expectWholeOrAbsent(started));
    const others = Array.from({ length: 17 }, (_, other) =>
      store.put(`other/${other}.png`, Buffer.from('x'), { contentType: 'image/png' }).catch((error) => error),
    );
    await expect.poll(() => proxy.hanging, { timeout: 60_000 }).toBeGreaterThan(8);
    await new Surroundings().run(uploads.uploadFinal, reference);
    expect(await Promise.all(others)).toEqual(
      Array(17).fill(expect.objectContaining({ kind: 'transient', name: 'StoreError' })),
    );
    expect((await previews).join()).toMatch(/did not (answer|finish) in time/);
    await new Surroundings().run(uploads.composeTiming, reference);
    await expectComplete(started);
    expect(proxy.hanging).toBe(0);
  });

  it('gets through a slow shared line, however many objects share it', async () => {
    const started = await start({ steps: 5, size: 200 });
    proxy.throttle(50_000);
    for (const words of await uploadAll(started)) expect(words).toMatch(/did not (answer|finish) in time/);
    await expectComplete(started);
  });

  it('unknown credentials says so, and takes everything once they are known', async () => {
    const started = await start();
    const env = { AWS_ACCESS_KEY_ID: 'late-admin', AWS_SECRET_ACCESS_KEY: 'late-admin-secret' };
    const store = opened(started.url, env);
    const late = { ...started, ...(await finishedRendition(store)), store };
    const failure = await failureOf(late);
    expect(failure).toMatchObject({ type: 'StoreFailed', nonRetryable: false });
    expect(String(failure)).toMatch(/the access key id is not known.*AWS_ACCESS_KEY_ID/);
    await versitygw().createUser('late-admin', 'late-admin-secret', 'admin');
    expect(await uploadAll(late)).toEqual([]);
    await expectComplete(late);
  });
});

/** Reads the timing repeatedly; whenever there is one, every object that it names must exist. */
async function readUntil(signal: AbortSignal, store: ObjectStore, { address }: Started): Promise<number> {
  let reads = 0;
  for (; !signal.aborted; reads++) {
    const timing = await store.get(timingKey(address)).catch(() => undefined);
    if (timing === undefined) continue;
    for (const name of Object.keys(JSON.parse(String(timing)).stepDurations))
      await store.get(name === 'final' ? finalKey(address) : stepKey(address, Number(name)));
  }
  return reads;
}
