/**
 * A store with the latency of another cloud region, which accepts every put: for peers that upload by themselves.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Round trip between a studio and the next cloud region. */
export const REMOTE_STORE_MS = 50;

export interface RemoteStore {
  /** Ends with a slash; keys are appended. */
  readonly url: string;
  close(): void;
}

export async function remoteStore(): Promise<RemoteStore> {
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    await sleep(REMOTE_STORE_MS);
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${address.port}/`, close };
}
