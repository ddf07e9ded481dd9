/**
 * LoRAs merged into ONNX files, against diffusers, which fuses them into torch's weights and paints: latents after every step, and
 * the image. Tolerances as in families.test.ts, but for float16 weights: with them, constants of the graph are float16, too, which
 * alone makes 4e-4 without any LoRA.
 */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GenerationEvent, loadModel } from '../../diffusion/index.js';
import { mergeModel } from '../../diffusion/lora/merging/merge-model.js';
import { type Lora, planMerge } from '../../diffusion/lora/plan-merge.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { deviation, GOLDENS, type GoldenCase, openGoldens } from './goldens.js';

const LATENT_TOLERANCE = { sdxl: 1e-4, flux: 1e-4, 'sd-half': 1e-3 };
const PIXEL_TOLERANCE = 1;

interface LoraCase extends GoldenCase {
  readonly model: keyof typeof LATENT_TOLERANCE;
  readonly loras: { readonly file: string; readonly scale: number }[];
}

const { recorded, floats, picture, requestOf } = openGoldens<{ cases: LoraCase[] }>('loras');
const LORAS = join(GOLDENS, 'loras');

const named = ({ loras }: LoraCase): Lora[] =>
  loras.map(({ file, scale }) => ({ path: join(LORAS, `${file}.safetensors`), scale }));

const titleOf = ({ model, loras }: LoraCase): string =>
  `${model} with ${loras.map(({ file, scale }) => `${file} at ${scale}`).join(', ') || 'none'}`;

async function merged(model: string, loras: readonly Lora[]): Promise<string> {
  const target = join(await temporaryFolder(), 'model');
  await mkdir(target);
  await mergeModel(await planMerge(join(LORAS, model), loras), target, 1);
  return target;
}

async function paint(directory: string, golden: LoraCase) {
  const model = await loadModel(directory, { threads: 1 });
  const events: GenerationEvent[] = [];
  for await (const event of model.generate(requestOf(golden))) events.push(event);
  await model.dispose();
  const last = events.at(-1);
  if (last?.type !== 'final') throw new Error('the last event is not the final image');
  return { steps: events.filter((event) => event.type === 'step'), image: last.image };
}

describe('LoRAs', () => {
  it.each(recorded.cases.map((golden) => [titleOf(golden), golden] as const))(
    'give the latents and the image of diffusers: %s',
    async (_, golden) => {
      const { steps, image } = await paint(await merged(golden.model, named(golden)), golden);
      const expected = floats(golden.latents);
      const size = expected.length / steps.length;
      for (const { step, latents } of steps) {
        const wanted = expected.subarray((step - 1) * size, step * size);
        expect(deviation(latents.data, wanted), `after step ${step}`).toBeLessThan(
          LATENT_TOLERANCE[golden.model],
        );
      }
      const { data } = picture(golden.final);
      const differences = data.map((value, index) => Math.abs(value - (image.data[index] ?? 0)));
      expect(Math.max(...differences)).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    },
  );

  it('change the image: each LoRA and scale', () => {
    const images = recorded.cases.map((golden) => Buffer.from(picture(golden.final).data).toString('base64'));
    // One is recorded twice: in the names of two formats.
    expect(new Set(images).size).toBe(images.length - 1);
  });

  it('do not copy parts without changes', async () => {
    const target = await merged('sdxl', [{ path: join(LORAS, 'sdxl-original.safetensors'), scale: 1 }]);
    const isBase = async (file: string) =>
      (await stat(join(target, file))).ino === (await stat(join(LORAS, 'sdxl', file))).ino;
    expect(await isBase('text_encoder/model.onnx_data')).toBe(true);
    expect(await isBase('vae_decoder/model.onnx')).toBe(true);
    expect(await isBase('unet/model.onnx_data')).toBe(false);
    expect(await isBase('unet/model.onnx')).toBe(false);
  });
});
