/**
 * The CUDA generator against published figures: the known answers of Random123 for Philox4x32-10, and twelve values of
 * `torch.randn` on a GPU for seed 0. Then whole images against diffusers, with noise from a second implementation of the
 * generator (`record_cuda.py`): first noise, posterior, image-to-image, and the noise of schedulers. Beyond those twelve values,
 * the order of draws has not been compared with a GPU.
 *
 * Tolerances: as in parity.test.ts; noise 1e-6, since sine and logarithm may differ in the last bit.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type GenerationEvent, loadModel } from '../../diffusion/index.js';
import { CudaGenerator, philox } from '../../diffusion/random/cuda-random.js';
import { deviation, GOLDENS, type GoldenCase, openGoldens, type RecordedArray } from './goldens.js';
import { withScheduler } from './model-folder.js';

it.each([
  { counter: [0, 0, 0, 0], key: [0, 0], words: '6627e8d5 e169c58d bc57ac4c 9b00dbd8' },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    words: '408f276d 41c83b0e a20bc7c6 6d5451fd',
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    words: 'd16cfe09 94fdcceb 5001e420 24126ea1',
  },
] as const)('has the known answers of Philox4x32-10: $words', ({ counter, key, words }) => {
  const drawn = philox([...counter], [...key]).map((word) => word.toString(16).padStart(8, '0'));
  expect(drawn.join(' ')).toBe(words);
});

it('draws the same values for seed 0 as torch on a GPU', () => {
  const published = [
    -0.92466259, -0.42534415, -2.6438457, 0.14518388, -0.12086647, -0.57972564, -0.62285122, -0.32838709,
    -1.07454231, -0.36314407, -1.67105067, 2.26550497,
  ];
  const drawn = new CudaGenerator(0).randn(12);
  published.forEach((value, i) => {
    expect(drawn[i]).toBeCloseTo(value, 5);
  });
});

interface CudaGoldens {
  readonly cases: (GoldenCase & {
    readonly scheduler: { readonly config?: Record<string, unknown> };
    readonly denoised?: RecordedArray;
  })[];
  readonly noise: { seed: number; counts: number[]; values: RecordedArray[] }[];
}

const { recorded, floats, picture, requestOf } = openGoldens<CudaGoldens>('cuda');

it.each(recorded.noise)(
  'draws what the second implementation draws for seed $seed',
  ({ seed, counts, values }) => {
    const generator = new CudaGenerator(seed);
    counts.forEach((count, i) => {
      const wanted = values[i];
      if (wanted === undefined) throw new Error('nothing was recorded');
      expect(deviation(generator.randn(count), floats(wanted))).toBeLessThan(1e-6);
    });
  },
);

it.each(
  recorded.cases.map((golden) => {
    const { strength = 'none', seed } = golden.request;
    const name = golden.scheduler.config?._class_name ?? 'its own scheduler';
    return [`${golden.model} with ${name}, seed ${seed}, strength ${strength}`, golden] as const;
  }),
)('makes the image of that noise: %s', async (_, golden) => {
  const { config } = golden.scheduler;
  const folder = config && (await withScheduler(golden.model, config));
  const model = await loadModel(folder ?? join(GOLDENS, golden.model), { threads: 1, rng: 'cuda' });
  const preview = { kind: 'latent-rgb', of: 'denoised' } as const;
  const wanted = floats(golden.latents);
  const expected = golden.denoised && floats(golden.denoised);
  const size = wanted.length / (golden.latents.dims[0] ?? 1);
  let steps = 0;
  for await (const event of model.generate(requestOf(golden), { preview })) {
    if (event.type === 'step') {
      const at = (all: Float32Array) => all.subarray(steps * size, (steps + 1) * size);
      expect(deviation(event.latents.data, at(wanted)), `after step ${event.step}`).toBeLessThan(1e-4);
      if (expected) expect(deviation(event.denoised?.data ?? [], at(expected))).toBeLessThan(1e-4);
      steps++;
    }
    if (event.type === 'final') {
      const off = picture(golden.final).data.map((value, i) => Math.abs(value - (event.image.data[i] ?? 0)));
      expect(Math.max(...off)).toBeLessThanOrEqual(1);
    }
  }
  expect(steps).toBe(golden.latents.dims[0]);
  await model.dispose();
  if (folder) await rm(folder, { recursive: true });
});

it('continues with other values, is normally distributed, and uses the upper half of a seed', () => {
  const generator = new CudaGenerator(7);
  const first = generator.randn(280_000); // more than all threads draw at once
  const second = generator.randn(8);
  expect(first.subarray(0, 8)).not.toEqual(second);
  const mean = first.reduce((sum, x) => sum + x, 0) / first.length;
  const variance = first.reduce((sum, x) => sum + x * x, 0) / first.length;
  expect(Math.abs(mean)).toBeLessThan(0.01);
  expect(Math.abs(variance - 1)).toBeLessThan(0.02);
  expect(new Set(first).size).toBeGreaterThan(270_000);
  expect(new CudaGenerator(2 ** 32 + 7).randn(4)).not.toEqual(new CudaGenerator(7).randn(4));
});

it('seeds a picture, and resumes from its checkpoint to the same one', async () => {
  const request = { prompt: 'a boat', seed: 3, steps: 3, guidance: 1, width: 32, height: 32 };
  const options = { threads: 1, rng: 'cuda', scheduler: 'EulerAncestralDiscreteScheduler' } as const;
  const model = await loadModel(join(GOLDENS, 'sdxl'), options);
  const run = async (from?: Extract<GenerationEvent, { type: 'step' }>) => {
    const events: GenerationEvent[] = [];
    for await (const event of model.generate(request, from && { from })) events.push(event);
    return events;
  };
  const whole = await run();
  const second = whole.find((event) => event.type === 'step' && event.step === 2);
  if (second?.type !== 'step') throw new Error('no second step');
  const last = whole.at(-1);
  const resumed = (await run(second)).at(-1);
  await model.dispose();
  expect(last?.type === 'final' && last.image).toEqual(resumed?.type === 'final' && resumed.image);
});
