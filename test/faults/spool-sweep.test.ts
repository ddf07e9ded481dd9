/** What a machine finds on its spool after it was away, and which of it is thrown away. */
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renditionIdOf } from '../../activities/rendition-id.js';
import { type VariantWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import type { Rendition, RenditionRequest } from '../../domain/rendition.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { Spool } from '../../storage/spool/spool.js';
import { sweepSpool } from '../../workers/spool-sweep.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { untilCancelled } from '../workflows/fake-machine.js';
import { useRig } from '../workflows/rig.js';
import { sampleRendition, sampleVariant } from '../workflows/samples.js';

const rig = useRig();

test('a spool is freed of renditions that were stored or cancelled, and of nothing that may be wanted', () =>
  rig().withMachine({ denoise: storedOrEndless }, async () => {
    const spool = await Spool.open(join(await temporaryFolder(), 'spool'), { budgetBytes: 2 ** 30 });
    const left = async (version: string) => {
      const input = sampleVariant(version);
      const { directory } = await spool.openRendition(renditionIdOf(input.request), input.request);
      return { input, id: renditionIdOf(input.request), directory };
    };
    const start = ({ input }: Awaited<ReturnType<typeof left>>) =>
      rig().client.workflow.start<VariantWorkflow>(WORKFLOW_TYPES.variant, {
        ...variantStartOptions(input.request),
        taskQueue: ORCHESTRATION_QUEUE,
        args: [input],
      });
    const [stored, cancelled, terminated, running, unknown, forgotten] = await Promise.all([
      left('stored'),
      left('cancelled'),
      left('terminated'),
      left('running'),
      left('unknown'),
      left('forgotten'),
    ]);
    await (await start(stored)).result();
    const toCancel = await start(cancelled);
    const toTerminate = await start(terminated);
    const stillRunning = await start(running);
    await toTerminate.terminate();
    await toCancel.cancel();
    await toCancel.result().catch(() => {});
    await makeOld(forgotten.directory);
    // Somebody looked at the folder with a file manager.
    await writeFile(join(spool.directory, 'renditions', '.DS_Store'), '');
    const report: string[] = [];
    const ports = { spool, client: rig().client, report: (line: string) => void report.push(line) };

    await sweepSpool(ports);
    expect(await spool.renditions()).not.toContain(forgotten.id);
    expect(await spool.renditions()).toContain(stored.id);

    await sweepSpool({ ...ports, quietMs: 0 });
    expect(await spool.renditions()).toEqual(['.DS_Store', terminated.id, running.id, unknown.id].sort());
    expect(report.filter((line) => line.startsWith('Removed'))).toHaveLength(3);
    await stillRunning.terminate();
  }));

async function storedOrEndless(request: RenditionRequest): Promise<Rendition> {
  return request.version === 'stored' ? sampleRendition(request) : untilCancelled();
}

async function makeOld(directory: string): Promise<void> {
  const lastYear = new Date(Date.now() - 365 * 24 * 60 * 60_000);
  for (const path of [directory, join(directory, 'scratch')]) await utimes(path, lastYear, lastYear);
}
