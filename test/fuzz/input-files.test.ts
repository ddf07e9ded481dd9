/**
 * Randomly mutated input files: of people, models and stores. Each is used or refused with a message; none causes an internal error,
 * and none takes long. `FUZZ_ROUNDS` sets the number of rounds (200 in `npm test`), `FUZZ_SEED` the first seed.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { timingProblems } from '../../client/audit/check-timing.js';
import { loadShow } from '../../client/load/load-show.js';
import { ModelError } from '../../diffusion/errors.js';
import { planMerge } from '../../diffusion/lora/plan-merge.js';
import { readLora } from '../../diffusion/lora/read-lora.js';
import { inspectDirectory } from '../../diffusion/model-directory/inspect-directory.js';
import { openPromptReader } from '../../diffusion/text/prompt-cuts.js';
import { loadTokenizer } from '../../diffusion/text/tokenizer.js';
import { takeInventory } from '../../domain/inventory.js';
import { InvalidInputError } from '../../domain/problems.js';
import { withText } from '../../engine/files/png-text.js';
import { UnfitFileError } from '../../files/read-regular-file.js';
import { readBundleFacts } from '../../gallery/bundle-facts.js';
import { parseParameters } from '../../gallery/parameters.js';
import { readPngTexts } from '../../gallery/png-text.js';
import { timelineOf } from '../../replay/timeline.js';
import { emptyContent, lineOf, readable } from '../../storage/spool/journal-lines.js';
import { GOLDENS } from '../diffusion/goldens.js';
import { type Random, seededRandom } from '../support/seeded-random.mjs';
import { cues, show, writeShow } from '../support/show-folder.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { tensorFile } from '../support/tensor-file.js';
import { mutated, torn } from './mutate.js';

const ROUNDS = Number(process.env.FUZZ_ROUNDS ?? 200);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
/** Bounds for runaway work: each file normally takes milliseconds, and the process needs 200 MB without them. */
const LIMIT_MS = 10_000;
const MAX_RESIDENT_BYTES = 1_500_000_000;

/** Runs rounds, each with a seed of its own; a failure names the seed. */
async function rounds(count: number, round: (random: Random) => unknown): Promise<void> {
  for (let seed = SEED; seed < SEED + count; seed++) {
    const began = performance.now();
    try {
      await round(seededRandom(seed));
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.stack : cause}`, { cause });
    }
    expect(performance.now() - began, `seed ${seed}`).toBeLessThan(LIMIT_MS);
    expect(process.memoryUsage.rss(), `seed ${seed}`).toBeLessThan(MAX_RESIDENT_BYTES);
  }
}

/** Passes if the file is used, or refused by one of these errors; any other error is a fault of the program. */
async function usedOrRefused(use: () => Promise<unknown>, ...refusals: (new (...args: never[]) => Error)[]) {
  try {
    await use();
  } catch (error) {
    if (!refusals.some((refusal) => error instanceof refusal)) throw error;
    expect(String(error).split('\n').length).toBeLessThan(200);
  }
}

const INDEX = {
  _class_name: 'StableDiffusion3Pipeline',
  scheduler: ['diffusers', 'FlowMatchEulerDiscreteScheduler'],
  text_encoder: ['transformers', 'CLIPTextModelWithProjection'],
  tokenizer: ['transformers', 'CLIPTokenizer'],
  vae: ['diffusers', 'AutoencoderKL'],
};
const SCHEDULER = { _class_name: 'FlowMatchEulerDiscreteScheduler', num_train_timesteps: 1000, shift: 3 };
const TIMING = { stepDurations: { 1: 180, 2: 60, 3: 90, final: 130 } };

describe('randomly mutated input', () => {
  it('is used or refused: show files, cue sheets and model indexes', { timeout: 600_000 }, () =>
    rounds(ROUNDS, async (random) => {
      const folder = await writeShow({
        show: mutated(show, random),
        cues: mutated(cues, random),
        files: { 'model/model_index.json': JSON.stringify(mutated(INDEX, random)) },
      });
      await usedOrRefused(() => loadShow(join(folder, 'show.yaml'), {}), InvalidInputError);
    }),
  );

  it('is used or refused: damaged text in place of these files', { timeout: 600_000 }, () =>
    rounds(ROUNDS, async (random) => {
      const folder = await writeShow();
      const long = { ...cues[1], prompt: 'a boat \\ "on" the sea '.repeat(40) };
      const yaml =
        random() < 0.5
          ? stringify(show)
          : `${stringify(show)}more: &a {<<: *a, x: [&b y, *b]}\n? [k]\n: |\n v\n`;
      for (const [name, content] of [
        ['show.yaml', yaml],
        ['cues.json', JSON.stringify([...cues, long])],
      ] as const)
        await writeFile(join(folder, name), torn(Buffer.from(content), random));
      await usedOrRefused(() => loadShow(join(folder, 'show.yaml'), {}), InvalidInputError);
    }),
  );

  it('is used or refused: model directories and tokenizers', { timeout: 600_000 }, () =>
    rounds(ROUNDS, async (random) => {
      const folder = await temporaryFolder();
      const write = async (path: string, value: unknown) => {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(
          join(folder, path),
          torn(Buffer.from(JSON.stringify(value) ?? ''), () => random() + 0.3),
        );
      };
      await write('model_index.json', mutated(INDEX, random));
      await write('scheduler/scheduler_config.json', mutated(SCHEDULER, random));
      await write(
        'tokenizer/vocab.json',
        mutated({ '<|startoftext|>': 0, '<|endoftext|>': 1, a: 2 }, random),
      );
      await write('tokenizer/tokenizer_config.json', mutated({ model_max_length: 77 }, random));
      await writeFile(join(folder, 'tokenizer/merges.txt'), '#version: 0.2\na b\n');
      await usedOrRefused(() => inspectDirectory(folder), ModelError);
      await cutsOf(folder).catch((error: unknown) => {
        expect(error).toMatchObject({ message: expect.stringMatching(/\w/) });
      });
      await loadTokenizer(join(folder, 'tokenizer'), 'CLIPTokenizer').catch((error: unknown) => {
        expect(error).toMatchObject({ message: expect.stringMatching(/\w/) });
      });
    }),
  );

  it('is used or refused: LoRAs', { timeout: 600_000 }, async () => {
    const path = join(await temporaryFolder(), 'painter.safetensors');
    const model = join(GOLDENS, 'loras', 'sdxl');
    const whole = await readFile(join(GOLDENS, 'loras', 'sdxl-kohya.safetensors'));
    const headerEnd = 8 + Number(whole.readBigUInt64LE());
    const header: unknown = JSON.parse(whole.toString('utf8', 8, headerEnd));
    await rounds(ROUNDS, async (random) => {
      const changed = tensorFile(
        JSON.stringify(mutated(header, random, 0.002)) ?? '',
        whole.subarray(headerEnd),
      );
      // Mostly the header, whose bytes mean the most.
      const text = torn(changed.subarray(0, headerEnd), random);
      await writeFile(path, random() < 0.5 ? changed : Buffer.concat([text, changed.subarray(headerEnd)]));
      await usedOrRefused(() => readLora(path), UnfitFileError);
      await usedOrRefused(() => planMerge(model, [{ path, scale: 1 }]), ModelError);
    });
  });

  it('is used or refused: timings, bundles, pictures and listings of a store', { timeout: 600_000 }, () =>
    rounds(ROUNDS * 10, async (random) => {
      const timing = mutated(TIMING, random);
      expect(Number.isFinite(timelineOf(timing).durationMs)).toBe(true);
      timingProblems(torn(Buffer.from(JSON.stringify(timing) ?? ''), random), new Set([1, 2, 3]), 3);
      readBundleFacts(JSON.stringify(mutated({ show, cues }, random)) ?? '');
      parseParameters(
        String(torn(Buffer.from('a boat\nNegative prompt: fog\nSteps: 4, Seed: 1, Model: "x, y"'), random)),
      );
      const key = String(torn(Buffer.from('test/v1/cues/prompt_1/2/final.png'), random));
      await takeInventory('test/v1/cues/', listing(key));
    }),
  );

  it('is read up to the damage: journals and pictures', { timeout: 600_000 }, () =>
    rounds(ROUNDS * 10, async (random) => {
      const empty = emptyContent('seed');
      const digest = { file: 'step-1.latents', bytes: 1, sha256: 'a'.repeat(64) };
      const step = {
        kind: 'step',
        step: 1,
        of: 4,
        at: '2026-01-01T00:00:00Z',
        durationMs: 5,
        latents: digest,
      } as const;
      const line = lineOf(step, empty.tail);
      const read = readable(torn(Buffer.from(line), random), 'seed');
      expect(read.steps.length).toBeLessThanOrEqual(1);
      const png = torn(PNG, random);
      await readPngTexts(Uint8Array.from(png).buffer);
    }),
  );
});

const cutsOf = async (folder: string) =>
  (await openPromptReader(folder)).cutsOf({ prompt: 'a '.repeat(200), negativePrompt: '海', guidance: 5 });

async function* listing(...keys: string[]) {
  for (const key of keys) yield { key };
}

const PNG = withText(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
  'parameters',
  'a boat\nSteps: 4, Seed: 1',
);
