/**
 * A real S3 server for tests: versitygw on a free loopback port, with its data in a temporary folder.
 *
 * Everything it is given is fixed and harmless; nothing of it is left after `stop`.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findTool } from '../../workers/tools/find-tool.js';

export interface S3TestServer {
  readonly endpoint: string;
  readonly env: { readonly AWS_ACCESS_KEY_ID: string; readonly AWS_SECRET_ACCESS_KEY: string };
  /** A new empty bucket. */
  createBucket(name: string): Promise<void>;
  /** URL for `openStore`. */
  storeUrl(bucketAndPrefix: string): string;
  /** Another user than the owner: by default one who may do nothing to buckets that exist. */
  createUser(accessKeyId: string, secretAccessKey: string, role?: 'user' | 'admin'): Promise<void>;
  stop(): Promise<void>;
}

const OWNER = { AWS_ACCESS_KEY_ID: 'test-owner', AWS_SECRET_ACCESS_KEY: 'test-owner-secret' };
/** It starts in 0.1 s; a loaded machine may need much longer. In milliseconds. */
const START_TIMEOUT_MS = 30_000;

/** Between choosing a free port and listening on it, somebody else may take it; this often it is something else. */
const START_ATTEMPTS = 3;

/** Starts a server with no buckets. Stop it when done; it does not outlive this process in any case but SIGKILL. */
export async function startVersitygw(): Promise<S3TestServer> {
  const binary = await findTool('versitygw');
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(binary);
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function start(binary: string): Promise<S3TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'pregen-versitygw-'));
  const data = join(folder, 'data');
  const iam = join(folder, 'iam');
  await Promise.all([mkdir(data), mkdir(iam)]);
  const address = `127.0.0.1:${await freePort()}`;
  const endpoint = `http://${address}`;
  const child = spawn(binary, serverArgs(address, iam, data), { stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    await stopped(child);
    process.removeListener('exit', kill);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await answering(endpoint, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint,
    env: OWNER,
    // In the posix backend a bucket is a folder of the data folder.
    createBucket: (name) => mkdir(join(data, name)),
    storeUrl: (place) => `s3://${place}?endpoint=${endpoint}&region=us-east-1`,
    createUser: (access, secret, role = 'user') => createUser(binary, endpoint, access, secret, role),
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

function serverArgs(address: string, iam: string, data: string): string[] {
  const { AWS_ACCESS_KEY_ID: access, AWS_SECRET_ACCESS_KEY: secret } = OWNER;
  const identity = ['--access', access, '--secret', secret, '--region', 'us-east-1', '--iam-dir', iam];
  return ['--port', address, ...identity, '--quiet', 'posix', data];
}

async function answering(endpoint: string, child: ChildProcess): Promise<void> {
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`versitygw ended with exit code ${child.exitCode}`);
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) return;
  }
  throw new Error(`versitygw did not answer at ${endpoint}`);
}

async function createUser(
  binary: string,
  endpoint: string,
  access: string,
  secret: string,
  role: string,
): Promise<void> {
  const owner = ['--access', OWNER.AWS_ACCESS_KEY_ID, '--secret', OWNER.AWS_SECRET_ACCESS_KEY];
  const user = ['create-user', '--access', access, '--secret', secret, '--role', role];
  const child = spawn(binary, ['admin', ...owner, '--endpoint-url', endpoint, ...user], { stdio: 'ignore' });
  await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`versitygw could not create the user ${access}`);
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
