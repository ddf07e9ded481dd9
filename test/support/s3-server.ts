/**
 * Starts the real S3 servers of the tests: a program on a free loopback port, with its data in a temporary folder, and fixed,
 * harmless credentials. `stop` removes everything.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface S3TestServer {
  readonly endpoint: string;
  readonly env: { readonly AWS_ACCESS_KEY_ID: string; readonly AWS_SECRET_ACCESS_KEY: string };
  /** A new empty bucket. */
  createBucket(name: string): Promise<void>;
  /** URL for `openStore`. */
  storeUrl(bucketAndPrefix: string): string;
  /** The same with the bucket in the host name, below {@link VIRTUAL_HOST_DOMAIN}. */
  virtualHostUrl(bucketAndPrefix: string): string;
  stop(): Promise<void>;
}

export interface S3Program {
  readonly name: string;
  readonly binary: string;
  /** Arguments and environment of the program for this folder and address; may create folders. */
  prepare(place: S3Place): Promise<{ args: string[]; env?: Readonly<Record<string, string>> }>;
  createBucket(place: S3Place, name: string): Promise<void>;
}

export interface S3Place {
  /** The server's data folder, removed when it stops. */
  readonly folder: string;
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  readonly endpoint: string;
}

export const OWNER = { AWS_ACCESS_KEY_ID: 'test-owner', AWS_SECRET_ACCESS_KEY: 'test-owner-secret' };
/** A reserved name (RFC 2606); a test that uses it replaces the DNS lookup. */
export const VIRTUAL_HOST_DOMAIN = 's3.test';
/** Servers start within a second; a loaded machine may need much longer. */
const START_TIMEOUT_MS = 30_000;
/** Another process may take a free port before the server listens on it; after so many attempts the cause is another one. */
const START_ATTEMPTS = 3;

/** Starts a server without buckets. The caller stops it; it ends with this process, except after SIGKILL. */
export async function startS3Server(program: S3Program): Promise<S3TestServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(program);
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function start(program: S3Program): Promise<S3TestServer> {
  const folder = await mkdtemp(join(tmpdir(), `pregen-${program.name}-`));
  const port = await freePort();
  const place = { folder, address: `127.0.0.1:${port}`, endpoint: `http://127.0.0.1:${port}` };
  const { args, env = {} } = await program.prepare(place);
  const child = spawn(program.binary, args, { stdio: 'ignore', env: { ...process.env, ...env } });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    await stopped(child);
    process.removeListener('exit', kill);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await answering(program.name, place.endpoint, child);
  } catch (error) {
    await stop();
    throw error;
  }
  const virtualEndpoint = `http://${VIRTUAL_HOST_DOMAIN}:${port}`;
  return {
    endpoint: place.endpoint,
    env: OWNER,
    createBucket: (name) => program.createBucket(place, name),
    storeUrl: (bucket) => `s3://${bucket}?endpoint=${place.endpoint}&region=us-east-1`,
    virtualHostUrl: (bucket) => `s3://${bucket}?endpoint=${virtualEndpoint}&region=us-east-1&pathStyle=false`,
    stop,
  };
}

/** A loopback port that nothing listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}

/** Waits for an answer that is not a server error: MinIO answers 503 until it has opened its folder. */
async function answering(name: string, endpoint: string, child: ChildProcess): Promise<void> {
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`${name} ended with exit code ${child.exitCode}`);
    const answered = await fetch(endpoint).then(
      ({ status }) => status < 500,
      () => false,
    );
    if (answered) return;
  }
  throw new Error(`${name} did not answer at ${endpoint}`);
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
