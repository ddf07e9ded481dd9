/**
 * Whole images against diffusers on torch: the latents after every step and the final pixels, for
 * text-to-image and image-to-image, with and without T5, guidance and a negative prompt.
 *
 * Tolerances: 1e-4 of the largest latent (ONNX Runtime and torch add up in different orders; measured: a few
 * 1e-6); one level of 255 per pixel (a value on the edge between two may round either way).
 */
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type DiffusionModel, type GenerationEvent, loadModel } from '../../diffusion/index.js';
import { deviation, floats, GOLDENS, goldens, picture, requestOf } from './goldens.js';

const LATENT_TOLERANCE = 1e-4;
const PIXEL_TOLERANCE = 1;
/** Half precision in a model's inputs and outputs: 11 bits of mantissa, once per step. */
const HALF_TOLERANCE = 2e-2;

const models = new Map<string, DiffusionModel>();

async function model(name: string): Promise<DiffusionModel> {
  const loaded = models.get(name) ?? (await loadModel(join(GOLDENS, name), { threads: 1 }));
  models.set(name, loaded);
  return loaded;
}

async function events(generation: AsyncIterable<GenerationEvent>): Promise<GenerationEvent[]> {
  const all: GenerationEvent[] = [];
  for await (const event of generation) all.push(event);
  return all;
}

function stepsOf(all: readonly GenerationEvent[]) {
  return all.filter((event) => event.type === 'step');
}

afterAll(async () => {
  await Promise.all([...models.values()].map((loaded) => loaded.dispose()));
});

describe.each(goldens.cases)('$model: "$request.prompt" at guidance $request.guidance', (golden) => {
  it('has the latents and the image of diffusers', async () => {
    const engine = await model(golden.model);
    const all = await events(engine.generate(requestOf(golden)));
    const steps = stepsOf(all);
    const expected = floats(golden.latents);
    const size = expected.length / (golden.latents.dims[0] ?? 1);

    expect(steps.map(({ step }) => step)).toEqual(
      Array.from({ length: golden.latents.dims[0] ?? 0 }, (_, i) => i + 1),
    );
    expect(engine.iterations(requestOf(golden))).toBe(steps.length);
    for (const { step, latents } of steps) {
      const wanted = expected.subarray((step - 1) * size, step * size);
      expect(deviation(latents.data, wanted), `after step ${step}`).toBeLessThan(LATENT_TOLERANCE);
    }
    const final = all.at(-1);
    if (final?.type !== 'final') throw new Error('the last event is not the final image');
    const wanted = picture(golden.final);
    const worst = wanted.data.reduce(
      (max, value, i) => Math.max(max, Math.abs(value - (final.image.data[i] ?? 0))),
      0,
    );
    expect([final.image.width, final.image.height]).toEqual([wanted.width, wanted.height]);
    expect(worst).toBeLessThanOrEqual(PIXEL_TOLERANCE);
  });
});

it('runs a model with float16 and int32 inputs to nearly the same latents', async () => {
  const golden = goldens.cases.find((one) => one.model === 'sd3' && one.image !== undefined);
  if (golden === undefined) throw new Error('no image-to-image case was recorded');
  const engine = await model('sd3-half');
  const last = stepsOf(await events(engine.generate(requestOf(golden)))).at(-1);
  const expected = floats(golden.latents);
  const size = expected.length / (golden.latents.dims[0] ?? 1);
  expect(deviation(last?.latents.data ?? [], expected.subarray(-size))).toBeLessThan(HALF_TOLERANCE);
});
