/**
 * Stable Diffusion, SDXL, FLUX and Stable Diffusion 3 with every scheduler against diffusers on torch: the latents after every step and
 * the final pixels, text-to-image and image-to-image, with and without guidance and negative prompts. And for each of them,
 * resuming from every step gives the same bits.
 *
 * Tolerances as in parity.test.ts: 1e-4 of the largest latent, one level of 255 per pixel.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type DiffusionModel,
  denoisingIterations,
  type GenerateOptions,
  type GenerationEvent,
  type GenerationRequest,
  loadModel,
} from '../../diffusion/index.js';
import { inspectDirectory } from '../../diffusion/model-directory/inspect-directory.js';
import { PREVIEW_SUBJECTS } from '../../domain/preview-style.js';
import { deviation, GOLDENS, type GoldenCase, openGoldens } from './goldens.js';
import { withScheduler } from './model-folder.js';

const LATENT_TOLERANCE = 1e-4;
const PIXEL_TOLERANCE = 1;

interface FamilyCase extends GoldenCase {
  /** A scheduler configuration, a class to override with, or the model's own. */
  readonly scheduler: { readonly config?: Record<string, unknown>; readonly override?: string };
}

interface FamilyGoldens {
  readonly cases: FamilyCase[];
}

/** Title of a case. */
function titleOf({ scheduler, request }: FamilyCase): string {
  const { config, override } = scheduler;
  const { _class_name: name, beta_start, beta_end, beta_schedule, ...settings } = config ?? {};
  const own = override === undefined ? 'its own scheduler' : `${override} instead of its own scheduler`;
  const { steps, guidance, strength } = request;
  const chosen = config === undefined ? own : `${name} ${JSON.stringify(settings)}`;
  return `${chosen}: ${steps} steps at guidance ${guidance}${strength === undefined ? '' : `, strength ${strength}`}`;
}

async function run(model: DiffusionModel, request: GenerationRequest, options?: GenerateOptions) {
  const events: GenerationEvent[] = [];
  for await (const event of model.generate(request, options)) events.push(event);
  const last = events.at(-1);
  if (last?.type !== 'final') throw new Error('the last event is not the final image');
  return { steps: events.filter((event) => event.type === 'step'), image: last.image };
}

type Result = Awaited<ReturnType<typeof run>>;

const bytesOf = (steps: Result['steps']) =>
  Buffer.concat(steps.map(({ latents }) => Buffer.from(latents.data.buffer)));

/** The pictures that the model expected. */
const expectedOf = (steps: Result['steps']) =>
  Buffer.concat(steps.map(({ denoised }) => Buffer.from((denoised?.data ?? new Float32Array(0)).buffer)));

describe.each(['sd', 'sdxl', 'flux', 'solver-images'])('%s', (name) => {
  const { recorded, floats, picture, requestOf } = openGoldens<FamilyGoldens>(name);

  describe.each(recorded.cases.map((golden) => [titleOf(golden), golden] as const))('%s', (_, golden) => {
    const request = requestOf(golden);
    let folder: string | undefined;
    let model: DiffusionModel;
    let whole: Result;

    beforeAll(async () => {
      const { config, override } = golden.scheduler;
      folder = config === undefined ? undefined : await withScheduler(golden.model, config);
      const options = { threads: 1, ...(override !== undefined && { scheduler: override }) };
      model = await loadModel(folder ?? join(GOLDENS, golden.model), options);
      whole = await run(model, request, { preview: { kind: 'latent-rgb', of: 'denoised' } });
    });

    afterAll(async () => {
      await model.dispose();
      if (folder !== undefined) await rm(folder, { recursive: true });
    });

    it('has the latents and the image of diffusers', () => {
      const expected = floats(golden.latents);
      const count = golden.latents.dims[0] ?? 0;
      const size = expected.length / count;
      expect(whole.steps.map(({ step }) => step)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
      expect(model.iterations(request)).toBe(count);
      for (const { step, latents } of whole.steps) {
        const wanted = expected.subarray((step - 1) * size, step * size);
        expect(deviation(latents.data, wanted), `after step ${step}`).toBeLessThan(LATENT_TOLERANCE);
      }
      const wanted = picture(golden.final);
      expect([whole.image.width, whole.image.height]).toEqual([wanted.width, wanted.height]);
      expect(furthestPixel(wanted.data, whole.image.data)).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    });

    it('evaluates as often as a plan counts without the model', async () => {
      const { steps, strength } = request;
      const directory = folder ?? join(GOLDENS, golden.model);
      const { family, scheduler } = await inspectDirectory(directory, {
        scheduler: golden.scheduler.override,
      });
      if (family === undefined) throw new Error('no family');
      expect(denoisingIterations(family, steps, strength, scheduler)).toBe(golden.latents.dims[0]);
    });

    it('resumes from the checkpoint of any step to the same bits', async () => {
      for (const from of whole.steps) {
        const rest = await run(model, request, { from, preview: { kind: 'latent-rgb', of: 'denoised' } });
        const wanted = bytesOf(whole.steps.slice(from.step));
        expect(expectedOf(rest.steps).equals(expectedOf(whole.steps.slice(from.step)))).toBe(true);
        expect(bytesOf(rest.steps).equals(wanted), `from step ${from.step}`).toBe(true);
        expect(Buffer.from(rest.image.data).equals(whole.image.data), `from step ${from.step}`).toBe(true);
      }
    });
  });

  const ownScheduler = recorded.cases
    .filter(({ scheduler }) => Object.keys(scheduler).length === 0)
    .slice(0, 1);

  it.each(ownScheduler)('gives the same image with previews of any kind as without', async (golden) => {
    const model = await loadModel(join(GOLDENS, golden.model), { threads: 1 });
    const plain = await run(model, requestOf(golden));
    for (const kind of ['latent-rgb', 'vae'] as const) {
      for (const of of PREVIEW_SUBJECTS) {
        const shown = await run(model, requestOf(golden), { preview: { kind, of } });
        expect(bytesOf(shown.steps).equals(bytesOf(plain.steps))).toBe(true);
        expect(Buffer.from(shown.image.data).equals(plain.image.data)).toBe(true);
      }
    }
    await model.dispose();
  });
});

function furthestPixel(wanted: Uint8Array, actual: Uint8Array): number {
  return wanted.reduce((max, value, i) => Math.max(max, Math.abs(value - (actual[i] ?? 0))), 0);
}
