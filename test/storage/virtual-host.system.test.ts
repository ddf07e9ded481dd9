/**
 * Endpoints that need the bucket in the host name (`pathStyle=false`), on both real servers. Only the DNS lookup is replaced;
 * requests, signatures and answers are real.
 */
import dns from 'node:dns';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openStore } from '../../storage/open-store.js';
import { MINIO_MISSING, startMinio } from '../support/minio.js';
import { type S3TestServer, VIRTUAL_HOST_DOMAIN } from '../support/s3-server.js';
import { startVersitygw } from '../support/versitygw.js';
import { describeObjectStore } from './object-store.contract.js';

const { lookup } = dns;
/** Names below the test domain that were looked up. */
const lookedUp = new Set<string>();

/** Resolves all names below the test domain to this machine. */
beforeAll(() => {
  vi.spyOn(dns, 'lookup').mockImplementation((name: string, ...rest: unknown[]) => {
    const ours = name.endsWith(VIRTUAL_HOST_DOMAIN);
    if (ours) lookedUp.add(name);
    return Reflect.apply(lookup, dns, [ours ? '127.0.0.1' : name, ...rest]);
  });
});
afterAll(() => vi.restoreAllMocks());

describe.each([
  ['versitygw', startVersitygw, undefined],
  ['MinIO', startMinio, MINIO_MISSING],
])('%s with virtual hosts', (name, startServer, missing) => {
  describe.skipIf(missing !== undefined)(missing === undefined ? 'is' : `is not here: ${missing}`, () => {
    let server: S3TestServer;
    let buckets = 0;
    beforeAll(async () => {
      server = await startServer();
    });
    afterAll(() => server.stop());

    const open = (url: string) => {
      const store = openStore(url, server.env);
      onTestFinished(() => store.close());
      return store;
    };

    describeObjectStore(`a bucket of ${name} by its host name`, async () => {
      buckets += 1;
      await server.createBucket(`host-${buckets}`);
      return open(server.virtualHostUrl(`host-${buckets}/shows`));
    });

    it('sends requests to the bucket’s own host, and path-style requests find the same objects', async () => {
      await server.createBucket('both-ways');
      lookedUp.clear();
      const store = open(server.virtualHostUrl('both-ways'));
      await store.put('a/1.png', Buffer.from('picture'), { contentType: 'image/png' });
      expect([...lookedUp]).toEqual([`both-ways.${VIRTUAL_HOST_DOMAIN}`]);
      expect(String(await open(server.storeUrl('both-ways')).get('a/1.png'))).toBe('picture');
    });

    it('says so when the bucket does not exist', async () => {
      const store = open(server.virtualHostUrl('nowhere-at-all'));
      await expect(store.get('a.png')).rejects.toMatchObject({ kind: 'permanent', code: 'NoSuchBucket' });
    });
  });
});
