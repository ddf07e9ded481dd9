/**
 * The SDK's runtime of this process: its logs go to ours, its metrics and ours to whoever collects them.
 */
import { Runtime, type TelemetryOptions } from '@temporalio/worker';
import { given } from '../domain/given.js';
import { type ListenAddress, writeListenAddress } from '../domain/listen-address.js';
import { processLogger } from './log/logging.js';
import { DURATION_BUCKETS } from './metrics/metrics.js';

/** To be called once, before the first connection. @param at where metrics are served; nowhere if undefined */
export function installRuntime(role: string, at: ListenAddress | undefined): void {
  Runtime.install({
    logger: processLogger(),
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...given({ metrics: at && metricsAt(at, role) }),
    },
    // Signals are ours: a role has more to close than its Temporal worker.
    shutdownSignals: [],
  });
}

/** Names as Prometheus wants them: `temporal_workflow_endtoend_latency_seconds`, `temporal_request_total`. */
const metricsAt = (at: ListenAddress, role: string): TelemetryOptions['metrics'] => ({
  globalTags: { role },
  attachServiceName: false,
  prometheus: {
    bindAddress: writeListenAddress(at),
    countersTotalSuffix: true,
    unitSuffix: true,
    useSecondsForDurations: true,
    histogramBucketOverrides: { pregen_step: DURATION_BUCKETS, pregen_decode: DURATION_BUCKETS },
  },
});
