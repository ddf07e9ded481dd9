/**
 * A store that is so many milliseconds away and takes whatever is put: for peers that upload by themselves.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** As far as the next cloud region is from a studio, there and back. */
export const FAR_MS = 50;

export interface FarStore {
  /** Ends with a slash; keys are appended. */
  readonly url: string;
  close(): void;
}

export async function farStore(): Promise<FarStore> {
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    await sleep(FAR_MS);
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
