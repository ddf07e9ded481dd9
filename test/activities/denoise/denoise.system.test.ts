import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cp, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGpuActivities } from '../../../activities/denoise/denoise.js';
import { renditionIdOf } from '../../../activities/rendition-id.js';
import { changeDecisions } from '../../../bookkeeping/decisions.js';
import { finalKey, JSON_CONTENT_TYPE, PNG_CONTENT_TYPE, timingKey } from '../../../domain/object-keys.js';
import type { EngineEvent, EngineJob } from '../../../engine/engine.js';
import { EngineHost } from '../../../engine/host/host.js';
import type { StoreCallOptions } from '../../../storage/object-store.js';
import { Spool } from '../../../storage/spool/spool.js';
import { alwaysDenoise } from '../../support/always-denoise.js';
import { loneMachine } from '../../support/lone-machine.js';
import {
  DEMO_MODEL,
  fingerprint,
  isHeartbeat,
  requestFor,
  Surroundings,
  settings,
  startStudio,
} from '../../support/rendering.js';
import { temporaryFolder } from '../../support/temp-folder.js';

let engine: EngineHost;
const incidents: string[] = [];
beforeAll(() => {
  engine = new EngineHost({ stepTimeoutMs: 30_000, report: (incident) => incidents.push(incident) });
});
afterAll(() => engine.close());

/** More steps than the engine may be ahead, so that a kill after an early one always hits it mid-image. */
const LONG = { steps: 24, guidance: 1 };

const killEngine = () => {
  if (engine.pid !== undefined) process.kill(engine.pid, 'SIGKILL');
};

/** A call of a store that does not answer: it ends when it is aborted. */
async function untilAborted(signal: AbortSignal): Promise<never> {
  await once(signal, 'abort');
  throw signal.reason;
}

/** The failure of an attempt. */
async function failureOf(attempt: Promise<unknown>): Promise<ApplicationFailure> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof ApplicationFailure) return error;
    throw error;
  }
  throw new Error('expected the attempt to fail');
}

describe('denoise', () => {
  it('leaves previews, measured durations and a final image on the spool, and reports every step', async () => {
    const { gpu, spool } = await startStudio(engine);
    const here = new Surroundings();
    const manifest = await here.run(gpu.denoise, requestFor(1));
    expect(manifest).toMatchObject({
      spoolId: spool.id,
      renditionId: renditionIdOf(requestFor(1)),
      steps: 6,
    });
    const rendition = await spool.findRendition(manifest.renditionId);
    expect(rendition?.steps.map(({ step, of, preview }) => [step, of, preview !== undefined])).toEqual(
      [1, 2, 3, 4, 5, 6].map((step) => [step, 6, true]),
    );
    const measured = [...(rendition?.steps ?? []), rendition?.final].map(
      (part) => part?.durationMs ?? Number.NaN,
    );
    expect(measured.every((durationMs) => durationMs > 0)).toBe(true);
    expect(manifest.durationMs).toBeCloseTo(measured.reduce((sum, durationMs) => sum + durationMs));
    const told = here.heartbeats.filter(isHeartbeat).map(({ phase, step }) => `${phase} ${step}`);
    expect(told).toEqual(
      expect.arrayContaining(['queued 0', 'denoising 1', 'denoising 5', 'decoding 6', 'saving 6']),
    );
  });

  it.each([true, false])(
    'shows the newest step in a heartbeat, small; previews kept: %s',
    async (previews) => {
      const { gpu } = await startStudio(engine);
      const here = new Surroundings();
      await here.run(gpu.denoise, requestFor(1, { ...LONG, previews }));
      const first = here.heartbeats.filter(isHeartbeat).find(({ picture }) => picture !== undefined);
      // On a busy machine the heartbeat may be a step ahead of the picture, never behind it.
      expect(first?.picture?.step).toBeGreaterThanOrEqual(1);
      expect(first?.picture?.step).toBeLessThanOrEqual(first?.step ?? 0);
      const webp = Buffer.from(first?.picture?.webp ?? '', 'base64');
      expect(await sharp(webp).metadata()).toMatchObject({ format: 'webp', width: 16, height: 16 });
      expect((await sharp(webp).stats()).entropy).toBeGreaterThan(1);
    },
  );

  it('has no picture in the last heartbeat of a failed attempt, so that no history contains one', async () => {
    const { gpu } = await startStudio(engine);
    const here = new Surroundings();
    const failed = failureOf(here.run(gpu.denoise, requestFor(1, LONG)));
    await here.showed(1);
    killEngine();
    await failed;
    const last = here.heartbeats.filter(isHeartbeat).at(-1);
    expect(last?.step).toBeGreaterThanOrEqual(1);
    expect(last?.picture).toBeUndefined();
  });

  it('writes the generation parameters where image tools read them, in any script', async () => {
    const { gpu, spool } = await startStudio(engine);
    for (const [variantId, prompt] of [
      [1, 'a café at night'],
      [2, 'a boat 船, ⛵'],
    ] as const) {
      const { renditionId } = await new Surroundings().run(
        gpu.denoise,
        requestFor(variantId, { prompt, steps: 1 }),
      );
      const rendition = await spool.findRendition(renditionId);
      const png = rendition?.final && (await rendition.read(rendition.final.png));
      const { comments, width, format } = await sharp(png).metadata();
      expect({ width, format }).toEqual({ width: 128, format: 'png' });
      expect(comments?.[0]?.keyword).toBe('parameters');
      expect(comments?.[0]?.text).toMatch(
        new RegExp(`^${prompt}\nSteps: 1, Sampler: .*Seed: ${1000 + variantId}`),
      );
    }
  });

  it('finds an image that another run has stored meanwhile, unless it replaces it, and leaves nothing of it on the spool', async () => {
    const { machine, gpu, spool, store } = await startStudio(engine);
    const request = requestFor(1);
    const { renditionId } = await new Surroundings().run(gpu.denoise, request);
    const order = () => new Surroundings().run(machine.denoise, request, true);
    expect(await order()).toMatchObject({ renditionId });
    await store.put(finalKey(request), Buffer.of(1), { contentType: PNG_CONTENT_TYPE });
    expect(await order()).toMatchObject({ renditionId });
    await store.put(timingKey(request), Buffer.of(1), { contentType: JSON_CONTENT_TYPE });
    expect(await order()).toEqual({ alreadyStored: true });
    expect(await spool.findRendition(renditionId)).toBeUndefined();
    expect(await new Surroundings().run(machine.denoise, request)).toMatchObject({ renditionId });
  });

  it('does not replace a take that was chosen after the image was requested', async () => {
    const { machine, spool, store } = await startStudio(engine);
    const request = requestFor(1);
    const order = (asked = request) => new Surroundings().run(machine.denoise, asked);
    for (const key of [finalKey(request), timingKey(request)])
      await store.put(key, Buffer.of(1), { contentType: PNG_CONTENT_TYPE });
    const choose = (seed: number) =>
      changeDecisions(store, request, request.cueId, [{ variantId: request.variantId, seed }]);
    await choose(request.seed);
    expect(await order()).toMatchObject({ steps: 6 });
    await choose(7);
    expect(await order()).toEqual({ alreadyStored: true });
    expect(await order({ ...request, take: request.seed })).toMatchObject({ steps: 6 });
    // Nothing is stored in its place, so the image is generated.
    await store.delete(timingKey(request));
    expect(await order()).toMatchObject({ steps: 6 });
    expect(await spool.renditions()).toHaveLength(2);
  });

  it.each([
    ['refuses', () => Promise.reject(new Error('refused'))],
    ['never answers', untilAborted],
  ])('generates when a store %s that it would look into', async (_, answer) => {
    const spool = await Spool.open(await temporaryFolder(), { budgetBytes: 2 ** 30 });
    const store = {
      get: () => Promise.reject(new Error('nothing is got')),
      getVersioned: () => Promise.reject(new Error('nothing is got')),
      description: 'test',
      async *list(_prefix: string, { signal = AbortSignal.abort() }: StoreCallOptions = {}) {
        yield await answer(signal);
      },
    };
    const { denoise } = createGpuActivities({
      spool,
      store,
      models: undefined,
      threads: 1,
      ...loneMachine(engine),
    });
    expect(await new Surroundings().run(denoise, requestFor(1), true)).toMatchObject({ steps: 6 });
  });

  it('goes on after the last complete step when the engine is killed, and changes no byte', async () => {
    const request = requestFor(1, LONG);
    const whole = await startStudio(engine);
    const { renditionId } = await new Surroundings().run(whole.gpu.denoise, request);
    const expected = await fingerprint(whole.spool, renditionId);
    expect(new Set(expected).size).toBe(25);
    for (const step of [1, 4, 6]) {
      const { gpu, spool } = await startStudio(engine);
      const first = new Surroundings();
      const attempt = first.run(gpu.denoise, request);
      const failed = failureOf(attempt);
      await first.reached(step);
      killEngine();
      const failure = await failed;
      expect(failure).toMatchObject({ type: 'EngineLost', nonRetryable: false, nextRetryDelay: '1 second' });
      expect(failure.message).toMatch(
        /killed by SIGKILL .* computing step \d+ of 24 for test\/v1 prompt_3_00_01_00, variant 1/,
      );
      const before = (await spool.findRendition(renditionId))?.steps ?? [];
      expect(before.length).toBeGreaterThanOrEqual(step);
      const manifest = await new Surroundings({ attempt: 2 }).run(gpu.denoise, request);
      expect(manifest.steps).toBe(24);
      expect(await fingerprint(spool, renditionId)).toEqual(expected);
      const after = (await spool.findRendition(renditionId))?.steps ?? [];
      expect(after.slice(0, before.length)).toEqual(before);
    }
  });

  it('fails with a retryable failure when the worker stops, and keeps the steps for the next attempt', async () => {
    const { gpu, spool } = await startStudio(engine);
    const here = new Surroundings();
    const request = requestFor(1, LONG);
    const failed = failureOf(here.run(gpu.denoise, request));
    await here.reached(3);
    here.cancel('workerShutdown');
    expect(await failed).toMatchObject({
      type: 'WorkerShutdown',
      nonRetryable: false,
      nextRetryDelay: '1 millisecond',
    });
    const kept = await spool.findRendition(renditionIdOf(request));
    expect(kept?.steps.length).toBeGreaterThanOrEqual(3);
    expect(await new Surroundings().run(gpu.denoise, request)).toMatchObject({ steps: 24 });
  });

  it.each(['paused', 'timedOut'] as const)('keeps the folder when the attempt is %s', async (why) => {
    const { gpu, spool } = await startStudio(engine);
    const here = new Surroundings();
    const request = requestFor(1, LONG);
    const attempt = here.run(gpu.denoise, request);
    const ended = expect(attempt).rejects.toThrow(CancelledFailure);
    await here.reached(2);
    here.cancel(why);
    await ended;
    expect(await spool.renditions()).toEqual([renditionIdOf(request)]);
  });

  it('waits until the device has stopped when cancelled, and leaves nothing behind', async () => {
    const { gpu, spool } = await startStudio(engine);
    const here = new Surroundings();
    const attempt = here.run(gpu.denoise, requestFor(1, { ...LONG, steps: 1000 }));
    const ended = expect(attempt).rejects.toThrow(CancelledFailure);
    await here.reached(2);
    here.cancel('cancelRequested');
    await ended;
    expect(await spool.renditions()).toEqual([]);
    // The device is free: the next variant gets it.
    expect(await new Surroundings().run(gpu.denoise, requestFor(2))).toMatchObject({ steps: 6 });
  });

  it('can be cancelled while it waits behind another variant', async () => {
    const { gpu, spool } = await startStudio(engine);
    const first = new Surroundings();
    const finished = first.run(gpu.denoise, requestFor(1, LONG));
    await first.reached(1);
    const second = new Surroundings();
    const ended = expect(second.run(gpu.denoise, requestFor(2))).rejects.toThrow(CancelledFailure);
    second.cancel('cancelRequested');
    await ended;
    await finished;
    expect(await spool.renditions()).toEqual([renditionIdOf(requestFor(1))]);
  });

  it('does nothing if the final image is on the spool', async () => {
    const { gpu, spool, store } = await startStudio(engine);
    const manifest = await new Surroundings().run(gpu.denoise, requestFor(1));
    const idle = {
      // biome-ignore lint/correctness/useYield: it must not be called
      async *generate(): AsyncGenerator<never> {
        throw new Error('the engine was asked');
      },
    };
    const again = createGpuActivities({
      spool,
      store,
      models: undefined,
      threads: 1,
      ...loneMachine(idle),
    });
    expect(await new Surroundings().run(again.denoise, requestFor(1))).toEqual(manifest);
  });

  it('leaves out a full-size preview that could not be decoded, and finishes the image', async () => {
    const { spool, store } = await startStudio(engine);
    const blind = {
      async *generate(job: EngineJob, signal: AbortSignal): AsyncGenerator<EngineEvent> {
        for await (const event of engine.generate(job, signal)) {
          if (event.type !== 'step' || event.step !== 2) yield event;
          else {
            const { preview: _, ...rest } = event;
            yield rest;
          }
        }
      },
    };
    const machine = createGpuActivities({
      spool,
      store,
      models: undefined,
      threads: 1,
      ...loneMachine(blind),
    });
    const model = { ...settings.model, previews: 'vae' } as const;
    const here = new Surroundings();
    const { renditionId } = await here.run(alwaysDenoise(machine), requestFor(1, { model, steps: 3 }));
    const rendition = await spool.findRendition(renditionId);
    expect(rendition?.steps.map(({ preview }) => preview !== undefined)).toEqual([true, false, true]);
    expect(rendition?.final).toBeDefined();
    expect(here.warnings.join()).toContain('The preview of step 2 could not be decoded');
  });

  it('decodes a damaged final image again, from the last checkpoint', async () => {
    const { gpu, spool } = await startStudio(engine);
    const { renditionId } = await new Surroundings().run(gpu.denoise, requestFor(1));
    const expected = await fingerprint(spool, renditionId);
    const rendition = await spool.findRendition(renditionId);
    if (rendition === undefined) throw new Error('no rendition');
    await writeFile(join(rendition.directory, 'final.png'), 'torn');
    const here = new Surroundings();
    await here.run(gpu.denoise, requestFor(1));
    expect(await fingerprint(spool, renditionId)).toEqual(expected);
    expect(here.heartbeats.filter(isHeartbeat).every(({ phase }) => phase !== 'denoising')).toBe(true);
  });

  it('keeps no previews for programs without them, and generates the same final image', async () => {
    const { gpu, spool } = await startStudio(engine);
    const shown = await new Surroundings().run(gpu.denoise, requestFor(1));
    const [final] = (await fingerprint(spool, shown.renditionId)).slice(-1);
    const hidden = await new Surroundings().run(gpu.denoise, requestFor(1, { previews: false }));
    const files = await fingerprint(spool, hidden.renditionId);
    expect(files).toEqual([...Array(6).fill(''), final]);
  });

  it('shows full-size previews when the model profile asks for them, without changing the final image', async () => {
    const { gpu, spool } = await startStudio(engine);
    const linear = await new Surroundings().run(gpu.denoise, requestFor(1));
    const [final] = (await fingerprint(spool, linear.renditionId)).slice(-1);
    const model = { ...settings.model, previews: 'vae' } as const;
    const { renditionId } = await new Surroundings().run(gpu.denoise, requestFor(1, { model }));
    expect((await fingerprint(spool, renditionId)).at(-1)).toBe(final);
    const rendition = await spool.findRendition(renditionId);
    const preview = rendition?.steps[0]?.preview;
    if (rendition === undefined || preview === undefined) throw new Error('no preview');
    expect(await sharp(await rendition.read(preview)).metadata()).toMatchObject({ width: 128, height: 128 });
    expect(await readdir(join(rendition.directory, 'scratch'))).toEqual([]);
  });
});

describe('denoise, image to image', () => {
  async function startWithPicture(bytes?: Buffer) {
    const studio = await startStudio(engine);
    const channels = { channels: 3, background: '#c84' } as const;
    const picture =
      bytes ??
      (await sharp({ create: { width: 200, height: 160, ...channels } })
        .png()
        .toBuffer());
    const sha256 = createHash('sha256').update(picture).digest('hex');
    const image = { key: `test/v1/pregen/images/${sha256}`, sha256 };
    await studio.store.put(image.key, picture, { contentType: 'image/png' });
    return { ...studio, image };
  }

  it('runs fewer steps by strength, and none at strength 0', async () => {
    const { gpu, image } = await startWithPicture();
    const half = await new Surroundings().run(gpu.denoise, requestFor(1, { image, strength: 0.5 }));
    expect(half.steps).toBe(3);
    const none = await new Surroundings().run(gpu.denoise, requestFor(2, { image, strength: 0 }));
    expect(none.steps).toBe(0);
  });

  it('is tried again if the picture has another digest (as after an incomplete upload), and succeeds once it is complete', async () => {
    const { gpu, image, store } = await startWithPicture();
    const whole = await store.get(image.key);
    await store.put(image.key, whole.subarray(0, whole.length / 2), { contentType: 'image/png' });
    const failure = await failureOf(
      new Surroundings().run(gpu.denoise, requestFor(1, { image, strength: 0.5 })),
    );
    expect(failure).toMatchObject({ type: 'StoreFailed', nonRetryable: false });
    expect(failure.message).toMatch(
      /variant 1: the picture test\/v1\/pregen\/images\/\w+ is not what was stored: expected SHA-256/,
    );
    await store.put(image.key, whole, { contentType: 'image/png' });
    const { steps } = await new Surroundings().run(gpu.denoise, requestFor(1, { image, strength: 0.5 }));
    expect(steps).toBe(3);
  });

  it('refuses a picture that cannot be decoded', async () => {
    const { gpu, image } = await startWithPicture(Buffer.from('not a picture'));
    const failure = await failureOf(
      new Surroundings().run(gpu.denoise, requestFor(1, { image, strength: 0.5 })),
    );
    expect(failure).toMatchObject({ type: 'InvalidRequest', nonRetryable: true });
    expect(failure.message).toContain('cannot be read');
  });

  it('is tried again if the picture is not in the store (yet)', async () => {
    const { gpu } = await startStudio(engine);
    const image = { key: 'test/v1/pregen/images/none', sha256: '0'.repeat(64) };
    const failure = await failureOf(
      new Surroundings().run(gpu.denoise, requestFor(1, { image, strength: 0.5 })),
    );
    expect(failure).toMatchObject({ type: 'StoreFailed', nonRetryable: false });
  });
});

describe('denoise, when it fails', () => {
  it('refuses a size that the model cannot make, naming the variant', async () => {
    const { gpu } = await startStudio(engine);
    const failure = await failureOf(new Surroundings().run(gpu.denoise, requestFor(1, { width: 1000 })));
    expect(failure).toMatchObject({ type: 'InvalidRequest', nonRetryable: true });
    expect(failure.message).toMatch(/^test\/v1 prompt_3_00_01_00, variant 1: .*width/);
  });

  it('refuses a folder without a model', async () => {
    const { gpu } = await startStudio(engine);
    const model = { ...settings.model, path: 'no-such-model', showDirectory: await temporaryFolder() };
    const failure = await failureOf(new Surroundings().run(gpu.denoise, requestFor(1, { model })));
    expect(failure).toMatchObject({ type: 'InvalidModel', nonRetryable: true });
    expect(failure.message).toContain('no-such-model');
  });

  it('never stores an image of latents that are not finite', async () => {
    const { gpu, spool } = await startStudio(engine);
    const model = { ...settings.model, path: await brokenModel() };
    const failure = await failureOf(new Surroundings().run(gpu.denoise, requestFor(1, { model })));
    expect(failure).toMatchObject({ type: 'NonFiniteLatents', nonRetryable: true });
    expect(failure.message).toMatch(/variant 1: .*not finite after step \d/);
    expect((await spool.findRendition(renditionIdOf(requestFor(1))))?.final).toBeUndefined();
  });

  it('waits and says so while the spool is full', async () => {
    const { store } = await startStudio(engine);
    const spool = await Spool.open(await temporaryFolder(), { budgetBytes: 1 });
    const gpu = createGpuActivities({
      spool,
      store,
      models: undefined,
      threads: 1,
      ...loneMachine(engine),
    });
    const here = new Surroundings();
    const ended = expect(here.run(gpu.denoise, requestFor(1))).rejects.toThrow(CancelledFailure);
    await here.said('spool-full');
    here.cancel('cancelRequested');
    await ended;
    expect(await spool.renditions()).toEqual([]);
  });

  it('warns, naming the cue, when a prompt is longer than the model reads', async () => {
    const { gpu } = await startStudio(engine);
    const here = new Surroundings();
    await here.run(gpu.denoise, requestFor(1, { prompt: 'very '.repeat(200), steps: 1 }));
    expect(here.warnings.join()).toMatch(/prompt_3_00_01_00, variant 1: the prompt is too long: .*77/);
  });
});

/** The demo model with NaN in the middle of its transformer's weights. */
async function brokenModel(): Promise<string> {
  const folder = join(await temporaryFolder(), 'broken');
  await cp(DEMO_MODEL, folder, { recursive: true });
  const path = join(folder, 'transformer', 'model.onnx');
  const { size } = await stat(path);
  const file = await open(path, 'r+');
  // All bits set is a NaN in fp32 and fp16, with any alignment.
  await file.write(Buffer.alloc(4096, 0xff), 0, 4096, Math.floor(size / 2));
  await file.close();
  expect((await readFile(path)).length).toBe(size);
  return folder;
}
