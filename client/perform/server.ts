/**
 * Serves the page and the show that it performs, on this machine only. What the browser has loaded it may keep; the manifest is
 * asked for anew, because decisions change it.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refuseForeignHosts } from '../../gallery/guards.js';
import { HttpError } from '../../gallery/http.js';
import type { PageFile } from '../../gallery/page-files.js';
import { SHOW_FILE, type ShowFiles } from './show-files.js';

export interface Stage {
  readonly page: readonly PageFile[];
  /** `performance.json`. */
  readonly settings: object;
  /** By the first part of their addresses: `show`, and `P4` for a program from another version. */
  readonly shows: ReadonlyMap<string, ShowFiles>;
}

export interface PerformanceServer {
  readonly url: string;
  close(): void;
}

const TYPES: Readonly<Record<string, string>> = { json: 'application/json', png: 'image/png' };

/** @param port 0 for any free one. Throws if it is taken. */
export async function servePerformance(stage: Stage, port: number): Promise<PerformanceServer> {
  const server = createServer((request, response) => {
    answer(request, response, stage).catch((error: unknown) => refuse(response, error));
  });
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, stage: Stage): Promise<void> {
  refuseForeignHosts(request);
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new HttpError(405, 'only GET is answered');
  const found = await find(pathOf(request), stage);
  if (found === undefined) throw new HttpError(404, 'there is no such file');
  response.writeHead(200, {
    'content-type': found.contentType,
    'content-length': found.body.length,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
  });
  response.end(request.method === 'HEAD' ? undefined : found.body);
}

function pathOf({ url = '/' }: IncomingMessage): string {
  try {
    return decodeURIComponent(new URL(`http://localhost${url}`).pathname.slice(1)) || 'index.html';
  } catch {
    throw new HttpError(400, 'the address is not one');
  }
}

async function find(
  path: string,
  { page, settings, shows }: Stage,
): Promise<Omit<PageFile, 'address'> | undefined> {
  if (path === 'performance.json')
    return { contentType: 'application/json', body: Buffer.from(JSON.stringify(settings)) };
  const file = page.find(({ address }) => address === path);
  if (file !== undefined) return file;
  const [, name = '', rest = ''] = /^([^/]+)\/(.*)$/.exec(path) ?? [];
  if (!SHOW_FILE.test(rest)) return undefined;
  const body = await shows.get(name)?.read(rest);
  return body && { contentType: TYPES[rest.split('.').at(-1) ?? ''] ?? 'application/octet-stream', body };
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = error instanceof HttpError ? error.status : 502;
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(error instanceof Error ? error.message : String(error));
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}
