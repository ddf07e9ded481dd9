/**
 * A machine may die at any moment of an image. The disk is copied in every state that it can have: when the engine has written a
 * step that the worker has not read, when the step is renamed but not in the journal, when its journal line is cut, when it is
 * durable; the same for the final image. Each copy is then given to a new worker: it must compute exactly what is missing, and
 * every byte must be that of a run without faults.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createGpuActivities } from '../../activities/denoise/denoise.js';
import { renditionIdOf } from '../../activities/rendition-id.js';
import { loadModel } from '../../diffusion/index.js';
import type { RenditionRequest } from '../../domain/rendition.js';
import type { ModelProfile } from '../../domain/show-file.js';
import type { Engine, EngineEvent, EngineJob } from '../../engine/engine.js';
import { EngineHost } from '../../engine/host/host.js';
import { Spool } from '../../storage/spool/spool.js';
import { loneMachine } from '../support/lone-machine.js';
import {
  calmImage,
  DEMO_MODEL,
  fingerprint,
  requestFor,
  Surroundings,
  settings,
  startStudio,
} from '../support/rendering.js';
import { temporaryFolder } from '../support/temp-folder.js';

const STEPS = 4;
const SMALL = { steps: STEPS, width: 64, height: 64 };
const request = requestFor(1, SMALL);
const renditionId = renditionIdOf(request);

let engine: EngineHost;
beforeAll(() => {
  engine = new EngineHost({ stepTimeoutMs: 60_000, report: () => {} });
});
afterAll(() => engine.close());

/** The engine, with its events noted, and something done at each of them. */
function watched(at: (moment: string) => Promise<void> = async () => {}, host = engine) {
  const computed: string[] = [];
  const generate = async function* (job: EngineJob, signal: AbortSignal): AsyncGenerator<EngineEvent> {
    for await (const event of host.generate(job, signal)) {
      if (event.type !== 'step' && event.type !== 'final') {
        yield event;
        continue;
      }
      const name = event.type === 'step' ? `step ${event.step}` : 'final';
      computed.push(name);
      await at(`${name} computed`);
      yield event;
      // The worker asks for the next event only when this one is durable.
      await at(`${name} durable`);
    }
  };
  return { computed, engine: { generate } satisfies Engine };
}

/** Runs `denoise` on a spool; resolves to the steps that were computed and the digests of the result. */
async function denoiseOn(folder: string) {
  const { store } = await startStudio(engine);
  const spool = await Spool.open(folder, { budgetBytes: 2 ** 30 });
  const { computed, engine: watching } = watched();
  const gpu = createGpuActivities({
    spool,
    store,
    models: undefined,
    threads: 1,
    ...loneMachine(watching),
  });
  await new Surroundings({ attempt: 2 }).run(gpu.denoise, request);
  const rendition = await spool.findRendition(renditionId);
  const durations = [...(rendition?.steps ?? []), rendition?.final].map((part) => part?.durationMs ?? 0);
  return { computed, images: await fingerprint(spool, renditionId), durations };
}

/** A process that runs `denoise` on a spool and ends, with an engine of its own. */
function denoiseProcess(folder: string, image: RenditionRequest): ChildProcess {
  const program = fileURLToPath(new URL('denoise-process.ts', import.meta.url));
  const execArgv = ['--import', new URL('../support/typescript.mjs', import.meta.url).href];
  return fork(program, [folder, JSON.stringify(image)], { execArgv, stdio: 'ignore' });
}

const journalOf = (folder: string) => join(folder, 'renditions', renditionId, 'journal.jsonl');

/** All events of an image without faults, in order. */
const ALL = [...Array.from({ length: STEPS }, (_, index) => `step ${index + 1}`), 'final'];

describe('an image', { timeout: 180_000 }, () => {
  it('whose machine dies at any moment has the same bytes, and nothing durable is computed again', async () => {
    const { spool, store } = await startStudio(engine);
    const moments = new Map<string, string>();
    const { engine: watching } = watched(async (moment) => {
      const copy = join(await temporaryFolder(), 'spool');
      await cp(spool.directory, copy, { recursive: true });
      moments.set(moment, copy);
    });
    const gpu = createGpuActivities({
      spool,
      store,
      models: undefined,
      threads: 1,
      ...loneMachine(watching),
    });
    await new Surroundings().run(gpu.denoise, request);
    const calm = await fingerprint(spool, renditionId);
    expect(new Set(calm).size).toBe(STEPS + 1);
    expect([...moments.keys()]).toHaveLength(2 * STEPS + 2);

    for (const [moment, folder] of moments) {
      const durable = Number(/\d+/.exec(moment)?.[0] ?? STEPS + 1) - (moment.endsWith('computed') ? 1 : 0);
      const { computed, images, durations } = await denoiseOn(folder);
      expect(images, moment).toEqual(calm);
      expect(computed, moment).toEqual(ALL.slice(durable));
      expect(durations.every((durationMs) => durationMs > 0)).toBe(true);
    }
  });

  it('whose engine is killed after each step has no step computed again that was durable', async () => {
    const calm = await calmImage(request);
    for (let step = 1; step <= STEPS; step++) {
      const own = new EngineHost({ stepTimeoutMs: 60_000, report: () => {} });
      onTestFinished(() => own.close());
      const { spool, store } = await startStudio(own);
      const { computed, engine: watching } = watched(async (moment) => {
        if (moment === `step ${step} durable` && own.pid !== undefined) process.kill(own.pid, 'SIGKILL');
      }, own);
      const gpu = createGpuActivities({
        spool,
        store,
        models: undefined,
        threads: 1,
        ...loneMachine(watching),
      });
      const attempt = () => new Surroundings().run(gpu.denoise, request);
      // The engine may have finished the image by then: what it has sent is kept, and nothing fails.
      await attempt().catch((error: unknown) => expect(error).toMatchObject({ type: 'EngineLost' }));
      await attempt();
      expect(computed).toEqual(ALL);
      expect(await fingerprint(spool, renditionId)).toEqual(calm);
    }
  });

  it('whose worker is killed after each step has the same bytes, and its durations do not contain the time between two workers', async () => {
    const long = requestFor(1, { steps: 4, width: 256, height: 256 });
    const calm = await calmImage(long);
    const folder = join(await temporaryFolder(), 'spool');
    const spool = await Spool.open(folder, { budgetBytes: 2 ** 30 });
    const stepsNow = async () => (await spool.findRendition(renditionIdOf(long)))?.steps ?? [];
    let livedMs = 0;
    for (let step = 1; step <= 4; step++) {
      const before = await stepsNow();
      const bornAt = performance.now();
      const life = denoiseProcess(folder, long);
      const over = once(life, 'close');
      await expect.poll(async () => (await stepsNow()).length, { interval: 5 }).toBeGreaterThanOrEqual(step);
      life.kill('SIGKILL');
      await over;
      livedMs += performance.now() - bornAt;
      expect((await stepsNow()).slice(0, before.length)).toEqual(before);
    }
    const last = denoiseProcess(folder, long);
    const bornAt = performance.now();
    expect(await once(last, 'close')).toEqual([0, null]);
    livedMs += performance.now() - bornAt;
    expect(await fingerprint(spool, renditionIdOf(long))).toEqual(calm);
    const counted = (await stepsNow()).reduce((sum, { durationMs }) => sum + durationMs, 0);
    expect(counted).toBeGreaterThan(0);
    expect(counted).toBeLessThan(livedMs);
  });

  it('whose machine dies between rename and journal, or in the middle of a journal line, loses only that step', async () => {
    const { spool, store, gpu } = await startStudio(engine);
    await new Surroundings().run(gpu.denoise, request);
    const calm = await fingerprint(spool, renditionId);
    const lines = (await readFile(journalOf(spool.directory), 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength(STEPS + 1);
    // The last two checkpoints are on the disk, so these states can occur in real crashes.
    for (const kept of [STEPS, STEPS - 1]) {
      for (const tail of ['', (lines[kept] ?? '').slice(0, 60)]) {
        const folder = join(await temporaryFolder(), 'spool');
        await cp(spool.directory, folder, { recursive: true });
        await writeFile(
          journalOf(folder),
          lines
            .slice(0, kept)
            .map((line) => `${line}\n`)
            .join(''),
        );
        await appendFile(journalOf(folder), tail);
        const { computed, images } = await denoiseOn(folder);
        expect(images).toEqual(calm);
        expect(computed).toEqual(ALL.slice(kept));
      }
    }
    store.close();
  });

  it('whose machine is gone for good is generated on another one, identical to the byte', async () => {
    const first = await startStudio(engine);
    await new Surroundings().run(first.gpu.denoise, request);
    const other = new EngineHost({ stepTimeoutMs: 60_000, report: () => {} });
    onTestFinished(() => other.close());
    const second = await startStudio(other);
    await new Surroundings().run(second.gpu.denoise, request);
    expect(await fingerprint(second.spool, renditionId)).toEqual(await fingerprint(first.spool, renditionId));
    expect(second.spool.id).not.toBe(first.spool.id);
  });
});

describe('previews', () => {
  const shownAs = (previews: ModelProfile['previews']) => ({ model: { ...settings.model, previews } });

  it('on, off, full-size or of the expected picture do not change a byte of the final image', async () => {
    const finals = new Set<string | undefined>();
    const previews = new Set<string | undefined>();
    const styles = [
      shownAs('latent-rgb'),
      shownAs('vae'),
      ...(['latent-rgb', 'vae'] as const).map((kind) => shownAs({ kind, of: 'denoised' })),
    ];
    for (const style of [...styles, { previews: false }]) {
      const { gpu, spool } = await startStudio(engine);
      await new Surroundings().run(gpu.denoise, requestFor(1, { ...SMALL, ...style }));
      const digests = await fingerprint(spool, renditionId);
      finals.add(digests.at(-1));
      previews.add(digests[0]);
      const rendition = await spool.findRendition(renditionId);
      expect(await readdir(join(rendition?.directory ?? '', 'scratch'))).toEqual([]);
    }
    expect(finals.size).toBe(1);
    expect(previews.size).toBe(styles.length + 1);
  });

  it('of the expected picture are the same when the image is finished after a crash', async () => {
    const request = requestFor(1, { ...SMALL, ...shownAs({ kind: 'latent-rgb', of: 'denoised' }) });
    const whole = await startStudio(engine);
    await new Surroundings().run(whole.gpu.denoise, request);
    const { gpu, spool } = await startStudio(engine);
    const here = new Surroundings();
    const attempt = here.run(gpu.denoise, request).catch(() => 'stopped');
    await here.reached(1);
    here.cancel('workerShutdown');
    await attempt;
    await new Surroundings({ attempt: 2 }).run(gpu.denoise, request);
    expect(await fingerprint(spool, renditionId)).toEqual(await fingerprint(whole.spool, renditionId));
  });

  it('that cannot be decoded are refused before the device is busy', async () => {
    const { gpu } = await startStudio(engine);
    const attempt = new Surroundings().run(gpu.denoise, requestFor(1, { ...SMALL, ...shownAs('taesd') }));
    await expect(attempt).rejects.toThrow('the model has no taesd_decoder');
  });
});

describe('a model whose files change under a half-done image', () => {
  it('is not resumed from the steps of the former model', async () => {
    const path = join(await temporaryFolder(), 'model');
    await cp(DEMO_MODEL, path, { recursive: true });
    const swapped = requestFor(1, { ...SMALL, model: { ...settings.model, path } });
    const here = await startStudio(engine);
    const first = new Surroundings();
    const attempt = first.run(here.gpu.denoise, swapped).catch(() => 'stopped');
    await first.reached(2);
    first.cancel('workerShutdown');
    await attempt;

    const colours = join(path, 'latent_rgb.json');
    await writeFile(colours, (await readFile(colours, 'utf8')).replace(/"bias":\s*\[/, '"bias": [ '));
    const fresh = new EngineHost({ stepTimeoutMs: 60_000, report: () => {} }); // the other one keeps what it has loaded
    onTestFinished(() => fresh.close());
    const ports = {
      spool: here.spool,
      store: here.store,
      models: undefined,
      threads: 1,
      ...loneMachine(fresh),
    };
    const gpu = createGpuActivities(ports);
    const second = new Surroundings({ attempt: 2 }).run(gpu.denoise, swapped);
    await expect(second).rejects.toThrow(/the files in .* have changed since step \d was computed/);
    expect(await here.spool.findRendition(renditionId)).toMatchObject({ steps: [] });
    expect(await new Surroundings({ attempt: 3 }).run(gpu.denoise, swapped)).toMatchObject({ steps: STEPS });
  });
});

describe('a clock that is set back during an image', () => {
  it('makes no duration negative', async () => {
    const model = await loadModel(DEMO_MODEL, { threads: 1 });
    const real = Date.now;
    onTestFinished(async () => {
      Date.now = real;
      await model.dispose();
    });
    const durations: number[] = [];
    const { prompt, guidance } = settings;
    for await (const event of model.generate({ prompt, guidance, seed: 1, ...SMALL }, {})) {
      Date.now = () => real() - 3_600_000 * (durations.length + 1);
      if (event.type !== 'prompt') durations.push(event.durationMs);
    }
    expect(durations).toHaveLength(STEPS + 1);
    for (const durationMs of durations) expect(durationMs).toBeGreaterThan(0);
  });
});
