/**
 * A real S3 server for tests: versitygw, small and quick to start. To obtain it may take minutes the first time, so that happens
 * while a test file is loaded, not in a hook, which has a time limit.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findTool } from '../../workers/tools/find-tool.js';
import { OWNER, type S3Program, type S3TestServer, startS3Server, VIRTUAL_HOST_DOMAIN } from './s3-server.js';

export interface Versitygw extends S3TestServer {
  /** Creates a user other than the owner; by default one without permissions on existing buckets. */
  createUser(accessKeyId: string, secretAccessKey: string, role?: 'user' | 'admin'): Promise<void>;
}

const binary = await findTool('versitygw');

const program: S3Program = {
  name: 'versitygw',
  binary,
  prepare: async ({ folder, address }) => {
    const [data, iam] = [join(folder, 'data'), join(folder, 'iam')];
    await Promise.all([mkdir(data), mkdir(iam)]);
    const owner = ['--access', OWNER.AWS_ACCESS_KEY_ID, '--secret', OWNER.AWS_SECRET_ACCESS_KEY];
    const place = ['--port', address, '--region', 'us-east-1', '--iam-dir', iam];
    return { args: [...place, ...owner, '--virtual-domain', VIRTUAL_HOST_DOMAIN, '--quiet', 'posix', data] };
  },
  // In the posix backend a bucket is a folder of the data folder.
  createBucket: ({ folder }, name) => mkdir(join(folder, 'data', name)),
};

/** Starts a server without buckets. */
export async function startVersitygw(): Promise<Versitygw> {
  const server = await startS3Server(program);
  return {
    ...server,
    createUser: (access, secret, role = 'user') => createUser(server.endpoint, access, secret, role),
  };
}

async function createUser(endpoint: string, access: string, secret: string, role: string): Promise<void> {
  const owner = ['--access', OWNER.AWS_ACCESS_KEY_ID, '--secret', OWNER.AWS_SECRET_ACCESS_KEY];
  const user = ['create-user', '--access', access, '--secret', secret, '--role', role];
  const child = spawn(binary, ['admin', ...owner, '--endpoint-url', endpoint, ...user], { stdio: 'ignore' });
  await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`versitygw could not create the user ${access}`);
}
