/**
 * One SHA-256 for a whole model directory: it goes into every final image, so that anyone can tell which
 * weights made it. Depends on the files' names, sizes and contents, not on their dates or the directory's place.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Hex digest over all files below `directory`, hidden ones left out (editors and file managers leave them). */
export async function directoryDigest(directory: string): Promise<string> {
  const hash = createHash('sha256');
  for (const path of (await filesBelow(directory)).sort()) {
    const absolute = join(directory, path);
    hash.update(`${path}\0${(await stat(absolute)).size}\0`);
    for await (const chunk of createReadStream(absolute, { highWaterMark: 1 << 20 })) hash.update(chunk);
  }
  return hash.digest('hex');
}

async function filesBelow(root: string, folder = root): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name); // stat, not the entry's type: download caches link to their files
      if ((await stat(path)).isDirectory()) return filesBelow(root, path);
      return [relative(root, path).split(sep).join('/')];
    }),
  );
  return found.flat();
}
