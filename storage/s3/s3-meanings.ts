/**
 * The table of what object storages and networks answer: try again, or tell the operator what to do.
 */
import { CONFLICT, type StoreErrorKind } from '../object-store.js';

export interface Meaning {
  readonly kind: StoreErrorKind;
  readonly problem: string;
  readonly remedy: string;
}

const WAIT = 'It is tried again; if it goes on, look at the status page of the object storage.';
const CHECK_NETWORK = 'It is tried again; check the endpoint in PREGEN_STORE and the network if it goes on.';
const SOMETHING_BETWEEN =
  'Something between here and the object storage answers in its place; check proxies and the endpoint. It is tried again.';
const CHECK_KEYS =
  'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or the AWS profile) of this process, and that they belong to this endpoint.';

const MEANINGS: Readonly<Record<string, Meaning>> = {
  NoSuchKey: {
    kind: 'not-found',
    problem: 'there is no such object',
    remedy: 'Check the key, and that the show was generated into this store.',
  },
  NoSuchBucket: {
    kind: 'permanent',
    problem: 'the bucket does not exist',
    remedy: 'Create the bucket, or correct its name or the endpoint in PREGEN_STORE.',
  },
  AccessDenied: {
    kind: 'permanent',
    problem: 'these credentials may not do this',
    remedy: 'Give them read, write, list and delete permission on the bucket and prefix.',
  },
  InvalidAccessKeyId: {
    kind: 'permanent',
    problem: 'the access key id is not known there',
    remedy: CHECK_KEYS,
  },
  SignatureDoesNotMatch: { kind: 'permanent', problem: 'the secret access key is wrong', remedy: CHECK_KEYS },
  CredentialsProviderError: { kind: 'permanent', problem: 'no credentials were found', remedy: CHECK_KEYS },
  RegionMissing: {
    kind: 'permanent',
    problem: 'no region is configured',
    remedy: 'Add region=… to PREGEN_STORE (region=auto for Cloudflare R2), or set AWS_REGION.',
  },
  PermanentRedirect: {
    kind: 'permanent',
    problem: 'the bucket lives in another region',
    remedy: 'Correct region=… and the endpoint in PREGEN_STORE.',
  },
  RequestTimeTooSkewed: {
    kind: 'transient',
    problem: 'the clock of this machine is wrong',
    remedy: 'Set the clock; it is tried again.',
  },
  Deadline: {
    kind: 'transient',
    problem: 'the object storage did not finish in time',
    remedy: CHECK_NETWORK,
  },
  TimeoutError: {
    kind: 'transient',
    problem: 'the object storage did not answer in time',
    remedy: CHECK_NETWORK,
  },
  ECONNREFUSED: { kind: 'transient', problem: 'nothing is listening at the endpoint', remedy: CHECK_NETWORK },
  ENOTFOUND: { kind: 'transient', problem: 'the name of the endpoint is not known', remedy: CHECK_NETWORK },
  ECONNRESET: { kind: 'transient', problem: 'the connection was cut', remedy: CHECK_NETWORK },
  NoETag: {
    kind: 'transient',
    problem: 'the answer did not come from an object storage (it has no ETag)',
    remedy: SOMETHING_BETWEEN,
  },
  NoListing: {
    kind: 'transient',
    problem: 'the answer did not come from an object storage (it is no listing)',
    remedy: SOMETHING_BETWEEN,
  },
  PreconditionFailed: CONFLICT,
  // Two conditional writes at the same moment; the object is as it was, or as the other one made it.
  ConditionalRequestConflict: CONFLICT,
  CutShort: { kind: 'transient', problem: 'the object arrived incomplete', remedy: CHECK_NETWORK },
};

/** 4xx answers that are about the moment, or about damage on the way, rather than about the request. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'SlowDown',
  'RequestTimeout',
  'OperationAborted',
  'BadDigest',
  'IncompleteBody',
  'XAmzContentSHA256Mismatch',
]);
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 429]);
/** Node's and OpenSSL's codes when the two ends cannot agree on TLS or the certificate is not trusted. */
const TLS_CODE = /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH$)/;

const TLS: Meaning = {
  kind: 'permanent',
  problem: 'no secure connection could be made',
  remedy:
    'Check http:// against https:// in the endpoint, and the certificate (NODE_EXTRA_CA_CERTS for a private one).',
};
const BUSY: Meaning = {
  kind: 'transient',
  problem: 'the object storage failed for now',
  remedy: WAIT,
};
const REFUSED: Meaning = {
  kind: 'permanent',
  problem: 'the object storage refused the request',
  remedy: 'Check bucket, prefix, endpoint, region and permissions in PREGEN_STORE.',
};

/** By the code if it is known, else by the HTTP status; no answer at all is transient. */
export function meaningOf({
  code,
  status,
}: {
  readonly code: string;
  readonly status: number | undefined;
}): Meaning {
  const known = MEANINGS[code];
  if (known !== undefined) return known;
  if (status === 412) return CONFLICT;
  if (TLS_CODE.test(code)) return TLS;
  if (TRANSIENT_CODES.has(code) || status === undefined || status < 300 || isTransientStatus(status))
    return BUSY;
  return REFUSED;
}

function isTransientStatus(status: number): boolean {
  return TRANSIENT_STATUSES.has(status) || (status >= 500 && status !== 501);
}
