/** A model whose weights are mapped from their file, when other weights are written into that file while it computes. */
import { cp, mkdtemp, open, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { JobRun } from '../../../engine/process/job-run.js';
import { ModelCache } from '../../../engine/process/model-cache.js';
import type { JobMessage } from '../../../engine/protocol.js';
import { GOLDENS } from '../../diffusion/goldens.js';

describe('a model whose weights stay in their file', () => {
  let directory: string;
  let weights: string;
  let models: ModelCache;
  let loads: number;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pregen-test-'));
    await cp(join(GOLDENS, 'sd-half'), directory, { recursive: true });
    weights = join(directory, 'unet', 'model.onnx_data');
    [models, loads] = [new ModelCache(), 0];
    onTestFinished(() => rm(directory, { recursive: true }));
  });

  const take = () => models.take({ modelDirectory: directory, loadOptions: { threads: 1 } }, () => loads++);

  /** Writes in place, as `cp` does over an older export. */
  async function overwrite(): Promise<void> {
    const file = await open(weights, 'r+');
    await file.write(Buffer.alloc(1000), 0, 1000, 20_000);
    await file.close();
  }

  /** Messages about an image; as in the engine process, `onStep` is not awaited. */
  async function paint(onStep: () => void): Promise<JobMessage[]> {
    const told: JobMessage[] = [];
    const request = { prompt: 'a boat', seed: 1, steps: 3, guidance: 2, width: 16, height: 16 };
    const order = {
      jobId: 'job',
      subject: 'an image',
      modelDirectory: directory,
      outputDirectory: directory,
    };
    const job = { ...order, loadOptions: { threads: 1 }, request };
    const run = new JobRun({ type: 'generate', job }, (message) => {
      told.push(message);
      if (message.type === 'step') {
        run.acknowledge();
        onStep();
      }
    });
    await run.run(models);
    return told;
  }

  it('is loaded again for the next image if the content has changed, but not if only its date has', async () => {
    const before = (await take()).info.digest;
    await utimes(weights, new Date(), new Date());
    await take();
    expect(loads).toBe(1);
    await overwrite();
    expect((await take()).info.digest).not.toBe(before);
    expect(loads).toBe(2);
  });

  it('makes no image from both contents, and the next image from the new one', async () => {
    let writing: Promise<void> | undefined;
    await expect(
      paint(() => {
        writing ??= overwrite();
      }),
    ).rejects.toThrow(/have changed while they were computed with/);
    await writing;
    const told = await paint(() => {});
    // PNDM evaluates once more than it has steps.
    const steps = Array.from({ length: 4 }, () => 'step');
    expect(told.map(({ type }) => type)).toEqual(['loading', 'started', 'prompt', ...steps, 'final']);
  });
});
