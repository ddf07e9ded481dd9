/**
 * The connection to Temporal, from the SDK's own environment configuration: profiles in a TOML file and `TEMPORAL_*`
 * variables, TLS and API keys included. The namespace comes from there too: leaving it out would silently mean
 * `default`.
 */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';

const DEFAULT_NAMESPACE = 'default';

export interface TemporalAccess {
  readonly connection: NativeConnection;
  readonly namespace: string;
}

/** Connects as configured. The caller closes the connection. */
export async function connect(): Promise<TemporalAccess> {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const address = connectionOptions.address ?? 'localhost:7233';
  try {
    const connection = await NativeConnection.connect(connectionOptions);
    return { connection, namespace: namespace ?? DEFAULT_NAMESPACE };
  } catch (error) {
    throw new Error(
      `Cannot reach the Temporal server at ${address}. Start one (pregen dev), or set TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and, for TLS, TEMPORAL_API_KEY or TEMPORAL_PROFILE.`,
      { cause: error },
    );
  }
}
