/**
 * The connection to Temporal, from the SDK's own environment configuration: profiles in a TOML file and `TEMPORAL_*`
 * variables, TLS and API keys included. The namespace comes from there too: leaving it out would silently mean
 * `default`. A server that is not up yet is waited for: machines and containers start in any order.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { given } from '../domain/given.js';

const DEFAULT_NAMESPACE = 'default';
const DEFAULT_ADDRESS = 'localhost:7233';
const ANSWER_WITHIN_MS = 5_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** Statuses of gRPC. */
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAVAILABLE = 14;

export interface TemporalAccess {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Rejects with a sentence if the server does not answer, or does not know the namespace. */
  look(): Promise<void>;
}

export interface Patience {
  /** Told in one sentence why there is no connection yet, before each pause. */
  readonly onWaiting?: (reason: string, pauseMs: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Connects as configured, when the server is there and has the namespace. The caller closes the connection. Throws what waiting does not
 * mend, with a sentence, and the signal's reason when it aborts.
 */
export async function connect({ onWaiting, signal }: Patience = {}): Promise<TemporalAccess> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    signal?.throwIfAborted();
    try {
      return await connectOnce();
    } catch (error) {
      if (!(error instanceof NotYetError)) throw error;
      onWaiting?.(error.message, pauseMs);
    }
    await sleep(pauseMs, undefined, given({ signal }));
  }
}

/** It may come by itself: a server that starts, a namespace that somebody creates. */
class NotYetError extends Error {
  override readonly name = 'NotYetError';
}

async function connectOnce(): Promise<TemporalAccess> {
  const { connectionOptions, namespace = DEFAULT_NAMESPACE } = loadClientConnectConfig();
  const place = { address: connectionOptions.address ?? DEFAULT_ADDRESS, namespace };
  const connection = await NativeConnection.connect(connectionOptions).catch((error: unknown) => {
    throw inWords(error, place);
  });
  const look = () => lookAt(connection, place);
  try {
    await look();
  } catch (error) {
    await connection.close();
    throw error;
  }
  return { connection, namespace, look };
}

interface Place {
  readonly address: string;
  readonly namespace: string;
}

async function lookAt(connection: NativeConnection, place: Place): Promise<void> {
  try {
    await connection.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
      connection.workflowService.describeNamespace({ namespace: place.namespace }),
    );
  } catch (error) {
    // Who may not ask about the namespace (a narrow key of Temporal Cloud) may still work in it: the server has answered.
    if (statusOf(error) !== PERMISSION_DENIED) throw inWords(error, place);
  }
}

function inWords(cause: unknown, { address, namespace }: Place): Error {
  if (isAbsent(cause))
    return new NotYetError(
      `Cannot reach the Temporal server at ${address}. Start one (pregen dev), or set TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and, for TLS, TEMPORAL_API_KEY or TEMPORAL_PROFILE.`,
      { cause },
    );
  if (statusOf(cause) === NOT_FOUND)
    return new NotYetError(
      `The Temporal server at ${address} has no namespace "${namespace}". Create it (temporal operator namespace create --namespace ${namespace}), or set TEMPORAL_NAMESPACE.`,
      { cause },
    );
  return new Error(
    `The Temporal server at ${address} cannot be used as TEMPORAL_ADDRESS, TEMPORAL_API_KEY and TEMPORAL_PROFILE say`,
    { cause },
  );
}

const isAbsent = (error: unknown): boolean =>
  (error instanceof Error && error.name === 'TransportError') ||
  [DEADLINE_EXCEEDED, UNAVAILABLE].some((status) => status === statusOf(error));

const statusOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;
