/**
 * Previews of a step: the picture that the model expects (x_0), against the schedulers of diffusers, and pixels of the tiny
 * decoder, against diffusers' AutoencoderTiny. And none of them affects the final image.
 *
 * Tolerances: 1e-5 of the largest value (float32's last bits), one level of 255 per pixel.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type GenerationEvent, inspectModel, loadModel } from '../../diffusion/index.js';
import { Problems } from '../../diffusion/model-directory/problems.js';
import { readScheduler } from '../../diffusion/schedulers/read-scheduler.js';
import { PREVIEW_KINDS, PREVIEW_SUBJECTS, type PreviewStyle } from '../../domain/preview-style.js';
import { deviation, GOLDENS, type GoldenCase, openGoldens, type RecordedArray } from './goldens.js';
import { withScheduler, withTaesd } from './model-folder.js';

const TOLERANCE = 1e-5;
/** Transformer tokens of the picture, for shifts that depend on the size. */
const IMAGE_TOKENS = 1024;

interface PreviewGoldens {
  readonly denoised: {
    config: Record<string, unknown>;
    steps: number;
    timesteps: number[];
    latents: RecordedArray;
    outputs: RecordedArray;
    denoised: RecordedArray;
  }[];
  readonly taesd: { family: string; case: number; pixels: RecordedArray };
}

const { recorded, floats, picture } = openGoldens<PreviewGoldens>('previews');
const sd = openGoldens<{ cases: GoldenCase[] }>('sd');

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

async function lend(folder: Promise<string>): Promise<string> {
  folders.push(await folder);
  return folder;
}

describe('the picture that the model expects', () => {
  it.each(recorded.denoised.map((golden) => [JSON.stringify(golden.config), golden] as const))(
    'is what diffusers predicts at every step: %s',
    async (_, golden) => {
      const flow = String(golden.config._class_name).startsWith('FlowMatch');
      const folder = await lend(withScheduler('sdxl', golden.config));
      const problems = new Problems();
      const scheduler = await readScheduler(folder, flow ? 'sd3' : 'sdxl', undefined, problems);
      const schedule = scheduler?.schedule(golden.steps, IMAGE_TOKENS);
      if (schedule === undefined) throw new Error(problems.found.join());
      expect(deviation(schedule.timesteps, golden.timesteps)).toBeLessThan(TOLERANCE);

      const [latents, outputs, wanted] = [golden.latents, golden.outputs, golden.denoised].map(floats);
      if (!latents || !outputs || !wanted) throw new Error('nothing was recorded');
      const size = wanted.length / golden.timesteps.length;
      for (let index = 0; index < golden.timesteps.length; index++) {
        const at = (all: Float32Array) => all.slice(index * size, (index + 1) * size);
        const actual = schedule.denoised({ index, latents: at(latents), output: at(outputs) });
        expect(deviation(actual, at(wanted)), `step ${index + 1}`).toBeLessThan(TOLERANCE);
      }
    },
  );

  it('is the final picture after the last step, if that leaves no noise', async () => {
    const model = await loadModel(join(GOLDENS, 'flux-schnell'), { threads: 1 });
    const request = {
      prompt: 'a boat',
      seed: 1,
      steps: 3,
      guidance: 0,
      width: 32,
      height: 48,
      maxSequenceLength: 8,
    };
    for await (const event of model.generate(request, { preview: { kind: 'latent-rgb', of: 'denoised' } })) {
      if (event.type !== 'step') continue;
      const off = deviation(event.denoised?.data ?? [], event.latents.data);
      if (event.step === 3) expect(off).toBeLessThan(TOLERANCE);
      else expect(off).toBeGreaterThan(0.01);
    }
    await model.dispose();
  });
});

const STYLES: PreviewStyle[] = PREVIEW_KINDS.flatMap((kind) => PREVIEW_SUBJECTS.map((of) => ({ kind, of })));

describe('a tiny decoder beside the VAE', () => {
  const golden = sd.recorded.cases[recorded.taesd.case];
  if (golden === undefined) throw new Error('the case was not recorded');
  const request = sd.requestOf(golden);

  async function run(folder: string, preview?: PreviewStyle) {
    const model = await loadModel(folder, { threads: 1 });
    const events: GenerationEvent[] = [];
    for await (const event of model.generate(request, preview && { preview })) events.push(event);
    await model.dispose();
    const last = events.at(-1);
    if (last?.type !== 'final') throw new Error('no final image');
    return { steps: events.filter((event) => event.type === 'step'), final: Buffer.from(last.image.data) };
  }

  it("decodes the latents of every step to diffusers' pixels", async () => {
    const { pixels } = recorded.taesd;
    const [count = 0, height = 0, width = 0] = pixels.dims;
    const { steps } = await run(await lend(withTaesd('sd')), { kind: 'taesd', of: 'latents' });
    expect(steps).toHaveLength(count);
    for (const { step, preview } of steps) {
      const at = pixels.at + (step - 1) * width * height * 3;
      const wanted = picture({ at, dims: [height, width], type: 'u1' });
      expect([preview?.width, preview?.height]).toEqual([width, height]);
      const off = wanted.data.map((value, i) => Math.abs(value - (preview?.data[i] ?? 0)));
      expect(Math.max(...off), `step ${step}`).toBeLessThanOrEqual(1);
    }
  });

  it('does not affect the final image, and neither does any other kind of preview', async () => {
    const folder = await lend(withTaesd('sd'));
    const plain = await run(folder);
    const pictures = new Set<string>();
    for (const style of STYLES) {
      const shown = await run(folder, style);
      expect(shown.final.equals(plain.final), JSON.stringify(style)).toBe(true);
      for (const { preview } of shown.steps) {
        expect(preview !== undefined, JSON.stringify(style)).toBe(style.kind !== 'latent-rgb');
        if (preview) pictures.add(Buffer.from(preview.data).toString('base64'));
      }
      expect(
        shown.steps.every(({ denoised }) => (denoised !== undefined) === (style.of === 'denoised')),
      ).toBe(true);
    }
    // VAE and tiny decoder, for latents and for the expected picture: four different pictures for each step.
    expect(pictures.size).toBe(4 * plain.steps.length);
  });

  it('cannot be used if the directory has none', async () => {
    const model = await loadModel(join(GOLDENS, 'sd'), { threads: 1 });
    expect(() => model.check(request, { kind: 'taesd', of: 'latents' })).toThrow(
      'the model has no taesd_decoder',
    );
    await model.dispose();
  });

  it('is listed by inspect', async () => {
    const report = await inspectModel(await lend(withTaesd('sd')), { threads: 1 });
    expect(report.problems).toEqual([]);
    expect(report.info?.taesd).toBe(true);
    expect(report.parts.map(({ part }) => part)).toContain('taesd_decoder');
  });

  it('is refused if it is for other latents, of another class, or cut short', async () => {
    const foreign = await lend(withTaesd('flux-schnell'));
    expect((await inspectModel(foreign)).problems).toEqual([
      'taesd_decoder is for 4 latent channels of 8 pixels, the VAE has 16 of 8',
      'taesd_decoder/model.onnx: input "latent_sample" is [?, 4, ?, ?], expected [?, 16, ?, ?]',
    ]);

    const folder = await lend(withTaesd('sd'));
    const [config, weights] = ['config.json', 'model.onnx'].map((file) =>
      join(folder, 'taesd_decoder', file),
    );
    if (!config || !weights) throw new Error('no files');
    await writeFile(config, (await readFile(config, 'utf8')).replace('AutoencoderTiny', 'AutoencoderKL'));
    await writeFile(weights, (await readFile(weights)).subarray(0, 2000));
    const { problems } = await inspectModel(folder);
    expect(problems.join('\n')).toContain('"_class_name" is AutoencoderKL, expected AutoencoderTiny');
    expect(problems.join('\n')).toContain('taesd_decoder/model.onnx cannot be opened');
  });
});
