/**
 * Unusable model directories are refused on loading, with the part and the reason: each test damages a copy of a working one.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoadOptions, loadModel, ModelError } from '../../diffusion/index.js';
import { GOLDENS } from './goldens.js';

let temporary: string;
let directory: string;

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'model-'));
  directory = join(temporary, 'sd3');
  await cp(join(GOLDENS, 'sd3'), directory, { recursive: true });
});

afterEach(async () => {
  await rm(temporary, { recursive: true });
});

async function refusal(options?: LoadOptions): Promise<ModelError> {
  const error = await loadModel(directory, { threads: 1, ...options }).catch((reason: unknown) => reason);
  if (error instanceof ModelError) return error;
  throw new Error(`expected a ModelError, got ${error}`);
}

async function edit(file: string, change: Record<string, unknown>): Promise<void> {
  const path = join(directory, file);
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...change }));
}

describe('a directory is refused', () => {
  it('when its network has another precision than the profile', async () => {
    expect((await refusal({ precision: 'fp16' })).message).toMatch(
      /says precision fp16, but transformer\/model\.onnx takes float32/,
    );
    const model = await loadModel(directory, { threads: 1, precision: 'fp32' });
    await model.dispose();
  });

  it('when it does not exist, is a file, or has no index', async () => {
    await rm(join(directory, 'model_index.json'));
    expect((await refusal()).message).toContain('model_index.json is missing');
    directory = join(directory, 'vae_decoder', 'config.json');
    expect((await refusal()).message).toContain('it is not a directory');
    directory = join(temporary, 'nowhere');
    expect((await refusal()).message).toContain('there is no such directory');
  });

  it('when its index is not JSON', async () => {
    await writeFile(join(directory, 'model_index.json'), '{');
    expect((await refusal()).message).toContain('model_index.json is not valid JSON');
  });

  it('when its pipeline is of another kind, with its name', async () => {
    await edit('model_index.json', { _class_name: 'HunyuanDiTPipeline' });
    expect((await refusal()).message).toContain(
      'names HunyuanDiTPipeline; supported are StableDiffusion3Pipeline',
    );
  });

  it('with every missing part named at once', async () => {
    await rm(join(directory, 'transformer', 'model.onnx'));
    await rm(join(directory, 'text_encoder_2'), { recursive: true });
    await rm(join(directory, 'tokenizer', 'vocab.json'));
    await rm(join(directory, 'scheduler'), { recursive: true });
    const { problems } = await refusal();
    expect(problems).toContain('transformer/model.onnx is missing');
    expect(problems).toContain('text_encoder_2/model.onnx is missing');
    expect(problems.join()).toContain('tokenizer cannot be read');
    expect(problems.join()).toContain('scheduler_config.json');
  });

  it('when a part is not an ONNX file', async () => {
    await writeFile(
      join(directory, 'vae_decoder', 'model.onnx'),
      'version https://git-lfs.github.com/spec/v1\n',
    );
    expect((await refusal()).message).toContain('vae_decoder/model.onnx cannot be opened');
  });

  it('when its index names T5, but T5 is missing', async () => {
    await edit('model_index.json', {
      text_encoder_3: ['transformers', 'T5EncoderModel'],
      tokenizer_3: ['transformers', 'T5TokenizerFast'],
    });
    expect((await refusal()).problems).toContain('text_encoder_3/model.onnx is missing');
  });

  it('when a part is in another part’s folder', async () => {
    await cp(join(directory, 'vae_encoder', 'model.onnx'), join(directory, 'transformer', 'model.onnx'));
    expect((await refusal()).problems).toContain('transformer/model.onnx has no input "hidden_states"');
  });

  it('when the sizes of its parts do not fit together', async () => {
    await edit('vae_decoder/config.json', { latent_channels: 4 });
    await edit('transformer/config.json', { joint_attention_dim: 64 });
    const text = (await refusal()).problems.join('\n');
    expect(text).toContain('the transformer takes 16 latent channels, the VAE has 4');
    expect(text).toContain('the preview factors (sd3) are for 16 latent channels, the model has 4');
    expect(text).toContain('input "encoder_hidden_states" is [?, ?, 48], expected [?, ?, 64]');
  });

  it('when its preview factors are for other latents, or not numbers', async () => {
    await writeFile(join(directory, 'latent_rgb.json'), '{"factors": [[1, 2, 3]], "bias": [0, 0, 0]}');
    expect((await refusal()).message).toContain(
      '(latent_rgb.json) are for 1 latent channels, the model has 16',
    );
    await writeFile(join(directory, 'latent_rgb.json'), '{"factors": [[1, null, 3]], "bias": [0, 0, 0]}');
    expect((await refusal()).message).toContain(
      'latent_rgb.json: "factors[0]" is [1,null,3], expected three numbers',
    );
  });

  it('when its scheduler, or the requested one, does not fit its family', async () => {
    expect((await refusal({ scheduler: 'PNDMScheduler' })).message).toContain('PNDMScheduler is not one for');
    await edit('scheduler/scheduler_config.json', { invert_sigmas: true, shift: 'three' });
    const text = (await refusal()).problems.join('\n');
    expect(text).toContain('"invert_sigmas" is true, which is not supported');
    expect(text).toContain('"shift" is "three", expected a positive number');
  });

  it('when an execution provider is not available', async () => {
    expect((await refusal({ executionProviders: ['quantum'] })).message).toContain('quantum');
    expect((await refusal({ executionProviders: [{ name: 'quantum', deviceId: 1 }] })).message).toContain(
      'the execution provider "quantum" is not one of',
    );
  });
});

it('loads with a vae_encoder of another export, which only image-to-image is refused for', async () => {
  await cp(join(directory, 'vae_decoder', 'model.onnx'), join(directory, 'vae_encoder', 'model.onnx'));
  const model = await loadModel(directory, { threads: 1 });
  const request = { prompt: '', seed: 0, steps: 1, guidance: 0, width: 16, height: 16 };
  model.check(request);
  const image = { data: new Uint8Array(3), width: 1, height: 1 };
  expect(() => model.check({ ...request, image, strength: 1 })).toThrow(
    /vae_encoder cannot be used \(vae_encoder\/model\.onnx .*; export it again.*\), so it cannot start from an image/,
  );
  await model.dispose();
});

it.each([
  ['OnnxStableDiffusionPipeline', 'export the original model with Optimum'],
  ['LatentConsistencyModelPipeline', 'an LCM-LoRA fused into a Stable Diffusion model runs'],
])('says what to do about a %s', async (_class_name, words) => {
  await edit('model_index.json', { _class_name });
  expect((await refusal()).message).toContain(words);
});

it('loads without a vae_encoder, and then refuses image-to-image', async () => {
  await rm(join(directory, 'vae_encoder'), { recursive: true });
  const model = await loadModel(directory, { threads: 1 });
  const image = { data: new Uint8Array(3), width: 1, height: 1 };
  const request = { prompt: '', seed: 0, steps: 1, guidance: 0, width: 16, height: 16, image, strength: 1 };
  expect(() => model.check(request)).toThrow('the model has no vae_encoder');
  await model.dispose();
});

it('accepts a tokenizer.json without vocab.json', async () => {
  const model = await loadModel(join(GOLDENS, 'sd3-t5'), { threads: 1 });
  expect(model.info).toMatchObject({
    family: 'sd3',
    latentChannels: 16,
    vaeScaleFactor: 8,
    sizeMultiple: 16,
  });
  await model.dispose();
});
