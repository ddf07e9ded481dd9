/**
 * MinIO, a second real S3 server for tests. It takes minutes to build, once, and needs Go; without it, its tests are skipped with
 * the reason in {@link MINIO_MISSING}.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { createS3Client } from '../../storage/s3/s3-client.js';
import { findTool } from '../../workers/tools/find-tool.js';
import { OWNER, type S3TestServer, startS3Server, VIRTUAL_HOST_DOMAIN } from './s3-server.js';

const found = await findTool('minio').catch((error: unknown) => error);

/** Why MinIO is not available; undefined if it is. */
export const MINIO_MISSING = typeof found === 'string' ? undefined : String(found);

if (MINIO_MISSING !== undefined) process.stderr.write(`NOT TESTED against MinIO: ${MINIO_MISSING}\n`);

/** Starts a server without buckets. */
export async function startMinio(): Promise<S3TestServer> {
  if (typeof found !== 'string') throw new Error(MINIO_MISSING);
  return startS3Server({
    name: 'minio',
    binary: found,
    prepare: async ({ folder, address }) => {
      const data = join(folder, 'data');
      await mkdir(data);
      return {
        args: ['server', '--quiet', '--address', address, '--console-address', '127.0.0.1:0', data],
        env: {
          MINIO_ROOT_USER: OWNER.AWS_ACCESS_KEY_ID,
          MINIO_ROOT_PASSWORD: OWNER.AWS_SECRET_ACCESS_KEY,
          MINIO_DOMAIN: VIRTUAL_HOST_DOMAIN,
          MINIO_BROWSER: 'off',
          MINIO_UPDATE: 'off',
        },
      };
    },
    createBucket: async ({ endpoint }, name) => {
      const credentials = {
        accessKeyId: OWNER.AWS_ACCESS_KEY_ID,
        secretAccessKey: OWNER.AWS_SECRET_ACCESS_KEY,
      };
      const place = { bucket: name, prefix: '', endpoint, region: 'us-east-1', pathStyle: true };
      const client = createS3Client({ ...place, credentials });
      await client.send(new CreateBucketCommand({ Bucket: name }));
      client.destroy();
    },
  });
}
