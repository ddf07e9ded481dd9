// A worker process as `workers/main.js` runs it, with two exceptions: the GPU role has a stand-in for its device, and the
// orchestrator divides plans into pages of the size that the test sets.
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { readConfiguration } from '../../dist/domain/configuration.js';
import { Health } from '../../dist/domain/health.js';
import { connect } from '../../dist/workers/connection.js';
import { createGpuWorker } from '../../dist/workers/roles/gpu.js';
import { createOrchestrator } from '../../dist/workers/roles/orchestrator.js';
import { createUploader } from '../../dist/workers/roles/uploader.js';

Runtime.install({ logger: new DefaultLogger(process.env.LIFE_LOG ?? 'ERROR'), shutdownSignals: [] });
const { connection, namespace } = await connect();
const context = { connection, namespace, configuration: readConfiguration(process.env), health: new Health({ parts: [] }) };
const roles = {
  orchestrator: () => createOrchestrator(context, { pageVariants: Number(process.env.LIFE_PAGE_VARIANTS) }),
  gpu: () => createGpuWorker(context, { module: fileURLToPath(new URL('./device-process.mjs', import.meta.url)) }),
  uploader: () => createUploader(context),
};
const { workers } = await roles[process.argv[2]]();
process.on('disconnect', () => process.exit(0));
process.send('ready');
await Promise.all(workers.map((worker) => worker.run()));
