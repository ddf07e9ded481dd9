import sharp from 'sharp';
import { expect, it } from 'vitest';
import { Thumbnails } from '../../gallery/thumbnails.js';
import { temporaryFolder } from '../support/temp-folder.js';

it('a thumbnail whose requests were all aborted before its turn is not made', async () => {
  const image = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#123' } })
    .png()
    .toBuffer();
  const read: string[] = [];
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const get = async (key: string) => {
    read.push(key);
    await opened;
    return image;
  };
  const thumbnails = new Thumbnails({ get, description: 'test' }, await temporaryFolder());
  const busy = Array.from({ length: 64 }, (_, index) => thumbnails.get(`busy ${index}`, 'stamp'));
  const gone = new AbortController();
  const unwanted = thumbnails.get('unwanted', 'stamp', { signal: gone.signal });
  const shared = [
    thumbnails.get('shared', 'stamp', { signal: gone.signal }),
    thumbnails.get('shared', 'stamp'),
  ];
  gone.abort();
  open();
  await expect(unwanted).rejects.toThrow('were aborted');
  await Promise.all([...busy, ...shared]);
  expect(read).toContain('shared');
  expect(read).not.toContain('unwanted');
});
