/** What `show status` and `show watch` print about a running show, its spools, and images that cannot be stored. */
import { readFile } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { DenoiseHeartbeat } from '../../domain/denoise-heartbeat.js';
import { FAILURE_TYPES } from '../../domain/failure-types.js';
import type { Rendition, RenditionRequest } from '../../domain/rendition.js';
import { makeGate } from '../support/gate.js';
import { startPregen } from '../support/pregen.js';
import { PROMPT, pictureMachine, rigShow, TRANSCRIPT } from '../support/rig-show.js';
import { useRig } from '../workflows/rig.js';
import { sampleRendition } from '../workflows/samples.js';

const rig = useRig();
const FILE = 'show.yaml';

/** For events that take a second; a loaded machine may need much longer. */
const SOON = { timeout: 60_000, interval: 500 };

const SPOOL = { bytes: 21_000_000_000, budgetBytes: 20_000_000_000, renditions: 9 };

/** Sends heartbeats of a device in this phase until the gate opens. */
async function beatingUntil(
  open: Promise<void>,
  request: RenditionRequest,
  phase: DenoiseHeartbeat['phase'],
): Promise<Rendition> {
  const beat = () =>
    Context.current().heartbeat({
      ...{ phase, step: phase === 'denoising' ? 3 : 0, of: request.settings.steps },
      ...{
        at: new Date().toISOString(),
        spoolId: 'spool-a',
        host: 'gpu-3',
        device: 'cuda:1',
        runsOn: 'cuda',
        spool: SPOOL,
      },
    } satisfies DenoiseHeartbeat);
  beat();
  const timer = setInterval(beat, 100);
  try {
    await open;
  } finally {
    clearInterval(timer);
  }
  return sampleRendition(request);
}

test('status shows images in flight with their step, how full the spool is, and that a GPU waits for it', async () => {
  const { run, cwd } = await rigShow(rig(), 'watching');
  const gate = makeGate();
  const denoise = (request: RenditionRequest) =>
    beatingUntil(gate.open, request, request.variantId === 1 ? 'denoising' : 'spool-full');
  await rig().withMachine({ ...pictureMachine(rig().store), denoise }, async () => {
    await run('show', 'start', FILE, '--only', PROMPT, '--window', '2');
    const status = async () => JSON.parse((await run('show', 'status', FILE, '--json')).stdout);
    await expect.poll(status, SOON).toMatchObject({
      images: [
        { cueId: PROMPT, variantId: 1, phase: 'denoising', step: 3, of: 4 },
        { cueId: PROMPT, variantId: 2, phase: 'spool-full' },
      ],
      spools: [{ spoolId: 'spool-a', ...SPOOL, full: true }],
    });
    const { stdout } = await run('show', 'status', FILE);
    expect(stdout).toContain(`${PROMPT} #1: denoising 3/4 on gpu-3 cuda:1`);
    expect(stdout).toContain(`${PROMPT} #2: waits for room on the spool`);
    expect(stdout).toContain('spool spool-a: 9 images, 21.0 GB of 20.0 GB; GPU waits: spool full');
    const watch = startPregen(['show', 'watch', FILE], { cwd, env: rig().env });
    await watch.said.untilMatch(
      /GPU waits: spool full \(21\.0 GB of 20\.0 GB\).* #1: denoising 3\/4 on gpu-3 cuda:1$/,
    );
    gate.release();
    expect(await watch.ended).toBe(0);
  });
});

test('status shows that the store refuses an image, and why; an image that was started by hand is shown without its show', async () => {
  const { run } = await rigShow(rig(), 'refused');
  const machine = pictureMachine(rig().store);
  let mended = false;
  const uploadFinal: typeof machine.uploadFinal = async (reference) => {
    if (!mended) throw new Error('AccessDenied: the key may not write to this bucket');
    return machine.uploadFinal(reference);
  };
  await rig().withMachine({ ...machine, uploadFinal }, async () => {
    await run('variant', 'start', FILE, TRANSCRIPT, '1');
    const line = new RegExp(`${TRANSCRIPT} #1: uploading, attempt \\d+: AccessDenied: the key may not write`);
    await expect.poll(async () => (await run('show', 'status', FILE)).stdout, SOON).toMatch(line);
    const { stdout } = await run('show', 'status', FILE, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ state: 'not-running', uploading: 1, stored: 0 });
    mended = true;
    await rig().client.workflow.getHandle(`pregen/test/refused/${TRANSCRIPT}/1`).result();
    await expect
      .poll(async () => JSON.parse((await run('show', 'status', FILE, '--json')).stdout), SOON)
      .toMatchObject({ stored: 1, uploading: 0, images: [] });
  });
});

test('a partial run in which every variant failed is reported as failed, with the number of its variants', async () => {
  const { run } = await rigShow(rig(), 'all-failed');
  const denoise = async (): Promise<Rendition> => {
    throw ApplicationFailure.nonRetryable('NaN', FAILURE_TYPES.nonFiniteLatents);
  };
  await rig().withMachine({ denoise }, async () => {
    const waited = await run('show', 'start', FILE, '--only', PROMPT, '--wait');
    expect(waited).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^0 of 3 variants are stored\.\n3 failed:\n/),
    });
    for (const command of ['status', 'watch']) {
      const { code, stdout } = await run('show', command, FILE);
      expect(stdout).toContain('(last run: failed; of its 3 variants 0 are stored, 3 failed)');
      expect(stdout).toContain('\n0 of 5 variants stored, 3 failed\n');
      expect(code).toBe(1);
    }
    const { stdout } = await run('show', 'status', FILE, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ lastRun: 'FAILED', lastRunCounts: { planned: 3, failed: 3 } });
  });
});

test('status shows that the engine of an image dies repeatedly, and why, also between two attempts', async () => {
  const { run, cwd } = await rigShow(rig(), 'out-of-memory');
  let mended = false;
  const denoise = async (request: RenditionRequest): Promise<Rendition> => {
    if (mended) return sampleRendition(request);
    const message = 'the engine was killed by SIGKILL (often the system being out of memory) while loading';
    throw ApplicationFailure.create({ type: FAILURE_TYPES.engineLost, message });
  };
  await rig().withMachine({ ...pictureMachine(rig().store), denoise }, async () => {
    await run('show', 'start', FILE, '--only', TRANSCRIPT, '--limit', '1');
    const watch = startPregen(['show', 'watch', FILE], { cwd, env: rig().env });
    const status = async () => (await run('show', 'status', FILE)).stdout;
    // Twice in a row at once, then with pauses of 1, 2, 4 … seconds.
    await expect
      .poll(status, SOON)
      .toMatch(
        /#1: pauses before it is tried again, attempt [3-9]: .*killed by SIGKILL \(often the system being out of memory\)/,
      );
    const { images } = JSON.parse((await run('show', 'status', FILE, '--json')).stdout);
    expect(images).toMatchObject([
      { attempt: expect.any(Number), lastFailure: expect.stringMatching(/memory/) },
    ]);
    await watch.said.untilMatch(/^tried again: transcript_0_00_00_05 #1: .*out of memory/);
    mended = true;
    expect(await watch.ended).toBe(0);
  });
});

test('the list queries in the documentation are valid, and find the workflows that they describe', async () => {
  const { client } = rig();
  const { run } = await rigShow(rig(), 'v1');
  await rig().withMachine(pictureMachine(rig().store), async () => {
    await run('show', 'start', FILE, '--wait');
  });
  const page = await readFile(new URL('../../docs/operating.md', import.meta.url), 'utf8');
  const queries = [...page.matchAll(/^\| `([^`]* = "[^`]*)` \|/gm)].map(([, query = '']) => query);
  expect(queries.length).toBeGreaterThan(7);
  for (const query of queries) expect((await client.workflow.count(query)).count, query).toBeTypeOf('number');
  const found = async (query: string) => {
    expect(queries).toContain(query);
    return (await client.workflow.count(`${query} AND WorkflowId STARTS_WITH "pregen/test/v1"`)).count;
  };
  await expect.poll(() => found('WorkflowType = "PregenerateShow" AND PregenVersionId = "v1"'), SOON).toBe(1);
  await expect.poll(() => found('PregenProgram = "P4" AND PregenStatus = "stored"'), SOON).toBe(3);
});
