/**
 * The AWS client with the options that survive a hostile network.
 *
 * The SDK's defaults wait without end for a silent server, retry underneath our own retries and ask servers for
 * checksums that not all of them know. Each option here has been chosen against one such behaviour.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { given } from '../../domain/given.js';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface S3Location {
  readonly bucket: string;
  /** Key prefix without slashes at its ends; '' for the whole bucket. */
  readonly prefix: string;
  /** Undefined: AWS itself. */
  readonly endpoint?: string;
  /** Undefined: what the AWS configuration says. */
  readonly region?: string;
  /** Bucket in the path rather than in the host name, which every S3 server understands. */
  readonly pathStyle: boolean;
  /** Undefined: the AWS default chain (environment, profile, instance role). */
  readonly credentials?: S3Credentials;
}

/** Sockets to one endpoint; one machine's uploads seldom gain from more. */
const MAX_SOCKETS = 32;
/** Requests at once: below the sockets, since the SDK counts waiting for a socket as connecting, and would give up. */
export const MAX_REQUESTS = 24;
/** What is left of them on a line that is too slow for more; not one, so that a key that hangs does not stop the others. */
export const MIN_REQUESTS = 2;
/** TCP and TLS handshakes take round trips only; longer than this and the endpoint is not there. In milliseconds. */
const CONNECTION_TIMEOUT_MS = 5_000;
/** Silence on an open connection. A busy object storage answers within seconds. In milliseconds. */
const SOCKET_TIMEOUT_MS = 10_000;

export function createS3Client(location: S3Location): S3Client {
  // Eight lines about this Node's age, from each process and each command; "pregen doctor" says it once.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return new S3Client({ ...identity(location), ...behaviour(location.pathStyle) });
}

function identity({ endpoint, region, credentials }: S3Location): S3ClientConfig {
  return {
    ...given({ endpoint, region, credentials }),
  };
}

function behaviour(forcePathStyle: boolean): S3ClientConfig {
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
  return {
    forcePathStyle,
    // One layer retries, and it is not this one: the SDK gives up within half a second and then starves.
    maxAttempts: 1,
    // R2 has answered 501 to full-object checksums; the signed SHA-256 of a Buffer guards the bytes already.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Waiting for a "100 Continue" costs 6 s on servers that never send one.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    },
  };
}
