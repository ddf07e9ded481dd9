/** Jobs with LoRAs in a real engine process. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { EngineEvent, EngineJob } from '../../../engine/engine.js';
import { GOLDENS, type GoldenCase, openGoldens } from '../../diffusion/goldens.js';
import { startEngine } from '../../support/rendering.js';
import { temporaryFolder } from '../../support/temp-folder.js';

const LORAS = join(GOLDENS, 'loras');
type LoraCase = GoldenCase & { readonly loras: readonly { readonly file: string; readonly scale: number }[] };
const { recorded, picture, requestOf } = openGoldens<{ cases: LoraCase[] }>('loras');

async function jobOf({ model, loras, ...golden }: LoraCase): Promise<EngineJob> {
  const outputDirectory = join(await temporaryFolder(), 'scratch');
  await mkdir(outputDirectory);
  const { image: _, ...request } = requestOf({ model, ...golden });
  return {
    jobId: loras.map(({ file }) => file).join('-') || 'plain',
    subject: 'an image',
    modelDirectory: join(LORAS, model),
    loras: loras.map(({ file, scale }) => ({ path: join(LORAS, `${file}.safetensors`), scale })),
    mergedModels: { folder: join(outputDirectory, '..', 'merged'), budgetBytes: 2 ** 30 },
    loadOptions: { threads: 1 },
    request,
    outputDirectory,
  };
}

const eventsOf = async (events: AsyncIterable<EngineEvent>) => {
  const all: EngineEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
};

it('jobs with other LoRAs load other models, which give the images of diffusers and have other digests', async () => {
  const engine = startEngine();
  const digests = new Set<string>();
  const cases = recorded.cases.filter(({ model }) => model === 'sdxl').slice(0, 3);
  for (const golden of cases) {
    const events = await eventsOf(engine.generate(await jobOf(golden), new AbortController().signal));
    const [loading, started, ...rest] = events;
    expect(loading?.type).toBe('loading');
    if (started?.type !== 'started') throw new Error('it did not start');
    digests.add(started.info.digest);
    expect(started.info.directory).toBe(join(LORAS, 'sdxl'));
    const final = rest.at(-1);
    if (final?.type !== 'final') throw new Error('there was no image');
    const image = await readFile(final.image.path);
    const differences = picture(golden.final).data.map((value, index) =>
      Math.abs(value - (image[index] ?? 0)),
    );
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
  }
  expect(digests.size).toBe(3);
});

it('a job with a LoRA for another model fails with the reason, and is not retried', async () => {
  const [golden] = recorded.cases.filter(({ model }) => model === 'flux');
  if (golden === undefined) throw new Error('nothing was recorded');
  const job = await jobOf({ ...golden, loras: [{ file: 'sdxl-kohya', scale: 1 }] });
  await expect(eventsOf(startEngine().generate(job, new AbortController().signal))).rejects.toMatchObject({
    kind: 'model',
    message: expect.stringMatching(/LoRA sdxl-kohya\.safetensors, which says that it is for sdxl_base_v1-0/),
  });
});
