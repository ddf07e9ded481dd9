import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { freePort } from '../support/s3-server.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { startVersitygw, type Versitygw } from '../support/versitygw.js';
import { expectEveryVerb, SECRET } from './every-verb.js';
import { describeObjectStore } from './object-store.contract.js';

const PNG = { contentType: 'image/png' };

let server: Versitygw;
let buckets = 0;

beforeAll(async () => {
  server = await startVersitygw();
});
afterAll(() => server.stop());

describeObjectStore('an S3 bucket', () => openEmpty(''));
describeObjectStore('a prefix of an S3 bucket', () => openEmpty('/shows/2026'));

async function openEmpty(prefix: string): Promise<ObjectStore> {
  buckets += 1;
  await server.createBucket(`bucket-${buckets}`);
  return open(server.storeUrl(`bucket-${buckets}${prefix}`), server.env);
}

function open(url: string, env: Readonly<Record<string, string>>): ObjectStore {
  const store = openStore(url, env);
  onTestFinished(() => store.close());
  return store;
}

describe('an S3 store', () => {
  it('distinguishes a missing bucket from a missing key, in every verb', async () => {
    const store = open(server.storeUrl('no-such-bucket'), server.env);
    await expectEveryVerb(store, { kind: 'permanent', code: 'NoSuchBucket' }, 'Create the bucket');
  });

  it('says that the secret is wrong, without printing it', async () => {
    await server.createBucket('wrong-secret');
    const store = open(server.storeUrl('wrong-secret'), { ...server.env, AWS_SECRET_ACCESS_KEY: SECRET });
    await expectEveryVerb(
      store,
      { kind: 'permanent', code: 'SignatureDoesNotMatch' },
      'AWS_SECRET_ACCESS_KEY',
    );
  });

  it('says that the access key is not known', async () => {
    await server.createBucket('wrong-key');
    const env = { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: SECRET };
    await expectEveryVerb(
      open(server.storeUrl('wrong-key'), env),
      { kind: 'permanent', code: 'InvalidAccessKeyId' },
      'AWS_ACCESS_KEY_ID',
    );
  });

  it('says that the credentials lack the permission', async () => {
    await server.createBucket('forbidden');
    await server.createUser('guest', SECRET);
    const env = { AWS_ACCESS_KEY_ID: 'guest', AWS_SECRET_ACCESS_KEY: SECRET };
    await expectEveryVerb(
      open(server.storeUrl('forbidden'), env),
      { kind: 'permanent', code: 'AccessDenied' },
      'permission',
    );
  });

  it('treats an unreachable server as a transient failure', async () => {
    const url = `s3://bucket?endpoint=http://127.0.0.1:${await freePort()}`;
    await expectEveryVerb(open(url, server.env), { kind: 'transient', code: 'ECONNREFUSED' }, 'tried again');
  });

  it('treats answers that are not from an object storage as transient failures, and never as success', async () => {
    const endpoint = await answeringWith((_, response) =>
      response.setHeader('content-type', 'text/html').end('<html>Welcome to our WiFi</html>'),
    );
    const store = open(`s3://bucket?endpoint=${endpoint}`, server.env);
    await expect(store.put('a.png', Buffer.from('x'), PNG)).rejects.toMatchObject({
      kind: 'transient',
      code: 'NoETag',
    });
    await expect(store.get('a.png')).rejects.toMatchObject({ kind: 'transient' });
    await expect(store.getVersioned('a.png')).rejects.toMatchObject({ kind: 'transient' });
    await expect(store.copy('a.png', 'b.png')).rejects.toMatchObject({ kind: 'transient', code: 'NoETag' });
    await expect(store.head('a.png')).rejects.toMatchObject({ kind: 'transient' });
    const listing = async () => {
      for await (const _ of store.list('')) throw new Error('an object of a web page');
    };
    await expect(listing()).rejects.toMatchObject({ kind: 'transient', code: 'NoListing' });
  });

  it.each([
    [500, 'InternalError', 'transient'],
    [503, 'SlowDown', 'transient'],
    [429, 'TooManyRequests', 'transient'],
    [400, 'RequestTimeout', 'transient'],
    [409, 'ConditionalRequestConflict', 'conflict'],
    [409, 'OperationAborted', 'transient'],
    [412, 'PreconditionFailed', 'conflict'],
    [507, 'InsufficientStorage', 'transient'],
    [530, 'Unreachable', 'transient'],
    [403, 'RequestTimeTooSkewed', 'transient'],
    [501, 'NotImplemented', 'permanent'],
    [400, 'EntityTooLarge', 'permanent'],
    [405, 'MethodNotAllowed', 'permanent'],
    [301, 'PermanentRedirect', 'permanent'],
  ])('takes HTTP %i %s as %s', async (status, code, kind) => {
    const endpoint = await answeringWith((_, response) => {
      response.statusCode = status;
      response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
    });
    const store = open(`s3://bucket?endpoint=${endpoint}`, server.env);
    await expect(store.put('a.png', Buffer.from('x'), PNG)).rejects.toMatchObject({ kind, status, code });
  });

  it.each([
    ['SlowDown', '', { kind: 'transient', code: 'SlowDown' }],
    ['AccessDenied', '', { kind: 'permanent', code: 'AccessDenied' }],
    ['NoSuchKey', '', { kind: 'not-found', code: 'NoSuchKey', key: 'a.png' }],
    ['SlowDown', '\n\n', { kind: 'transient' }],
  ])('finds the %s of a copy in an answer that began as a success', async (code, end, expected) => {
    const endpoint = await answeringWith((_, response) => {
      response.setHeader('content-type', 'application/xml');
      response.end(`<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>no</Message></Error>${end}`);
    });
    const store = open(`s3://bucket?endpoint=${endpoint}`, server.env);
    await expect(store.copy('a.png', 'b.png')).rejects.toMatchObject({ verb: 'copy', ...expected });
  });

  it('treats a missing object as a conflict if a conditional put expects it', async () => {
    const endpoint = await answeringWith((_, response) => {
      response.statusCode = 404;
      response.end('<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>gone</Message></Error>');
    });
    const store = open(`s3://bucket?endpoint=${endpoint}`, server.env);
    const put = store.put('a.png', Buffer.from('x'), { ...PNG, onlyIf: { tag: '"1"' } });
    await expect(put).rejects.toMatchObject({ kind: 'conflict', status: 404 });
    expect(await store.getVersioned('a.png')).toBeUndefined();
  });

  it('treats a connection that is cut in the middle of an object as a transient failure', async () => {
    const endpoint = await answeringWith((_, response) => {
      response.writeHead(200, { etag: '"1"', 'content-length': '1000' });
      response.write('half', () => response.destroy());
    });
    const store = open(`s3://bucket?endpoint=${endpoint}`, server.env);
    await expect(store.get('a.png')).rejects.toMatchObject({ kind: 'transient', verb: 'get' });
  });

  it('signs every byte of a put, and does not wait for a "100 Continue"', async () => {
    const body = Buffer.alloc(3_000_000, 5);
    const headers: IncomingHttpHeaders[] = [];
    const endpoint = await answeringWith((request, response) => {
      headers.push(request.headers);
      request.resume().on('end', () => response.setHeader('etag', '"1"').end());
    });
    await open(`s3://bucket?endpoint=${endpoint}`, server.env).put('a.png', body, PNG);
    const sha256 = createHash('sha256').update(body).digest('hex');
    expect(headers).toHaveLength(1);
    expect(headers[0]).toMatchObject({
      'x-amz-content-sha256': sha256,
      'content-length': '3000000',
      'content-type': 'image/png',
    });
    expect(Object.keys(headers[0] ?? {})).not.toContain('expect');
    expect(Object.keys(headers[0] ?? {}).filter((name) => name.includes('checksum'))).toEqual([]);
  });

  it('says that there are no credentials, without waiting long for a network answer', async () => {
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
    vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
      vi.stubEnv(name, undefined);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const store = open(server.storeUrl('bucket'), {});
    await expectEveryVerb(
      store,
      { kind: 'permanent', code: 'CredentialsProviderError' },
      'AWS_ACCESS_KEY_ID',
    );
  });

  it('finds credentials in the same places as the AWS tools, such as a profile', async () => {
    await server.createBucket('by-profile');
    const file = join(await temporaryFolder(), 'credentials');
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = server.env;
    await writeFile(file, `[venue]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`);
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
    vi.stubEnv('AWS_PROFILE', 'venue');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const store = open(server.storeUrl('by-profile'), {});
    await store.put('a.png', Buffer.from('x'), PNG);
    expect(String(await store.get('a.png'))).toBe('x');
  });

  it('closes the request to a silent server as soon as the caller aborts', async () => {
    const controller = new AbortController();
    const endpoint = await answeringWith(() => controller.abort(new Error('the operator cancelled')));
    const store = open(`s3://bucket?endpoint=${endpoint}`, server.env);
    await expect(store.put('a.png', Buffer.from('x'), { ...PNG, signal: controller.signal })).rejects.toThrow(
      'the operator cancelled',
    );
  });

  it('names the TLS mistake', async () => {
    const store = open(server.storeUrl('bucket').replace('http:', 'https:'), server.env);
    await expect(store.get('a.png')).rejects.toMatchObject({ kind: 'permanent' });
    await expect(store.get('a.png')).rejects.toThrow('http:// against https://');
  });
});

/** An HTTP server that answers every request the same way, closed when the test ends. */
async function answeringWith(handler: RequestListener): Promise<string> {
  const fake = createHttpServer(handler).listen(0, '127.0.0.1');
  onTestFinished(() => {
    fake.closeAllConnections();
    fake.close();
  });
  await once(fake, 'listening');
  const address = fake.address();
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
}
