import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../storage/open-store.js';

describe('openStore', () => {
  it.each([
    ['file:./pregen-output', `file:${resolve('pregen-output')}`],
    ['file:pregen-output', `file:${resolve('pregen-output')}`],
    ['file:/srv/pregen', 'file:/srv/pregen'],
    ['file:///srv/with%20space', 'file:/srv/with space'],
    ['file:./a folder?with marks#', `file:${join(resolve('.'), 'a folder?with marks#')}`],
    ['s3://bucket', 's3://bucket'],
    ['s3://bucket/shows/2026/', 's3://bucket/shows/2026'],
    [
      's3://bucket/p?endpoint=https://acc.r2.cloudflarestorage.com/&region=auto',
      's3://bucket/p at https://acc.r2.cloudflarestorage.com',
    ],
    ['s3://bucket?endpoint=http://127.0.0.1:9000&pathStyle=false', 's3://bucket at http://127.0.0.1:9000'],
  ])('opens %s as %s', (url, description) => {
    const store = openStore(url);
    expect(store.description).toBe(description);
    store.close();
  });

  it.each([
    ['./pregen-output', 'neither with "file:" nor with "s3:"'],
    ['', 'neither'],
    ['file:', 'the folder is missing'],
    ['file://relative/path', 'absolute path'],
    ['s3://', 'the bucket name'],
    ['s3://Bucket_Name/x', 'the bucket name'],
    ['s3://bucket:80/x', 'the bucket name'],
    ['s3://bucket/a%2F..%2Fb', 'the prefix'],
    ['s3://bucket/a//b', 'the prefix'],
    ['s3://bucket/%zz', 'the prefix'],
    ['s3://bucket?endpoint=ftp://example.org', 'https:// or http://'],
    ['s3://shows?endpoint=https://acc.r2.cloudflarestorage.com/shows', 'leave "/shows" out of it'],
    ['s3://shows?endpoint=https://acc.r2.cloudflarestorage.com/shows/', 'leave "/shows" out of it'],
    ['s3://shows?endpoint=https://shows.s3.eu-central-1.amazonaws.com', 'leave "shows." out of it'],
    ['s3://shows?endpoint=https://shows.example.org&pathStyle=false', 'leave "shows." out of it'],
    ['s3://bucket?endpoint=example.org', 'the endpoint'],
    ['s3://bucket?endpoint=', '"endpoint" is empty'],
    ['s3://bucket?region=a&region=b', 'more than once'],
    ['s3://bucket?endpiont=https://example.org', '"endpiont" is not one of'],
    ['s3://bucket?pathStyle=yes', 'true or false'],
  ])('refuses %s', (url, reason) => {
    expect(() => openStore(url)).toThrow(reason);
    expect(() => openStore(url)).toThrow('Use file:./pregen-output');
  });

  it('refuses credentials in a URL without repeating them', () => {
    for (const url of [
      's3://key:hidden-secret@bucket',
      's3://bucket?endpoint=https://key:hidden-secret@example.org',
    ]) {
      expect(() => openStore(url)).toThrow('AWS_SECRET_ACCESS_KEY');
      expect(() => openStore(url)).not.toThrow('hidden-secret');
    }
  });
});
