/**
 * `pregen model …` on the tiny recorded models of every family: output, written files, and refusals.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePicture, encodePng } from '../../engine/files/png.js';
import { GOLDENS, openGoldens } from '../diffusion/goldens.js';
import { withScheduler, withTaesd } from '../diffusion/model-folder.js';
import { makeNamedPipe } from '../support/named-pipe.js';
import { pregen, startPregen } from '../support/pregen.js';
import { childrenOf } from '../support/process-table.js';
import { DEMO_MODEL } from '../support/rendering.js';
import { temporaryFolder } from '../support/temp-folder.js';

interface FamilyCase {
  readonly model: string;
  readonly scheduler: Record<string, unknown>;
  readonly request: Record<string, string | number>;
  readonly final: { at: number; dims: number[]; type: 'f4' | 'u1' };
}

/** The first recorded text-to-image of a model, with its own scheduler. */
function recordedImage(family: string, model: string) {
  const { recorded, picture } = openGoldens<{ cases: FamilyCase[] }>(family);
  const golden = recorded.cases.find(
    (one) =>
      one.model === model && !('strength' in one.request) && Object.keys(one.scheduler ?? {}).length === 0,
  );
  if (golden === undefined) throw new Error(`no text-to-image of ${model} was recorded`);
  return { request: golden.request, wanted: picture(golden.final) };
}

function optionsOf(request: Record<string, string | number>): string[] {
  return Object.entries(request).flatMap(([name, value]) => [
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    String(value),
  ]);
}

describe.each([
  ['sd', 'sd'],
  ['sdxl', 'sdxl'],
  ['goldens', 'sd3'],
  ['flux', 'flux-dev'],
  ['prompts', 'sd'],
  ['prompts', 'sdxl'],
])('model try (%s: %s)', (family, model) => {
  it('writes the same image as diffusers, a preview for each step, and the durations', async () => {
    const cwd = await temporaryFolder();
    const { request, wanted } = recordedImage(family, model);
    const { code, stdout, stderr } = await pregen(
      [
        'model',
        'try',
        join(GOLDENS, model),
        ...optionsOf(request),
        '--out',
        'a/b.png',
        '--previews',
        'p',
        '--json',
      ],
      { cwd },
    );
    expect(stderr).not.toContain('Error');
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    const image = await decodePicture(await readFile(join(cwd, 'a', 'b.png')));
    expect([image.width, image.height]).toEqual([wanted.width, wanted.height]);
    const worst = wanted.data.reduce((max, x, i) => Math.max(max, Math.abs(x - (image.data[i] ?? 0))), 0);
    expect(worst).toBeLessThanOrEqual(1);
    const steps = Object.keys(result.stepDurations).slice(0, -1);
    expect((await readdir(join(cwd, 'p'))).sort()).toEqual(steps.map((step) => `${step}.png`).sort());
    expect(Object.keys(result.stepDurations).at(-1)).toBe('final');
  });
});

it('shows the picture that the model expects at each step, at latent size or decoded', async () => {
  const cwd = await temporaryFolder();
  const folder = await withTaesd('sd');
  const sizes: string[] = [];
  for (const kind of ['latent-rgb', 'vae', 'taesd']) {
    const options = [
      '--width',
      '64',
      '--height',
      '48',
      '--steps',
      '3',
      '--out',
      `${kind}.png`,
      '--previews',
      kind,
    ];
    const shown = ['--preview-kind', kind, '--preview-of', 'denoised'];
    const { code } = await pregen(['model', 'try', folder, '--prompt', 'sea', ...options, ...shown], { cwd });
    expect(code).toBe(0);
    const { width, height } = await decodePicture(await readFile(join(cwd, kind, '4.png')));
    sizes.push(`${width}×${height}`);
  }
  await rm(folder, { recursive: true });
  expect(sizes).toEqual(['8×6', '64×48', '64×48']);
  const [first, ...others] = await Promise.all(
    ['latent-rgb', 'vae', 'taesd'].map((kind) => readFile(join(cwd, `${kind}.png`))),
  );
  if (first === undefined) throw new Error('no image');
  expect(others.every((other) => other.equals(first))).toBe(true);
});

it('starts from a picture, and at strength 0 returns it encoded and decoded by the VAE', async () => {
  const cwd = await temporaryFolder();
  const grey = { data: new Uint8Array(40 * 30 * 3).fill(128), width: 40, height: 30 };
  await writeFile(join(cwd, 'grey.png'), await encodePng(grey));
  const tried = (strength: string) =>
    pregen(
      [
        'model',
        'try',
        join(GOLDENS, 'sd'),
        '--prompt',
        'sea',
        '--width',
        '64',
        '--height',
        '48',
        '--steps',
        '6',
      ].concat([
        ...['--image', 'grey.png', '--strength', strength, '--out', 'out.png', '--previews', 'p', '--json'],
      ]),
      { cwd },
    );
  expect(Object.keys(JSON.parse((await tried('0')).stdout).stepDurations)).toEqual(['final']);
  expect(Object.keys(JSON.parse((await tried('0.5')).stdout).stepDurations)).toEqual([
    '1',
    '2',
    '3',
    '4',
    'final',
  ]);
});

it("makes an image of its picture's own size, each side rounded down to what the model can make", async () => {
  const cwd = await temporaryFolder();
  const grey = { data: new Uint8Array(44 * 30 * 3).fill(128), width: 44, height: 30 };
  await writeFile(join(cwd, 'grey.png'), await encodePng(grey));
  const sizes: string[] = [];
  for (const [model, given] of [
    ['sd', []],
    ['sd3', []],
    ['sd', ['--height', '64']],
  ] as const) {
    const start = ['--image', 'grey.png', '--strength', '0.5', ...given];
    const order = ['model', 'try', join(GOLDENS, model), '--prompt', 'sea', '--steps', '2', ...start];
    expect(await pregen([...order, '--out', 'out.png'], { cwd })).toMatchObject({ code: 0 });
    const png = await readFile(join(cwd, 'out.png'));
    const { width, height } = await decodePicture(png);
    expect(png.toString('latin1')).toContain(`Size: ${width}x${height}`);
    sizes.push(`${model} ${width}×${height}`);
  }
  expect(sizes).toEqual(['sd 40×24', 'sd3 32×16', 'sd 40×64']);
});

describe('model inspect', () => {
  it('prints family, parts, sizes and previews', async () => {
    const cwd = await temporaryFolder();
    const { code, stdout } = await pregen(['model', 'inspect', join(GOLDENS, 'sdxl'), '--json'], { cwd });
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.info).toMatchObject({
      family: 'sdxl',
      scheduler: 'EulerDiscreteScheduler',
      sizeMultiple: 8,
    });
    expect(report.parts.map(({ part }: { part: string }) => part)).toEqual([
      'text_encoder',
      'text_encoder_2',
      'unet',
      'vae_decoder',
      'vae_encoder',
    ]);
    expect(report.parts[2].inputs).toContain('sample float32 [?, 4, ?, ?]');
    expect(report.availableProviders).toContain('cpu');
    expect((await pregen(['model', 'inspect', join(GOLDENS, 'flux-dev')], { cwd })).stdout).toContain(
      'It can be used.',
    );
  });

  it('lists everything that is wrong, and fails', async () => {
    const cwd = await temporaryFolder();
    const folder = await withScheduler('sd', { _class_name: 'DEISMultistepScheduler' });
    await rm(join(folder, 'text_encoder'));
    const { code, stdout } = await pregen(['model', 'inspect', folder], { cwd });
    await rm(folder, { recursive: true });
    expect(code).toBe(1);
    expect(stdout).toContain('  - the scheduler DEISMultistepScheduler is not one for Stable Diffusion');
    expect(stdout).toContain('  - text_encoder/model.onnx is missing');
    expect(stdout).toMatch(/unet +0\.\d MiB/);
  });

  it('says how to get an execution provider that is missing', async () => {
    const cwd = await temporaryFolder();
    const inspected = (provider: string) =>
      pregen(['model', 'inspect', join(GOLDENS, 'sd'), '--providers', `${provider},cpu`], { cwd });
    expect((await inspected('quantum')).stdout).toContain(
      '"quantum" is not one of this onnxruntime-node: cpu',
    );
  });
});

it('fits previews to the VAE better than the published factors', async () => {
  const cwd = await temporaryFolder();
  const args = ['model', 'fit-previews', join(GOLDENS, 'sdxl'), '--out', 'latent_rgb.json', '--json'];
  const { code, stdout } = await pregen(args, { cwd });
  expect(code).toBe(0);
  const { error, presetError } = JSON.parse(stdout);
  expect(error).toBeLessThan(presetError);
  const { factors, bias } = JSON.parse(await readFile(join(cwd, 'latent_rgb.json'), 'utf8'));
  expect([factors.length, bias.length]).toEqual([4, 3]);
});

it.each([
  ['a size that the model cannot make', ['--width', '65'], 'width is 65, expected a multiple of 8'],
  ['a picture without strength', ['--image', join(GOLDENS, 'none.png')], 'none.png'],
  ['a negative guidance', ['--guidance', '-1'], 'Expected a number from 0 on'],
])('refuses %s in words', async (_, extra, message) => {
  const cwd = await temporaryFolder();
  const args = ['model', 'try', join(GOLDENS, 'sd'), '--prompt', 'sea', '--out', 'x.png', ...extra];
  const { code, stderr } = await pregen(args, { cwd });
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
  expect(await readdir(cwd)).toEqual([]);
});

describe('pregen model try', () => {
  const options = ['--prompt', 'x', '--guidance', '0', '--width', '64', '--height', '64', '--out', 'x.png'];

  it('stops a model that hangs in a step, as a worker would', async () => {
    // More than any step of this model takes on a busy machine.
    const env = { PREGEN_STEP_TIMEOUT_SECONDS: '10' };
    const args = ['model', 'try', DEMO_MODEL, ...options, '--steps', '500'];
    const trying = startPregen(args, { cwd: await temporaryFolder(), env });
    await trying.said.untilMatch(/^step 1 of /);
    for (const pid of childrenOf(trying.pid ?? 0)) process.kill(pid, 'SIGSTOP');
    await trying.said.untilMatch(/^The model gave no sign of life for 10 s and was stopped/);
    expect(await trying.ended).toBe(1);
  });

  it('refuses a file that is not a picture, and a pipe in its place', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'notes.png'), 'no picture');
    makeNamedPipe(join(cwd, 'pipe.png'));
    for (const [image, words] of [
      ['notes.png', 'notes.png cannot be read as a picture'],
      ['pipe.png', 'pipe.png is a named pipe, expected a file'],
    ] as const) {
      const args = ['model', 'try', join(GOLDENS, 'sd'), ...options, '--image', image, '--strength', '0.5'];
      const { code, stderr } = await pregen(args, { cwd });
      expect(stderr).toContain(words);
      expect(stderr).not.toContain('fault of this program');
      expect(code).toBe(2);
    }
  });
});
