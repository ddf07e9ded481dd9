/**
 * The S3 store on MinIO, a second server besides the one that all other tests use, and the messages where its answers to
 * mistakes differ.
 */
import { afterAll, beforeAll, describe, it, onTestFinished } from 'vitest';
import { openStore } from '../../storage/open-store.js';
import { MINIO_MISSING, startMinio } from '../support/minio.js';
import type { S3TestServer } from '../support/s3-server.js';
import { expectEveryVerb, SECRET } from './every-verb.js';
import { describeObjectStore } from './object-store.contract.js';

describe.skipIf(MINIO_MISSING !== undefined)(
  MINIO_MISSING === undefined ? 'MinIO' : `MinIO is not here: ${MINIO_MISSING}`,
  () => {
    let server: S3TestServer;
    let buckets = 0;
    beforeAll(async () => {
      server = await startMinio();
    });
    afterAll(() => server.stop());

    const open = (url: string, env: Readonly<Record<string, string>> = server.env) => {
      const store = openStore(url, env);
      onTestFinished(() => store.close());
      return store;
    };

    describeObjectStore('a bucket of MinIO', async () => {
      buckets += 1;
      await server.createBucket(`bucket-${buckets}`);
      return open(server.storeUrl(`bucket-${buckets}`));
    });

    it.each([
      ['a bucket that does not exist', 'absent', {}, 'NoSuchBucket', 'Create the bucket'],
      [
        'a wrong secret',
        'wrong',
        { AWS_SECRET_ACCESS_KEY: SECRET },
        'SignatureDoesNotMatch',
        'AWS_SECRET_ACCESS_KEY',
      ],
      [
        'an unknown key',
        'unknown',
        { AWS_ACCESS_KEY_ID: 'nobody' },
        'InvalidAccessKeyId',
        'AWS_ACCESS_KEY_ID',
      ],
    ])('says what is wrong with %s, in every verb', async (_, bucket, changed, code, remedy) => {
      if (bucket !== 'absent') await server.createBucket(bucket);
      const store = open(server.storeUrl(bucket), { ...server.env, ...changed });
      await expectEveryVerb(store, { kind: 'permanent', code }, remedy);
    });
  },
);
