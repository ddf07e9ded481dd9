/**
 * Ports of the development stack: whether they are free, and if not, who most likely has them.
 */
import { createServer } from 'node:net';
import { Connection } from '@temporalio/client';

/** A neighbour on this machine answers at once; longer is another kind of program. */
const PROBE_TIMEOUT = '2 seconds';

/** Whether a server could listen there now. */
export async function isPortFree(ip: string, port: number): Promise<boolean> {
  return (await listenBriefly(ip, port)) !== undefined;
}

/** A port that was free a moment ago. The system hands out others first before it repeats one. */
export async function findFreePort(ip: string): Promise<number> {
  const port = await listenBriefly(ip, 0);
  if (port === undefined) throw new Error(`no port can be opened on ${ip}`);
  return port;
}

function listenBriefly(ip: string, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host: ip, port, exclusive: true }, () => {
      const address = server.address();
      const opened = typeof address === 'object' ? address?.port : undefined;
      server.close(() => resolve(opened));
    });
  });
}

/** Who has a busy port, as far as it says so itself. */
export async function whoAnswers(ip: string, port: number): Promise<'temporal' | 'unknown'> {
  try {
    const connection = await Connection.connect({ address: `${ip}:${port}`, connectTimeout: PROBE_TIMEOUT });
    await connection.close();
    return 'temporal';
  } catch {
    return 'unknown';
  }
}
