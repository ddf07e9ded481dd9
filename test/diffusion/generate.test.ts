/**
 * The contract of the generator: the order of events, resuming, previews that do not affect the image, stopping between steps,
 * and refusals with messages.
 */
import { cp, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type DiffusionModel,
  type GenerateOptions,
  type GenerationEvent,
  type GenerationRequest,
  latentsToRgb,
  loadModel,
  NonFiniteLatentsError,
  RequestError,
} from '../../diffusion/index.js';
import { GOLDENS } from './goldens.js';

const TEXT_TO_IMAGE: GenerationRequest = {
  prompt: 'a lighthouse at dusk',
  negativePrompt: 'snow',
  seed: 11,
  steps: 5,
  guidance: 4,
  width: 48,
  height: 32,
  maxSequenceLength: 8,
};
const GREY = { data: new Uint8Array(40 * 30 * 3).fill(128), width: 40, height: 30 };

let model: DiffusionModel;

beforeAll(async () => {
  model = await loadModel(join(GOLDENS, 'sd3'), { threads: 1 });
});

afterAll(async () => {
  await model.dispose();
});

async function run(request: GenerationRequest, options?: GenerateOptions): Promise<GenerationEvent[]> {
  const events: GenerationEvent[] = [];
  for await (const event of model.generate(request, options)) events.push(event);
  return events;
}

function steps(events: readonly GenerationEvent[]) {
  return events.filter((event) => event.type === 'step');
}

function final(events: readonly GenerationEvent[]): Buffer {
  const last = events.at(-1);
  if (last?.type !== 'final') throw new Error('no final image');
  return Buffer.from(last.image.data);
}

describe.each([
  ['text-to-image', TEXT_TO_IMAGE],
  ['image-to-image', { ...TEXT_TO_IMAGE, image: GREY, strength: 0.7 }],
])('%s', (_, request) => {
  it('yields the prompt, each step with its number and time, then the image', async () => {
    const events = await run(request);
    const count = model.iterations(request);
    expect(events.map(({ type }) => type)).toEqual(['prompt', ...new Array(count).fill('step'), 'final']);
    expect(steps(events).map(({ step, of }) => [step, of])).toEqual(
      Array.from({ length: count }, (_, i) => [i + 1, count]),
    );
    expect(events.every((event) => event.type === 'prompt' || event.durationMs > 0)).toBe(true);
  });

  it('resumes from the checkpoint of any step to the same bits', async () => {
    const whole = await run(request);
    for (const { step, latents } of steps(whole)) {
      const rest = await run(request, { from: { step, latents } });
      expect(steps(rest).map((event) => event.step)).toEqual(
        steps(whole)
          .slice(step)
          .map((event) => event.step),
      );
      for (const [i, event] of steps(rest).entries()) {
        expect(event.latents.data).toEqual(steps(whole)[step + i]?.latents.data);
      }
      expect(final(rest).equals(final(whole))).toBe(true);
    }
  });

  it('gives the same image with decoded previews as without', async () => {
    const plain = await run(request);
    const shown = await run(request, { preview: { kind: 'vae', of: 'latents' } });
    expect(final(shown).equals(final(plain))).toBe(true);
    expect(steps(shown).map(({ preview }) => [preview?.width, preview?.height])).toEqual(
      steps(plain).map(() => [request.width, request.height]),
    );
    expect(Buffer.from(steps(shown).at(-1)?.preview?.data ?? []).equals(final(shown))).toBe(true);
    expect(steps(plain).every((event) => event.preview === undefined)).toBe(true);
  });
});

it('returns at strength 0 the picture encoded and decoded by the VAE, without a step', async () => {
  const request = { ...TEXT_TO_IMAGE, image: GREY, strength: 0 };
  expect(model.iterations(request)).toBe(0);
  expect((await run(request)).map(({ type }) => type)).toEqual(['prompt', 'final']);
});

it('generates the variants of a cue as if each were alone, and encodes a changed prompt anew', async () => {
  const variant = { ...TEXT_TO_IMAGE, seed: 12 };
  const others = [
    { prompt: 'a crowd' },
    { negativePrompt: 'rain' },
    { guidance: 2 },
    { maxSequenceLength: 9 },
  ];
  await run(TEXT_TO_IMAGE);
  const second = final(await run(variant));
  const alone = await loadModel(join(GOLDENS, 'sd3'), { threads: 1 });
  const images = [second];
  for (const other of others) {
    const wanted: GenerationEvent[] = [];
    for await (const event of alone.generate({ ...variant, ...other })) wanted.push(event);
    expect(final(await run({ ...variant, ...other })).equals(final(wanted))).toBe(true);
    images.push(final(wanted));
  }
  await alone.dispose();
  expect(new Set(images.map((image) => image.toString('hex'))).size).toBe(images.length);
});

it('is not affected by a consumer that changes the latents it was given', async () => {
  const untouched = final(await run(TEXT_TO_IMAGE));
  const events: GenerationEvent[] = [];
  for await (const event of model.generate(TEXT_TO_IMAGE)) {
    if (event.type === 'step') event.latents.data.fill(Number.NaN);
    events.push(event);
  }
  expect(final(events).equals(untouched)).toBe(true);
});

it('stops between two steps, and lets other work of the process run after each', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const generation = model.generate({ ...TEXT_TO_IMAGE, steps: 50 });
  let seen = 0;
  for await (const event of generation) {
    if (event.type === 'step') seen = event.step;
    if (turns >= 2) break; // like a message to cancel, which arrives in a turn of the event loop
  }
  clearInterval(timer);
  expect(seen).toBeLessThan(50);
  expect(await generation.next()).toEqual({ value: undefined, done: true });
  expect(final(await run(TEXT_TO_IMAGE))).toHaveLength(48 * 32 * 3);
});

it('reports which tokenizer cut which prompt, and the cut words', async () => {
  const [event] = await run({ ...TEXT_TO_IMAGE, prompt: `${'sea '.repeat(45)}灯台`, steps: 1 });
  if (event?.type !== 'prompt') throw new Error('the first event is not about the prompt');
  expect(event.truncated).toHaveLength(2);
  expect(event.truncated[0]).toMatch(/^tokenizer cut the prompt at 77 tokens: ".*灯 台"$/);
  expect(event.truncated[1]).toMatch(/^tokenizer_2 cut the prompt at 77 tokens/);
});

it('reports a cut prompt in a short message, also for very long prompts', async () => {
  const [event] = await run({ ...TEXT_TO_IMAGE, prompt: '海'.repeat(10_000), steps: 1 });
  if (event?.type !== 'prompt') throw new Error('the first event is not about the prompt');
  expect(event.truncated[0]).toMatch(/海 …"$|海…"$/);
  expect(event.truncated.every((text) => text.length < 300)).toBe(true);
});

it('can be disposed twice, and throws an error that says so instead of generating', async () => {
  const other = await loadModel(join(GOLDENS, 'sd3'), { threads: 1 });
  await other.dispose();
  await other.dispose();
  await expect(other.generate(TEXT_TO_IMAGE).next()).rejects.toThrow('was disposed');
});

it('draws a preview of one pixel per latent with the SD3 factors', async () => {
  const [step] = steps(await run(TEXT_TO_IMAGE));
  if (step === undefined) throw new Error('no step');
  expect(model.info.previewFactors.source).toBe('sd3');
  const preview = latentsToRgb(step.latents, model.info.previewFactors);
  expect([preview.width, preview.height]).toEqual([6, 4]);
});

describe('a request that cannot be fulfilled', () => {
  it('is refused with all problems at once', () => {
    const bad = {
      ...TEXT_TO_IMAGE,
      seed: -1,
      steps: 0,
      guidance: Number.NaN,
      width: 50,
      height: 4096,
      strength: 2,
    };
    const problems = thrown(() => model.check({ ...bad, maxSequenceLength: 513 })).problems.join('\n');
    expect(problems).toContain('seed is -1');
    expect(problems).toContain('steps is 0');
    expect(problems).toContain('guidance is NaN');
    expect(problems).toContain('width is 50, expected a multiple of 16 up to 128');
    expect(problems).toContain('height is 4096');
    expect(problems).toContain('strength is 2');
    expect(problems).toContain('strength is given without an image');
    expect(problems).toContain('maxSequenceLength is 513');
  });

  it('is refused by generate, too, before anything is computed', async () => {
    await expect(run({ ...TEXT_TO_IMAGE, steps: 1.5 })).rejects.toThrow(RequestError);
  });

  it.each([
    ['an image without strength', { image: GREY }, 'an image is given without strength'],
    ['an image of too few bytes', { image: { ...GREY, width: 41 }, strength: 0.5 }, 'the image is 41×30'],
  ])('%s', (_, extra, message) => {
    expect(thrown(() => model.check({ ...TEXT_TO_IMAGE, ...extra })).message).toContain(message);
  });

  it('is refused if the checkpoint belongs to another request', async () => {
    const latents = { data: new Float32Array(16), channels: 16, height: 1, width: 1 };
    const other = run(TEXT_TO_IMAGE, { from: { step: 6, latents } });
    await expect(other).rejects.toThrow(
      /step 6, expected one of 1…5.*16×1×1 with 16 values, expected 16×4×6/,
    );
  });
});

describe('latents that are not finite', () => {
  it('stop the generation, naming the step', async () => {
    const [, second] = steps(await run(TEXT_TO_IMAGE));
    if (second === undefined) throw new Error('no second step');
    const explosive = { ...TEXT_TO_IMAGE, guidance: 1e300 }; // Infinity in float32
    const error = await run(explosive, { from: second }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NonFiniteLatentsError);
    expect(error).toMatchObject({ step: 3 });
  });

  it('are never decoded to a black image if only the decoder fails', async () => {
    const data = new Float32Array(16 * 4 * 6).fill(3e38);
    const from = { step: 5, latents: { data, channels: 16, height: 4, width: 6 } };
    await expect(run(TEXT_TO_IMAGE, { from })).rejects.toThrow('decoded pixels are not finite after step 5');
  });
});

it('the digest of a model depends on the contents of its directory, not on its path', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'digest-'));
  try {
    await cp(join(GOLDENS, 'sd3'), join(folder, 'moved'), { recursive: true });
    const moved = await loadModel(join(folder, 'moved'), { threads: 1 });
    await moved.dispose();
    expect(moved.info.digest).toBe(model.info.digest);
    expect(moved.info.digest).toMatch(/^[0-9a-f]{64}$/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('the digest of a model changes with the content of a file, also if size and date stay the same', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'digest-'));
  try {
    await cp(join(GOLDENS, 'sd3'), folder, { recursive: true });
    const notes = join(folder, 'notes.txt');
    const digestWith = async (text: string) => {
      await writeFile(notes, text);
      await utimes(notes, 1, 1);
      const { info, dispose } = await loadModel(folder, { threads: 1 });
      await dispose();
      return info.digest;
    };
    const first = await digestWith('one');
    expect(await digestWith('two')).not.toBe(first);
    expect(await digestWith('one')).toBe(first);
  } finally {
    await rm(folder, { recursive: true });
  }
});

function thrown(task: () => void): RequestError {
  try {
    task();
  } catch (error) {
    if (error instanceof RequestError) return error;
  }
  throw new Error('no RequestError was thrown');
}
