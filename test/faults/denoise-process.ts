/**
 * `node --import test/support/typescript.mjs denoise-process.ts SPOOL REQUEST`: runs the `denoise` activity in a process of its own,
 * which a test kills, with a real engine process and without a Temporal server.
 */
import { MockActivityEnvironment } from '@temporalio/testing';
import { createGpuActivities } from '../../activities/denoise/denoise.js';
import { EngineHost } from '../../engine/host/host.js';
import { openStore } from '../../storage/open-store.js';
import { Spool } from '../../storage/spool/spool.js';
import { loneMachine } from '../support/lone-machine.js';

const [folder = '', request = ''] = process.argv.slice(2);
const spool = await Spool.open(folder, { budgetBytes: 2 ** 30 });
const engine = new EngineHost({ stepTimeoutMs: 60_000, report: () => {} });
const store = openStore(`file:${folder}/store`);
const ports = { spool, store, models: undefined, threads: 1, ...loneMachine(engine) };
const { denoise } = createGpuActivities(ports);
await new MockActivityEnvironment({ attempt: 2 }).run(denoise, JSON.parse(request));
await engine.close();
process.exit(0);
