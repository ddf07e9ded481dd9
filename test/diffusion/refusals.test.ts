/**
 * Unusable directories of Stable Diffusion, SDXL and FLUX: each test damages a copy of a working one, and the refusal names the
 * part.
 */
import { cp, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadModel, ModelError } from '../../diffusion/index.js';
import { GOLDENS } from './goldens.js';

let temporary: string;
let directory: string;

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'refused-'));
  directory = join(temporary, 'model');
});

afterEach(async () => {
  await rm(temporary, { recursive: true });
});

async function copyOf(model: string): Promise<void> {
  await cp(join(GOLDENS, model), directory, { recursive: true });
}

async function problems(): Promise<string> {
  const error = await loadModel(directory, { threads: 1 }).catch((reason: unknown) => reason);
  if (error instanceof ModelError) return error.problems.join('\n');
  throw new Error(`expected a ModelError, got ${error}`);
}

async function edit(file: string, change: Record<string, unknown>): Promise<void> {
  const path = join(directory, file);
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...change }));
}

const PARTS = {
  sd: ['text_encoder', 'unet', 'vae_decoder'],
  sdxl: ['text_encoder', 'text_encoder_2', 'unet', 'vae_decoder'],
  'flux-dev': ['text_encoder', 'text_encoder_2', 'transformer', 'vae_decoder'],
};

describe.each(Object.entries(PARTS))('%s', (model, parts) => {
  it('is refused with every missing part named at once', async () => {
    await copyOf(model);
    for (const part of parts) await rm(join(directory, part, 'model.onnx'));
    const found = await problems();
    for (const part of parts) expect(found).toContain(`${part}/model.onnx is missing`);
  });

  it('is refused when a part is cut short, or is not an ONNX file', async () => {
    await copyOf(model);
    const [first = '', second = ''] = parts;
    await truncate(join(directory, first, 'model.onnx'), 1000);
    await writeFile(join(directory, second, 'model.onnx'), '<html>not found</html>');
    const found = await problems();
    expect(found).toContain(`${first}/model.onnx cannot be opened`);
    expect(found).toContain(`${second}/model.onnx cannot be opened`);
  });

  it('is refused when a configuration is missing, not JSON, or absurd', async () => {
    await copyOf(model);
    await edit('vae_decoder/config.json', { block_out_channels: 'many', latent_channels: -4 });
    const network = parts.includes('unet') ? 'unet' : 'transformer';
    await writeFile(join(directory, network, 'config.json'), '{"in_channels": ');
    const found = await problems();
    expect(found).toContain('vae_decoder/config.json: "block_out_channels" is missing');
    expect(found).toContain(`${network}/config.json is not valid JSON`);
  });

  it('is refused when the encoder and the network do not fit', async () => {
    await copyOf(model);
    const isUnet = parts.includes('unet');
    if (isUnet) await edit('unet/config.json', { cross_attention_dim: 768 });
    else await edit('transformer/config.json', { joint_attention_dim: 4096 });
    expect(await problems()).toContain(isUnet ? 'expected [?, ?, 768]' : 'expected [?, ?, 4096]');
  });
});

const SCHEDULER = 'scheduler/scheduler_config.json';

it.each([
  [
    'sd',
    SCHEDULER,
    { num_train_timesteps: 2e9 },
    '"num_train_timesteps" is 2000000000, expected an integer from 1',
  ],
  ['sd', SCHEDULER, { beta_end: 1e9 }, '"beta_end" is 1000000000, expected a positive number up to 1'],
  ['sdxl', SCHEDULER, { steps_offset: -5 }, '"steps_offset" is -5, expected an integer from 0'],
  [
    'sd',
    SCHEDULER,
    { _class_name: 'LCMScheduler', original_inference_steps: 2000 },
    '"original_inference_steps" is 2000, expected an integer from 1 to 1000',
  ],
  [
    'flux-dev',
    SCHEDULER,
    { base_shift: 1e300 },
    '"base_shift" is 1e+300, expected a positive number up to 80',
  ],
  ['flux-dev', SCHEDULER, { base_image_seq_len: 4096 }, '"max_image_seq_len" is 4096, expected more than'],
  [
    'sd',
    'vae_decoder/config.json',
    { scaling_factor: 1e-300 },
    '"scaling_factor" is 1e-300, expected a positive',
  ],
  [
    'sd',
    'vae_decoder/config.json',
    { block_out_channels: new Array(40).fill(8) },
    '"block_out_channels" has 40 entries, so the size of a latent is unknown',
  ],
  [
    'sd',
    'tokenizer/tokenizer_config.json',
    { model_max_length: -1 },
    'tokenizer cannot be read: "model_max_length" is -1, expected an integer from 3',
  ],
])('refuses an absurd number (%s, %s: %j)', async (model, file, change, message) => {
  await copyOf(model);
  await edit(file, change);
  expect(await problems()).toContain(message);
});

it.each([
  [
    'a device, which has no end',
    () => symlink('/dev/zero', join(directory, 'unet', 'zero')),
    'unet/zero is neither',
  ],
  [
    'a link round in a circle',
    () => symlink('..', join(directory, 'unet', 'up')),
    'unet/up links to a folder',
  ],
  ['a link to nothing', () => symlink('nowhere', join(directory, 'lost')), 'lost links to nothing'],
  [
    'a folder where a file should be',
    async () => {
      await rm(join(directory, 'unet', 'config.json'));
      await mkdir(join(directory, 'unet', 'config.json'));
    },
    'unet/config.json is a folder, expected a file',
  ],
])('refuses %s', async (_, damage, message) => {
  await copyOf('sd');
  await damage();
  expect(await problems()).toContain(message);
});

it('refuses a decoder whose output does not have the configured size, instead of making a scrambled picture', async () => {
  await copyOf('sd');
  await edit('vae_decoder/config.json', { block_out_channels: [8, 8] });
  const model = await loadModel(directory, { threads: 1 });
  const request = { prompt: 'sea', seed: 0, steps: 1, guidance: 0, width: 16, height: 32 };
  const generated = async () => {
    for await (const _ of model.generate(request));
  };
  await expect(generated()).rejects.toThrow('vae_decoder gave [1, 3, 128, 64], expected [1, 3, 32, 16]');
  await model.dispose();
});

it('refuses an inpainting UNet, which takes more than latents', async () => {
  await copyOf('sd');
  await edit('unet/config.json', { in_channels: 9 });
  expect(await problems()).toContain('the unet takes 9 latent channels, the VAE has 4');
});

it('refuses an SDXL refiner, with its name', async () => {
  await copyOf('sdxl');
  await edit('model_index.json', { requires_aesthetics_score: true });
  expect(await problems()).toContain('the model is an SDXL refiner');
});

it('refuses a network with an unknown input', async () => {
  await copyOf('flux-dev');
  await edit('transformer/config.json', { guidance_embeds: false });
  expect(await problems()).toContain('transformer/model.onnx asks for an input "guidance"');
});

it('refuses a pipeline class that is the name of a property of every JavaScript object', async () => {
  await copyOf('sd');
  await edit('model_index.json', { _class_name: '__proto__' });
  expect(await problems()).toContain('model_index.json names __proto__; supported are');
});

/** `dim_param: "sequence_length"` as ONNX writes it, and `dim_value: 77` with a denotation that makes it as long. */
const ANY_TOKENS = '\u0012\u000fsequence_length';
const SO_MANY_TOKENS = '\u0008\u004d\u001a\u000dsequence_long';

it('refuses prompts of several windows if the UNet was exported for one', async () => {
  await copyOf('sd');
  const path = join(directory, 'unet', 'model.onnx');
  const onnx = await readFile(path, 'latin1');
  await writeFile(path, onnx.replace(ANY_TOKENS, SO_MANY_TOKENS), 'latin1');
  const model = await loadModel(directory, { threads: 1 });
  const request = { prompt: 'sea', seed: 0, steps: 1, guidance: 0, width: 16, height: 32 };
  expect(() => model.check(request)).not.toThrow();
  expect(() => model.check({ ...request, longPrompts: 'chunk' })).toThrow(
    /longPrompts cannot be used: the unet was exported for 77 tokens \(models\/export_model\.py/,
  );
  await model.dispose();
});

it('says why a UNet exported at an even size cannot make an odd one', async () => {
  const model = await loadModel(join(GOLDENS, 'sdxl'), { threads: 1 });
  const request = { prompt: 'sea', seed: 0, steps: 1, guidance: 0, width: 56, height: 72 };
  const generation = model.generate(request);
  await generation.next(); // the prompt
  await expect(generation.next()).rejects.toThrow(
    /latents of 7×9.*exported at an even size.*multiples of 16 pixels.*models\/export_model.py/,
  );
  await model.dispose();
});
