/** Messages about LoRA files that cannot be merged into a model, before anything is written. */
import { cp, mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { mergeModel } from '../../diffusion/lora/merging/merge-model.js';
import { mergeProblems, planMerge } from '../../diffusion/lora/plan-merge.js';
import { makeNamedPipe } from '../support/named-pipe.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { filled, type Tensor, tensorFile, writeTensors } from '../support/tensor-file.js';
import { GOLDENS } from './goldens.js';

const LORAS = join(GOLDENS, 'loras');
const SDXL = join(LORAS, 'sdxl');
const MODULE = 'unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q';

/** Of the size of that module's weight, 16 × 16. */
const fitting: Readonly<Record<string, Tensor>> = {
  [`${MODULE}.lora_A.weight`]: filled([2, 16]),
  [`${MODULE}.lora_B.weight`]: filled([16, 2]),
};

let path: string;
beforeEach(async () => {
  path = join(await temporaryFolder(), 'painter.safetensors');
});

async function problemsOf(tensors: Readonly<Record<string, Tensor>>, metadata = {}): Promise<string> {
  await writeTensors(path, tensors, metadata);
  return (await mergeProblems(SDXL, [{ path, scale: 1 }])).join('\n');
}

it('no message about a LoRA that fits', async () => {
  expect(await problemsOf(fitting)).toBe('');
});

it.each([
  ['sdxl', 'base_model.model.mid_block.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight', 'unet'],
  ['sdxl', 'mid_block.attentions.0.transformer_blocks.0.attn1.to_out.0.lora_A.default.weight', 'unet'],
  ['sdxl', 'mid_block.attentions.0.transformer_blocks.0.attn1.processor.to_out_lora.down.weight', 'unet'],
  ['sdxl', 'lora_te_text_model_encoder_layers_0_self_attn_q_proj.lora_down.weight', 'text_encoder'],
  ['sdxl', 'text_encoder.text_model.encoder.layers.0.self_attn.to_out_lora.down.weight', 'text_encoder'],
  ['flux', 'diffusion_model.double_blocks.0.img_attn.proj.lora_A.weight', 'transformer'],
  ['flux', 'lora_transformer_transformer_blocks_0_attn_to_out_0.lora_down.weight', 'transformer'],
  ['flux', 'lora_te2_encoder_block_0_layer_0_SelfAttention_q.lora_down.weight', 'text_encoder_2'],
])('a module of %s is found by its key %s', async (model, key, part) => {
  const up = key.replace('lora_A', 'lora_B').replace('down', 'up');
  const sizes: Record<string, number> = { unet: 16, text_encoder: 16, transformer: 32 };
  const size = sizes[part] ?? 24;
  const rows = part === 'text_encoder_2' ? 16 : size;
  await writeTensors(path, { [key]: filled([2, size]), [up]: filled([rows, 2]) });
  const { loras } = await planMerge(join(LORAS, model), [{ path, scale: 1 }]);
  expect(loras[0]?.modules).toEqual({ [part]: 1 });
});

describe('a file with other things than plain LoRAs is refused with their name', () => {
  it.each([
    ['LoHa', 'lora_unet_mid_block_attentions_0_proj_in.hada_w1_a'],
    ['LoKr', 'lora_unet_mid_block_attentions_0_proj_in.lokr_w1'],
    ['DoRA', `${MODULE}.lora_magnitude_vector`],
    ['DoRA', 'lora_unet_mid_block_attentions_0_proj_in.dora_scale'],
    ['lora_mid', 'lora_unet_conv_in.lora_mid.weight'],
    ['OFT', 'lora_unet_mid_block_attentions_0_proj_in.oft_blocks'],
    ['whole weights', 'lora_unet_mid_block_attentions_0_norm.diff'],
    ['biases', `${MODULE}.lora_B.bias`],
    ['a textual inversion', 'bundle_emb.painter.string_to_param.*'],
    ['what no LoRA has: optimizer.state', 'optimizer.state'],
  ])('%s', async (name, key) => {
    const said = await problemsOf({ ...fitting, [key]: filled([1]) });
    expect(said).toContain('LoRA painter.safetensors: it holds');
    expect(said).toContain(name);
    expect(said).toContain(key);
  });

  it('nothing at all', async () => {
    expect(await problemsOf({})).toContain('it holds no LoRA at all');
  });
});

describe('a LoRA for another model', () => {
  it('of another family: the number of modules without weights, and the base model in the metadata', async () => {
    const other = join(LORAS, 'flux-kohya.safetensors');
    const [problem = ''] = await mergeProblems(SDXL, [{ path: other, scale: 1 }]);
    expect(problem).toMatch(
      /flux-kohya.*8 of its 8 modules have no weight in this sdxl model.*double_blocks_0/,
    );
    const trained = await problemsOf(
      { 'lora_unet_a.lora_down.weight': filled([1, 2]), 'lora_unet_a.lora_up.weight': filled([2, 1]) },
      { ss_base_model_version: 'sd_v1' },
    );
    expect(trained).toContain('painter.safetensors, which says that it is for sd_v1, 1 of its 1 modules');
  });

  it('of other sizes: the sizes', async () => {
    const wide = { ...fitting, [`${MODULE}.lora_A.weight`]: filled([2, 32]) };
    expect(await problemsOf(wide)).toMatch(/another size .*to_q \(16 × 2 by 2 × 32, for 16 × 16\)/);
  });

  it('with a module in two spellings is refused', async () => {
    const flat = `lora_unet_${MODULE.slice('unet.'.length).replaceAll('.', '_')}`;
    const twice = {
      [`${flat}.lora_down.weight`]: filled([2, 16]),
      [`${flat}.lora_up.weight`]: filled([16, 2]),
    };
    expect(await problemsOf({ ...fitting, ...twice })).toMatch(
      /1 of its 2 modules are for a weight that another one is for, too: lora_unet_mid_block/,
    );
  });

  it('with very many unknown modules: the first names, and their number', async () => {
    const many = Array.from({ length: 300 }, (_, index) => [
      [`unet.block${index}.lora_A.weight`, filled([1, 2])],
      [`unet.block${index}.lora_B.weight`, filled([2, 1])],
    ]).flat();
    const said = await problemsOf(Object.fromEntries(many));
    expect(said).toContain('(300 in all)');
    expect(said.length).toBeLessThan(1000);
  });
});

describe('a file that is not as it should be', () => {
  it.each([
    [
      'half a pair',
      { [`${MODULE}.lora_A.weight`]: filled([2, 16]) },
      /to_q" lacks one of a LoRA's two matrices/,
    ],
    [
      'matrices of different ranks',
      { ...fitting, [`${MODULE}.lora_B.weight`]: filled([16, 3]) },
      /to_q" do not fit together: 16 × 3 and 2 × 16/,
    ],
    [
      'an alpha of several numbers',
      { ...fitting, [`${MODULE}.alpha`]: filled([2]) },
      /alpha of .*to_q" is not/,
    ],
  ])('%s', async (_, tensors, words) => {
    expect(await problemsOf(tensors)).toMatch(words);
  });

  const entry = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') =>
    JSON.stringify({ a: { dtype, shape, data_offsets: offsets } });

  it.each<[string, Buffer, RegExp]>([
    ['empty', Buffer.alloc(0), /is no safetensors file/],
    ['a text', Buffer.from('version https://git-lfs.github.com/spec/v1'), /is no safetensors file/],
    ['a header that is no JSON', tensorFile('{"a', Buffer.alloc(0)), /header is not a JSON object/],
    ['a header beyond the end', tensorFile('{}', Buffer.alloc(0)).subarray(0, 9), /cut short: its header/],
    [
      'cut short',
      tensorFile(entry([4], [0, 16]), Buffer.alloc(15)),
      /cut short: it has \d+ bytes, .* of \d+/,
    ],
    ['more than its header says', tensorFile(entry([4], [0, 16]), Buffer.alloc(17)), /is damaged: it has/],
    [
      'sizes that do not agree',
      tensorFile(entry([4], [0, 12]), Buffer.alloc(12)),
      /sizes of "a" do not agree/,
    ],
    ['sizes below zero', tensorFile(entry([-4], [16, 0]), Buffer.alloc(16)), /sizes of "a" do not agree/],
    ['a gap', tensorFile(entry([1], [4, 8]), Buffer.alloc(8)), /overlap, or leave gaps/],
    ['whole numbers', tensorFile(entry([1], [0, 8], 'I64'), Buffer.alloc(8)), /holds "a" as "I64"/],
  ])('%s', async (_, content, words) => {
    await writeFile(path, content);
    const [problem = ''] = await mergeProblems(SDXL, [{ path, scale: 1 }]);
    expect(problem).toContain(path);
    expect(problem).toMatch(words);
  });

  it('is reported together with all others', async () => {
    await writeFile(path, 'no');
    const missing = join(path, '..', 'missing.safetensors');
    const problems = await mergeProblems(
      SDXL,
      [path, missing, join(LORAS, 'flux-kohya.safetensors')].map((one) => ({ path: one, scale: 1 })),
    );
    expect(problems).toHaveLength(3);
  });

  it('a named pipe is refused at once', async () => {
    await makeNamedPipe(path);
    expect(await mergeProblems(SDXL, [{ path, scale: 1 }])).toEqual([expect.stringContaining('named pipe')]);
  });
});

describe('a model that LoRAs cannot be merged into', () => {
  const lora = [{ path: join(LORAS, 'sdxl-kohya.safetensors'), scale: 1 }];
  let model: string;
  beforeEach(async () => {
    model = join(await temporaryFolder(), 'model');
    await cp(SDXL, model, { recursive: true });
  });
  const change = async (edit: (map: Record<string, Record<string, object>>) => void) => {
    const file = join(model, 'weights.json');
    const map = JSON.parse(await readFile(file, 'utf8'));
    edit(map);
    await writeFile(file, JSON.stringify(map));
  };

  it('without weights.json: the message says how to get one', async () => {
    await rm(join(model, 'weights.json'));
    expect(await mergeProblems(model, lora)).toEqual([
      expect.stringMatching(/no weights\.json.*export it again with models\/export_model\.py.*--lora/),
    ]);
  });

  it('with an initializer that two parameters share', async () => {
    const [first, second] = ['q', 'k'].map(
      (one) => `mid_block.attentions.0.transformer_blocks.0.attn1.to_${one}.weight`,
    );
    await change(({ unet = {} }) => {
      unet[second ?? ''] = unet[first ?? ''] ?? {};
    });
    expect((await mergeProblems(model, lora)).join()).toMatch(
      /2 of its \d+ modules have no weight .*attn1_to_k, .*attn1_to_q/,
    );
  });

  it('with a weights.json of another export', async () => {
    await change(({ unet = {} }) => {
      for (const place of Object.values(unet)) Object.assign(place, { name: 'elsewhere' });
      Object.assign(unet, { one: { name: 'elsewhere too' } });
    });
    expect((await mergeProblems(model, lora)).join()).toMatch(
      /weights\.json names "elsewhere too", which unet\/model\.onnx does not have/,
    );
  });

  it('with truncated weights', async () => {
    await truncate(join(model, 'unet', 'model.onnx_data'), 5000);
    expect((await mergeProblems(model, lora)).join()).toMatch(
      /in unet\/model\.onnx is not as the export writes/,
    );
  });

  it('with a model.onnx that is no ONNX file', async () => {
    await writeFile(join(model, 'unet', 'model.onnx'), 'a text');
    expect((await mergeProblems(model, lora)).join()).toMatch(/unet\/model\.onnx is no ONNX file/);
  });
});

it('a merge with values that are not finite is refused', async () => {
  const target = join(await temporaryFolder(), 'merged');
  await mkdir(target);
  const big = {
    [`${MODULE}.lora_A.weight`]: filled([2, 16], 1e30),
    [`${MODULE}.lora_B.weight`]: filled([16, 2], 1e30),
  };
  const plan = await planMerge(SDXL, [{ path: await writeTensors(path, big), scale: 1 }]);
  await expect(mergeModel(plan, target, 1)).rejects.toThrow(
    /mid_block.*to_q.weight" of unet is not finite in float32: try a smaller scale/,
  );
  const none = { ...fitting, [`${MODULE}.lora_A.weight`]: filled([2, 16], Number.NaN) };
  await rm(target, { recursive: true });
  await mkdir(target);
  const planned = await planMerge(SDXL, [{ path: await writeTensors(path, none), scale: 1 }]);
  await expect(mergeModel(planned, target, 1)).rejects.toThrow(
    /LoRA painter\.safetensors holds numbers that are not finite/,
  );
});

it('a merge into a linked model directory copies its weights', async () => {
  const folder = await temporaryFolder();
  const model = join(folder, 'model');
  await symlink(SDXL, model);
  const target = join(folder, 'merged');
  await mkdir(target);
  await writeTensors(path, fitting);
  await mergeModel(await planMerge(model, [{ path, scale: 1 }]), target, 1);
  // Nothing was added to any weight.
  const files = await Promise.all(
    [SDXL, target].map((one) => readFile(join(one, 'unet', 'model.onnx_data'))),
  );
  expect(files[0]?.equals(files[1] ?? Buffer.alloc(0))).toBe(true);
});
