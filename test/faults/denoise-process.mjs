/**
 * `node denoise-process.mjs SPOOL REQUEST`: runs the `denoise` activity in a process of its own, which a test kills. It is the built
 * code with a real engine process, without a Temporal server.
 */
import { MockActivityEnvironment } from '@temporalio/testing';
import { createGpuActivities } from '../../dist/activities/denoise/denoise.js';
import { openStore } from '../../dist/storage/open-store.js';
import { Spool } from '../../dist/storage/spool/spool.js';
import { EngineHost } from '../../dist/engine/host/host.js';

const [folder = '', request = ''] = process.argv.slice(2);
const spool = await Spool.open(folder, { budgetBytes: 2 ** 30 });
const engine = new EngineHost({ stepTimeoutMs: 60_000, report: () => {} });
const store = openStore(`file:${folder}/store`);
const { denoise } = createGpuActivities({ spool, store, engine, models: undefined, threads: 1 });
await new MockActivityEnvironment({ attempt: 2 }).run(denoise, JSON.parse(request));
await engine.close();
process.exit(0);
