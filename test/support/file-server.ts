/**
 * A plain file server, like a bucket with a public address; it knows nothing of the gallery.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
};

export interface FileServer {
  readonly url: string;
  /** Requested paths that do not exist. */
  readonly missed: string[];
  close(): void;
}

/** @param headers sent with every file */
export async function serveFolder(
  folder: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<FileServer> {
  const missed: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/');
    readFile(join(folder, path)).then(
      (body) => response.writeHead(200, { ...headers, 'content-type': TYPES[extname(path)] ?? '' }).end(body),
      () => {
        missed.push(path);
        response.writeHead(404).end();
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    missed,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
