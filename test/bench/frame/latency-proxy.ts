/**
 * A TCP proxy that adds latency and does not limit throughput: bytes take half the round trip in each direction, and a new
 * connection takes a round trip.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LatencyProxy {
  /** The same URL, through this proxy. */
  through(url: string): string;
  close(): void;
}

/** @param endpoint URL of the server behind the proxy */
export async function latencyProxy(endpoint: string, roundTripMs: number): Promise<LatencyProxy> {
  const { hostname, port, origin } = new URL(endpoint);
  const open = new Set<Socket>();
  const server = createServer(async (near) => {
    open.add(near);
    near.pause().on('error', () => near.destroy());
    await sleep(roundTripMs); // the handshake
    const far = connect(Number(port), hostname).on('error', () => far.destroy());
    open.add(far);
    delayed(near, far, roundTripMs / 2);
    delayed(far, near, roundTripMs / 2);
    near.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return {
    through: (url) => url.replace(origin, `http://127.0.0.1:${address.port}`),
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

function delayed(from: Socket, to: Socket, delayMs: number): void {
  from.setNoDelay(true).on('data', (bytes) => setTimeout(() => to.writable && to.write(bytes), delayMs));
  from.on('close', () => setTimeout(() => to.destroy(), delayMs));
}
