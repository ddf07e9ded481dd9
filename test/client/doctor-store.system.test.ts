/** The doctor's checks of conditional writes, on stores that support them and stores that only seem to. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkStore, tryOut } from '../../client/doctor/check-store.js';
import { FolderStore } from '../../storage/folder/folder-store.js';
import { type PutOptions, StoreError } from '../../storage/object-store.js';
import { MINIO_MISSING, startMinio } from '../support/minio.js';
import type { S3TestServer } from '../support/s3-server.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { startVersitygw } from '../support/versitygw.js';

const BUSY = { kind: 'transient', problem: 'it is busy', remedy: 'Wait.', status: 429 } as const;
const REFUSED = { kind: 'permanent', problem: 'it refused', remedy: 'Ask it.', status: 501 } as const;

/** A correct store whose conditional puts are changed by `change`. */
class ChangedStore extends FolderStore {
  constructor(
    root: string,
    private readonly change: (options: PutOptions, key: string) => PutOptions,
  ) {
    super(root);
  }

  override put(key: string, body: Buffer, options: PutOptions): Promise<void> {
    return super.put(key, body, options.onlyIf === undefined ? options : this.change(options, key));
  }
}

const examine = async (change: (options: PutOptions, key: string) => PutOptions) => {
  const store = new ChangedStore(await temporaryFolder(), change);
  const finding = await tryOut(store);
  for await (const { key } of store.list('')) throw new Error(`the doctor left ${key}`);
  return finding;
};

describe('the doctor', () => {
  it.each([
    ['ignores every condition', ({ contentType }: PutOptions) => ({ contentType })],
    [
      'ignores that an object must be absent',
      ({ contentType, onlyIf }: PutOptions) =>
        onlyIf === 'absent' || onlyIf === undefined ? { contentType } : { contentType, onlyIf },
    ],
  ])('warns of a store that %s', async (_, change) => {
    expect(await examine(change)).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(/could undo each other: .* writes although the condition/),
      remedy: expect.stringContaining('If-None-Match'),
    });
  });

  it('warns of a store without tags', async () => {
    const finding = await examine((options) => ({ ...options, onlyIf: { tag: 'W/"changed on the way"' } }));
    expect(finding).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('refuses to replace an object that nobody has changed'),
    });
  });

  it('warns of a store that refuses conditions, with its reason', async () => {
    const finding = await examine((_, key) => {
      throw new StoreError({ ...REFUSED, verb: 'put', key, store: 'test' });
    });
    expect(finding).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(/could undo each other: .*it refused \(HTTP 501\)$/),
      remedy: 'Ask it.',
    });
  });

  it('accepts a store that allows one write per object and second', async () => {
    let busy = true;
    const finding = await examine((options, key) => {
      busy = !busy;
      if (!busy) throw new StoreError({ ...BUSY, verb: 'put', key, store: 'test' });
      return options;
    });
    expect(finding).toMatchObject({ status: 'ok' });
  });
});

describe.each([
  ['versitygw', startVersitygw, undefined],
  ['MinIO', startMinio, MINIO_MISSING],
])('%s', (_, startServer, missing) => {
  describe.skipIf(missing !== undefined)(missing === undefined ? 'is' : `is not here: ${missing}`, () => {
    let server: S3TestServer;
    beforeAll(async () => {
      server = await startServer();
    });
    afterAll(() => server.stop());

    it('passes the doctor’s check of conditional writes', async () => {
      for (const [name, value] of Object.entries(server.env)) vi.stubEnv(name, value);
      onTestFinished(() => void vi.unstubAllEnvs());
      await server.createBucket('doctored');
      expect(await checkStore(server.storeUrl('doctored'))).toMatchObject({
        status: 'ok',
        message: expect.stringContaining('also on condition'),
      });
    });
  });
});
