/**
 * A whole show with a faulty store: what operators are told meanwhile, which work goes on, and that everything is stored in
 * the end. The spool's budget has room for a few images only.
 */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { finalKey, timingKey, variantPrefix } from '../../domain/object-keys.js';
import { showWorkflowId, variantWorkflowId } from '../../domain/workflow-ids.js';
import { Spool } from '../../storage/spool/spool.js';
import { CUE_IDS, expectedObjects, writeSmallShow } from '../e2e/small-show.js';
import { storedKeys } from '../e2e/stored.js';
import { useStage } from '../e2e/use-stage.js';
import type { FaultPlan } from '../support/fault-proxy.js';

/** 60 kB: two images of 64 × 64 pixels with previews and checkpoints, not the six of the show. */
const BUDGET_GIB = '0.00006';
const ENDED = { timeout: 150_000, interval: 500 };

const scene = useStage({ s3: 'shows', env: { PREGEN_SPOOL_BUDGET_GIB: BUDGET_GIB } });
afterEach(() => scene().proxy.order());

const writeShow = (version: string) => writeSmallShow(join(scene().stage.folder, version), { version });

async function start(file: string, ...options: string[]): Promise<void> {
  expect(await scene().stage.ask('show', 'start', file, ...options)).toMatchObject({ code: 0 });
}

const statusOf = async (workflowId: string) =>
  (await scene().stage.client.workflow.getHandle(workflowId).describe()).status.name;

async function lastFailures(workflowId: string): Promise<string> {
  const { raw } = await scene().stage.client.workflow.getHandle(workflowId).describe();
  return (raw.pendingActivities ?? []).map(({ lastFailure }) => lastFailure?.message ?? '').join('\n');
}

const ended = (version: string) =>
  expect.poll(() => statusOf(showWorkflowId({ project: 'small', version })), ENDED).toBe('COMPLETED');

const keysOf = (version: string) => storedKeys(scene().store, { version });

const promptOf = (version: string) => ({ project: 'small', version, cueId: CUE_IDS.prompt, variantId: 1 });

/** Keys of final images, once for each time that they were sent. */
const finalsSent = (version: string) =>
  scene()
    .proxy.requests.events.filter((request) => request.startsWith('PUT') && request.endsWith('/final.png'))
    .filter((request) => request.includes(`/${version}/`));

describe('a show', { timeout: 180_000 }, () => {
  it('whose store is unreachable fills the spool up to its budget, says so, and is complete once the store is back', async () => {
    const file = await writeShow('away');
    scene().proxy.order(({ method, key }) =>
      method === 'PUT' && key.includes('/cues/') ? { status: 503, code: 'SlowDown' } : undefined,
    );
    await start(file);
    const told = async () => (await scene().stage.ask('show', 'status', file)).stdout;
    await expect.poll(told, ENDED).toMatch(/#\d: waits for room on the spool 0\/8/);
    expect(await told()).toMatch(/\d waiting for the store/);
    expect(await keysOf('away')).toEqual([]);
    scene().proxy.order();
    await ended('away');
    expect(await keysOf('away')).toEqual(expectedObjects());
  });

  it('with one final image that the store refuses stores all others, and shows which one waits and why', async () => {
    const file = await writeShow('stuck');
    const stuck = promptOf('stuck');
    scene().proxy.order(({ method, key }) =>
      method === 'PUT' && key === finalKey(stuck) ? { status: 403, code: 'AccessDenied' } : undefined,
    );
    await start(file);
    const waiting = [finalKey(stuck), timingKey(stuck)].map((key) => key.replace('small/stuck/cues/', ''));
    const others = expectedObjects().filter((key) => !waiting.includes(key));
    await expect.poll(() => keysOf('stuck'), ENDED).toEqual(others);
    const told = async () => JSON.parse((await scene().stage.ask('show', 'status', file, '--json')).stdout);
    await expect.poll(told, ENDED).toMatchObject({ uploading: 1, failed: 0 });
    expect(await lastFailures(variantWorkflowId(stuck))).toMatch(/these credentials may not do this/);
    scene().proxy.order();
    await ended('stuck');
    expect(await keysOf('stuck')).toEqual(expectedObjects());
  });

  it('generated again in a store that accepts one write per key and second never shows a timing without its images', async () => {
    const file = await writeShow('again');
    scene().proxy.order(oneWriteASecond());
    await start(file);
    await ended('again');
    const reader = new AbortController();
    const reading = readUntil(reader.signal, 'again');
    await start(file, '--force');
    await ended('again');
    reader.abort();
    expect(await reading).toBeGreaterThan(0);
    expect(await keysOf('again')).toEqual(expectedObjects());
    expect(finalsSent('again').length).toBeGreaterThanOrEqual(12);
  });

  it('and one of its variants, started by hand at the same time, generate that image once', async () => {
    const file = await writeShow('both');
    const byHand = scene().stage.ask('variant', 'start', file, CUE_IDS.prompt, '1');
    await Promise.all([byHand, start(file)]);
    await ended('both');
    expect(await keysOf('both')).toEqual(expectedObjects());
    expect(finalsSent('both')).toHaveLength(6);
  });

  it('with one cue cancelled during its uploads leaves nothing of that cue, and completes the rest', async () => {
    const file = await writeShow('cue');
    scene().proxy.order(({ method, key }) =>
      method === 'PUT' && key === finalKey(promptOf('cue')) ? 'hang' : undefined,
    );
    await start(file);
    await expect.poll(() => scene().proxy.hanging, ENDED).toBeGreaterThan(0);
    expect(await scene().stage.ask('show', 'cancel', file, CUE_IDS.prompt)).toMatchObject({ code: 0 });
    await ended('cue');
    expect(await statusOf(variantWorkflowId(promptOf('cue')))).toBe('CANCELLED');
    const finals = (await keysOf('cue')).filter((key) => /(final\.png|timing\.json)$/.test(key));
    expect(finals).not.toContain(`${CUE_IDS.prompt}/1/final.png`);
    expect(finals).not.toContain(`${CUE_IDS.prompt}/1/timing.json`);
    expect(finals).toEqual(
      expect.arrayContaining([`${CUE_IDS.transcript}/2/final.png`, `${CUE_IDS.repainted}/1/timing.json`]),
    );
    const spool = await Spool.open(scene().stage.stack.spool, { budgetBytes: 1 });
    expect(await spool.renditions()).toEqual([]);
  });
});

/** Cloudflare R2's rule: a key that was written less than a second ago is refused. */
function oneWriteASecond(): FaultPlan {
  const written = new Map<string, number>();
  return ({ method, key }) => {
    if (method !== 'PUT' && method !== 'DELETE') return undefined;
    const now = performance.now();
    if (now - (written.get(key) ?? Number.NEGATIVE_INFINITY) < 1000)
      return { status: 429, code: 'TooManyRequests' };
    written.set(key, now);
    return undefined;
  };
}

/** Reads the timing of a variant repeatedly; throws if one names an image that does not exist. */
async function readUntil(signal: AbortSignal, version: string): Promise<number> {
  const address = promptOf(version);
  let read = 0;
  while (!signal.aborted) {
    const timing = await scene()
      .store.get(timingKey(address))
      .catch(() => undefined);
    if (timing === undefined) continue;
    for (const name of Object.keys(JSON.parse(String(timing)).stepDurations))
      await scene().store.get(`${variantPrefix(address)}${name}.png`);
    read += 1;
  }
  return read;
}
