/**
 * The state of a worker process over HTTP, for whatever supervises it: `/livez` answers as long as the process does anything at all,
 * `/readyz` with 200 when it can do its work, with 503 when not, and with what each part says. It holds no secrets and changes nothing.
 */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import type { Health } from '../../domain/health.js';
import { type ListenAddress, writeListenAddress } from '../../domain/listen-address.js';
import { InvalidInputError } from '../../domain/problems.js';
import { errnoOf } from '../../domain/system-error.js';

export interface HealthServer {
  /** `0.0.0.0:8080`: where it really listens. */
  readonly address: string;
  close(): Promise<void>;
}

/** Listens until it is closed. Throws an InvalidInputError if it cannot listen there. */
export async function serveHealth(at: ListenAddress, role: string, health: Health): Promise<HealthServer> {
  const answers: Readonly<Record<string, () => Answer>> = {
    '/livez': () => ({ status: 200, body: { alive: true, ...whoIs(role) } }),
    '/readyz': () => {
      const ready = health.isReady;
      return { status: ready ? 200 : 503, body: { ready, ...whoIs(role), parts: health.parts } };
    },
  };
  const server = createServer(({ method = '', url = '' }, response) => {
    if (method !== 'GET' && method !== 'HEAD') return send(response, NOT_ALLOWED);
    send(response, answers[url.split('?', 1)[0] ?? '']?.() ?? NOT_FOUND);
  });
  await listen(server, at);
  return { address: addressOf(server, at), close: () => close(server) };
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

const NOT_FOUND: Answer = { status: 404, body: { error: 'there are /livez and /readyz' } };
const NOT_ALLOWED: Answer = { status: 405, body: { error: 'there is nothing here to be changed' } };

const whoIs = (role: string) => ({ role, host: hostname(), pid: process.pid });

function send(response: ServerResponse, { status, body }: Answer): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(`${JSON.stringify(body)}\n`);
}

async function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const why = errnoOf(error) === 'EADDRINUSE' ? 'another process listens there' : String(error);
    const message = `cannot listen on ${writeListenAddress({ host, port })}: ${why}`;
    throw new InvalidInputError('configuration', [{ where: 'PREGEN_HEALTH', message }]);
  }
  // No process stays for the sake of its health.
  server.unref();
}

function addressOf(server: Server, { host, port }: ListenAddress): string {
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return writeListenAddress({ host, port: actual });
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
