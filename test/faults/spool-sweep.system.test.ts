/** The sweep of a spool when its machine comes back: which renditions are removed, and which are kept. */
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/client';
import { expect, test } from 'vitest';
import { renditionIdOf } from '../../activities/rendition-id.js';
import { writeRecord } from '../../bookkeeping/records.js';
import { FAILURE_TYPES } from '../../domain/failure-types.js';
import { type VariantWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import type { Rendition, RenditionRequest } from '../../domain/rendition.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { chooseTakeByWorkflow } from '../../live/choose-take.js';
import { Spool } from '../../storage/spool/spool.js';
import { sweepEnded, sweepSpool } from '../../workers/spool-sweep.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { untilCancelled } from '../workflows/fake-machine.js';
import { useRig } from '../workflows/rig.js';
import { sampleRendition, sampleVariant } from '../workflows/samples.js';

const rig = useRig();

/** A spool, and renditions on it as a device leaves them. */
async function spoolWith(...versions: string[]) {
  const spool = await Spool.open(join(await temporaryFolder(), 'spool'), { budgetBytes: 2 ** 30 });
  const left = async (version: string) => {
    const sample = sampleVariant(version);
    const { request } = sample;
    const input = version.startsWith('take')
      ? { ...sample, request: { ...request, take: request.seed } }
      : sample;
    const id = renditionIdOf(input.request);
    const rendition = await spool.openRendition(id, input.request);
    if (version.includes('finished'))
      await rendition.commitFinal({ at: '2026-01-01T00:00:00.000Z', durationMs: 10, png: Buffer.from('x') });
    return [version, { input, id, directory: rendition.directory }] as const;
  };
  return { spool, on: new Map(await Promise.all(versions.map(left))) };
}

type Left = Awaited<ReturnType<typeof spoolWith>>['on'] extends Map<string, infer Value> ? Value : never;

const start = ({ input }: Left) =>
  rig().client.workflow.start<VariantWorkflow>(WORKFLOW_TYPES.variant, {
    ...variantStartOptions(input.request),
    taskQueue: ORCHESTRATION_QUEUE,
    args: [input],
  });

const VERSIONS = [
  'stored',
  'cancelled',
  'terminated',
  'running',
  'unknown',
  'forgotten',
  'failed',
  'failed-finished',
] as const;

test('the sweep removes renditions that were stored, cancelled or failed unfinished, and none that may still be needed', () =>
  rig().withMachine({ denoise: asItsVersionSays }, async () => {
    const { spool, on } = await spoolWith(...VERSIONS);
    const of = (version: (typeof VERSIONS)[number]): Left => {
      const found = on.get(version);
      if (found === undefined) throw new Error(version);
      return found;
    };
    await (await start(of('stored'))).result();
    await (await start(of('failed'))).result().catch(() => {});
    await (await start(of('failed-finished'))).result().catch(() => {});
    const toCancel = await start(of('cancelled'));
    const toTerminate = await start(of('terminated'));
    const stillRunning = await start(of('running'));
    await toTerminate.terminate();
    await toCancel.cancel();
    await toCancel.result().catch(() => {});
    await makeOld(of('forgotten').directory);
    // File managers leave files such as this one.
    await writeFile(join(spool.directory, 'renditions', '.DS_Store'), '');
    const report: string[] = [];
    const ports = { spool, client: rig().client, report: (line: string) => void report.push(line) };
    const ids = (...versions: (typeof VERSIONS)[number][]) => versions.map((version) => of(version).id);

    await sweepSpool(ports);
    expect(await spool.renditions()).not.toContain(of('forgotten').id);
    expect(await spool.renditions()).toContain(of('stored').id);

    await sweepEnded({ ...ports, quietMs: 0 });
    const wanted = ['running', 'unknown', 'failed-finished'] as const;
    expect(await spool.renditions()).toEqual(ids(...wanted, 'stored').sort());

    await sweepSpool({ ...ports, quietMs: 0 });
    expect(await spool.renditions()).toEqual(ids(...wanted).sort());
    expect(await readdir(join(spool.directory, 'renditions'))).toContain('.DS_Store');
    expect(report.filter((line) => line.startsWith('Removed'))).toHaveLength(5);
    await stillRunning.terminate();
  }));

test('the sweep treats takes like variants, and keeps an unstored image although a take was chosen since', () =>
  rig().withMachine({ denoise: asItsVersionSays }, async () => {
    const { spool, on } = await spoolWith('failed-finished', 'take-terminated');
    const [failed, take] = [on.get('failed-finished'), on.get('take-terminated')];
    if (failed === undefined || take === undefined) throw new Error('no rendition');
    await (await start(failed)).result().catch(() => {});
    const started = await start(take);
    await started.terminate();
    // Under the variant's own id: the last run that the server knows is not the one that generated the image.
    await chooseAnyTake(failed);

    await sweepEnded({ spool, client: rig().client, report: () => {}, quietMs: 0 });
    await sweepSpool({ spool, client: rig().client, report: () => {}, quietMs: 0 });
    expect(await spool.renditions()).toEqual([failed.id]);
  }));

/** Completes at once: the take is in place already. */
async function chooseAnyTake({ input: { request } }: Left): Promise<void> {
  const { project, version, cueId, variantId, seed } = request;
  const address = { project, version, cueId, variantId };
  const record = { seed, fingerprint: 'ab', previews: 0, durationMs: 1, request };
  await writeRecord(rig().store, address, record, {});
  await chooseTakeByWorkflow(rig().client, address, seed);
}

async function asItsVersionSays(request: RenditionRequest): Promise<Rendition> {
  if (request.version === 'stored') return sampleRendition(request);
  if (request.version.startsWith('failed'))
    throw ApplicationFailure.nonRetryable('NaN', FAILURE_TYPES.nonFiniteLatents);
  return untilCancelled();
}

async function makeOld(directory: string): Promise<void> {
  const lastYear = new Date(Date.now() - 365 * 24 * 60 * 60_000);
  for (const path of [directory, join(directory, 'scratch')]) await utimes(path, lastYear, lastYear);
}
