/**
 * The connection to Temporal, from the SDK's own environment configuration (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE,
 * profiles, TLS, API keys). Without any, that is the address of the development stack.
 */
import { connect as connectSocket } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import { InvalidInputError } from '../../domain/problems.js';
import { CommandError } from '../terminal/describe-error.js';
import { notAnswering } from '../terminal/describe-temporal-error.js';

export interface TemporalAddress {
  readonly address: string;
  readonly namespace: string;
}

export interface TemporalSession extends TemporalAddress {
  readonly client: Client;
}

/** A server that is up answers within milliseconds, one far away within a second or two. */
const CONNECT_TIMEOUT = '10 seconds';

/** Temporal's own defaults, which the development stack uses as well (on IPv4, whatever `localhost` means here). */
const DEFAULTS: TemporalAddress = { address: '127.0.0.1:7233', namespace: 'default' };

/** Connects, runs `body`, and closes the connection whatever happens. `known` is used instead of the environment. */
export async function withTemporal<T>(
  body: (session: TemporalSession) => Promise<T>,
  known?: TemporalAddress,
): Promise<T> {
  const { connectionOptions, ...config } = known === undefined ? configured() : fixed(known);
  const address = connectionOptions.address ?? DEFAULTS.address;
  const namespace = config.namespace ?? DEFAULTS.namespace;
  const connection = await connect({ ...connectionOptions, address });
  try {
    return await body({ client: new Client({ connection, namespace }), address, namespace });
  } finally {
    await connection.close();
  }
}

const fixed = ({ address, namespace }: TemporalAddress): ClientConnectConfig => ({
  connectionOptions: { address },
  namespace,
});

function configured(): ClientConnectConfig {
  try {
    return loadClientConnectConfig();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new InvalidInputError('Temporal configuration', [
      { where: process.env.TEMPORAL_CONFIG_FILE ?? 'environment', message },
    ]);
  }
}

async function connect(
  options: ClientConnectConfig['connectionOptions'] & { address: string },
): Promise<Connection> {
  try {
    await refuseClosedPort(options.address);
    return await Connection.connect({ ...options, connectTimeout: CONNECT_TIMEOUT });
  } catch (error) {
    throw new CommandError(notAnswering(options.address, error), { cause: error });
  }
}

/** gRPC waits for its whole deadline on a port where nobody listens; the system knows at once. */
function refuseClosedPort(address: string): Promise<void> {
  const [, host, port] = /^([^/[\]]+):(\d+)$/.exec(address) ?? [];
  if (host === undefined) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host, port: Number(port) });
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('connect', () => socket.destroy());
    socket.once('close', () => resolve());
    socket.once('error', (error) =>
      'code' in error && error.code === 'ECONNREFUSED' ? reject(new Error('connection refused')) : resolve(),
    );
  });
}
