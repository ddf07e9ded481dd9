/**
 * From the text of `PREGEN_STORE` to a store.
 *
 * The text is checked to the last parameter before anything is opened, and never repeated in an error: people do put
 * keys into URLs.
 */
import { fileURLToPath } from 'node:url';
import { given } from '../domain/given.js';
import { FolderStore } from './folder/folder-store.js';
import { assertKeyPrefix, assertObjectKey } from './object-key.js';
import type { ObjectStore } from './object-store.js';
import type { S3Credentials, S3Location } from './s3/s3-client.js';
import { S3Store } from './s3/s3-store.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The store's URL cannot be used; the message says why and what one looks like. */
export class StoreUrlError extends Error {
  override readonly name = 'StoreUrlError';

  constructor(problem: string) {
    super(
      `The store's address (PREGEN_STORE, or the command's own option) cannot be used: ${problem}. ` +
        'Use file:./pregen-output for a folder, or s3://bucket/prefix?endpoint=https://…&region=auto for S3 and R2.',
    );
  }
}

/**
 * Opens `file:FOLDER` (relative to the working directory) or `s3://BUCKET/PREFIX?endpoint=URL&region=NAME&pathStyle=true|false`.
 * S3 credentials come from `env` if it is given and has them, else from the AWS default chain. Touches neither disk nor network.
 * Throws StoreUrlError.
 */
export function openStore(url: string, env?: Environment): ObjectStore {
  if (url.startsWith('file:')) return new FolderStore(folderOf(url));
  if (url.startsWith('s3:')) return new S3Store(s3LocationOf(url, env));
  throw new StoreUrlError('it begins neither with "file:" nor with "s3:"');
}

function folderOf(url: string): string {
  const path = url.startsWith('file://') ? decodedFileUrl(url) : url.slice('file:'.length);
  if (path.trim() === '') throw new StoreUrlError('the folder is missing');
  if (path.includes('\0')) throw new StoreUrlError('the folder has a NUL character');
  return path;
}

function decodedFileUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw new StoreUrlError('"file://" must be followed by an absolute path, as in file:///srv/pregen');
  }
}

function s3LocationOf(text: string, env: Environment | undefined): S3Location {
  const url = parsed(text, 'it is not a valid URL');
  refuseSecrets(url);
  const parameters = s3Parameters(url);
  const endpoint = endpointOf(parameters.get('endpoint'));
  refuseBucketIn(endpoint, bucketOf(url));
  const region =
    parameters.get('region') ?? env?.AWS_REGION ?? (endpoint === undefined ? undefined : defaultRegion());
  const credentials = credentialsOf(env);
  return {
    bucket: bucketOf(url),
    prefix: prefixOf(url),
    pathStyle: pathStyleOf(parameters.get('pathStyle')),
    ...given({ endpoint, region, credentials }),
  };
}

/** Servers that are not AWS mostly ignore the region, but a signature needs one; R2 calls it `auto`. */
function defaultRegion(): string {
  return process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'auto';
}

function parsed(text: string, problem: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new StoreUrlError(problem);
  }
}

function refuseSecrets(url: URL): void {
  if (url.username === '' && url.password === '') return;
  throw new StoreUrlError(
    'it has credentials in it; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead',
  );
}

function bucketOf(url: URL): string {
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  if (url.port !== '' || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.hostname)) {
    throw new StoreUrlError('the bucket name must be 3 to 63 lowercase letters, digits, dots and hyphens');
  }
  return url.hostname;
}

function prefixOf(url: URL): string {
  try {
    const prefix = decodeURIComponent(url.pathname).replace(/^\/|\/$/g, '');
    if (prefix !== '') assertObjectKey('store', 'list', prefix);
    assertKeyPrefix('store', prefix);
    return prefix;
  } catch {
    throw new StoreUrlError('the prefix must be plain names joined by "/"');
  }
}

const S3_PARAMETERS = ['endpoint', 'region', 'pathStyle'];

function s3Parameters(url: URL): URLSearchParams {
  for (const name of new Set(url.searchParams.keys())) {
    if (!S3_PARAMETERS.includes(name))
      throw new StoreUrlError(`"${name}" is not one of ${S3_PARAMETERS.join(', ')}`);
    if (url.searchParams.getAll(name).length > 1)
      throw new StoreUrlError(`"${name}" is given more than once`);
    if (url.searchParams.get(name) === '') throw new StoreUrlError(`"${name}" is empty`);
  }
  return url.searchParams;
}

function endpointOf(text: string | null): string | undefined {
  if (text === null) return undefined;
  const url = parsed(text, 'the endpoint is not a URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new StoreUrlError('the endpoint must be https:// or http://');
  refuseSecrets(url);
  if (url.search !== '' || url.hash !== '') throw new StoreUrlError('the endpoint has a query or fragment');
  return url.href.replace(/\/$/, '');
}

/** Consoles show endpoints with the bucket in them; it would be sent twice, and objects would land in another place. */
function refuseBucketIn(endpoint: string | undefined, bucket: string): void {
  if (endpoint === undefined) return;
  const { hostname, pathname } = new URL(endpoint);
  if (pathname.split('/').at(-1) === bucket)
    throw new StoreUrlError(`the endpoint already ends in the bucket's name; leave "/${bucket}" out of it`);
  if (hostname.startsWith(`${bucket}.`))
    throw new StoreUrlError(
      `the endpoint already has the bucket in its host name; leave "${bucket}." out of it, and add pathStyle=false if the bucket belongs there`,
    );
}

function pathStyleOf(text: string | null): boolean {
  if (text === null || text === 'true') return true;
  if (text === 'false') return false;
  throw new StoreUrlError('"pathStyle" must be true or false');
}

function credentialsOf(env: Environment | undefined): S3Credentials | undefined {
  const accessKeyId = env?.AWS_ACCESS_KEY_ID;
  const secretAccessKey = env?.AWS_SECRET_ACCESS_KEY;
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  const sessionToken = env?.AWS_SESSION_TOKEN;
  return { accessKeyId, secretAccessKey, ...given({ sessionToken }) };
}
