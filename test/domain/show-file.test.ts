import { describe, expect, it } from 'vitest';
import { previewStyle } from '../../domain/preview-style.js';
import { readShowFile } from '../../domain/show-file.js';
import { planCues } from '../../domain/show-plan.js';

const valid = {
  project: 'foigoi',
  version: 'v1',
  cues: 'cues.json',
  variants: { transcript: 30, prompt: 50 },
  models: { sd35: { path: 'models/sd35' } },
  programs: { P0: { model: 'sd35', previews: false, steps: 28, guidance: 4.5, width: 1024, height: 1024 } },
};

describe('a show file', () => {
  it('fills in defaults: CPU, linear previews, previews on', () => {
    const show = readShowFile({ ...valid, programs: { P4: { ...valid.programs.P0, previews: undefined } } });
    expect(show.models.sd35).toEqual({
      path: 'models/sd35',
      executionProviders: ['cpu'],
      previews: 'latent-rgb',
    });
    expect(show.programs.P4?.previews).toBe(true);
  });

  it.each([
    ['vae', { kind: 'vae', of: 'latents' }],
    [{ of: 'denoised' }, { kind: 'latent-rgb', of: 'denoised' }],
    [
      { kind: 'taesd', of: 'denoised' },
      { kind: 'taesd', of: 'denoised' },
    ],
  ])('says how previews are made: %j', (previews, style) => {
    const show = readShowFile({ ...valid, models: { sd35: { path: 'models/sd35', previews } } });
    expect(previewStyle(show.models.sd35?.previews ?? 'latent-rgb')).toEqual(style);
  });

  it('may name LoRAs; their scale is 1 by default', () => {
    const loras = [{ path: 'painter.safetensors' }, { path: 'grain.safetensors', scale: -0.3 }];
    const show = readShowFile({ ...valid, models: { sd35: { path: 'models/sd35', loras } } });
    expect(show.models.sd35?.loras).toEqual([{ path: 'painter.safetensors', scale: 1 }, loras[1]]);
  });

  it.each([
    ['none', [], 'models.sd35.loras: must not be empty: leave it out'],
    ['one twice', [{ path: 'a' }, { path: 'a', scale: 2 }], 'models.sd35.loras: names a file twice'],
    ['a scale in words', [{ path: 'a', scale: 'much' }], 'models.sd35.loras.0.scale: expected a number'],
    ['an endless scale', [{ path: 'a', scale: 1e9 }], 'models.sd35.loras.0.scale: expected at most 100'],
    ['a slip', [{ path: 'a', strength: 1 }], 'models.sd35.loras.0: unknown field: strength'],
    ['a text', ['a.safetensors'], 'models.sd35.loras.0: expected a mapping of fields'],
  ])('refuses of LoRAs %s', (_, loras, message) => {
    expect(() => readShowFile({ ...valid, models: { sd35: { path: 'models/sd35', loras } } })).toThrow(
      message,
    );
  });

  it('takes its version from the environment when one is given', () => {
    expect(readShowFile(valid, 'v2').version).toBe('v2');
  });

  it.each([
    ['a missing field', { ...valid, cues: undefined }, 'show file: cues: expected a text'],
    ['a misspelt field', { ...valid, varants: {} }, 'show file: unknown field: varants'],
    ['a path trick in the version', { ...valid, version: '../other' }, 'version: must not contain a slash'],
    ['a path trick in the project', { ...valid, project: '..' }, 'project: must not be or contain ".."'],
    [
      'a control character',
      { ...valid, version: 'a\u0007b' },
      'version: must not contain a control character',
    ],
    ['an unknown action', { ...valid, variants: { dance: 3 } }, 'variants'],
    ['no variants at all', { ...valid, variants: { prompt: 0 } }, 'variants.prompt: expected at least 1'],
    [
      'an unknown model profile',
      { ...valid, programs: { P0: { ...valid.programs.P0, model: 'flux' } } },
      'programs.P0.model: unknown model profile "flux", expected one of: sd35',
    ],
    [
      'a size the VAE cannot have',
      { ...valid, programs: { P0: { ...valid.programs.P0, width: 1001 } } },
      'programs.P0.width: expected a multiple of 8 pixels',
    ],
    [
      'negative steps',
      { ...valid, programs: { P0: { ...valid.programs.P0, steps: -4 } } },
      'programs.P0.steps: expected at least 1',
    ],
    [
      'strength without an image',
      { ...valid, programs: { P0: { ...valid.programs.P0, strength: 0.5 } } },
      'programs.P0.strength',
    ],
    [
      'previews of something else',
      { ...valid, models: { sd35: { path: 'models/sd35', previews: { of: 'noise' } } } },
      'models.sd35.previews: expected latent-rgb, vae, taesd, or {kind: one of these, of: latents or denoised}',
    ],
    ['something that is no mapping', 'hello', 'show file: expected a mapping of fields'],
    ['no variants', { ...valid, variants: undefined }, 'variants: expected a mapping of fields'],
    ['programs as a list', { ...valid, programs: [] }, 'programs: expected a mapping of fields'],
    [
      'steps as a text',
      { ...valid, programs: { P0: { ...valid.programs.P0, steps: '20' } } },
      'programs.P0.steps: expected a',
    ],
  ])('refuses %s', (_what, yaml, message) => {
    expect(() => readShowFile(yaml)).toThrow(message);
  });

  it('with very many wrong fields, models and programs is refused with a few of the names', () => {
    const many = <T>(value: T) =>
      Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`n${n}`, value]));
    expect(() => readShowFile({ ...valid, ...many(1) })).toThrow(
      /^show file: unknown field: n0, n1, .*n11, … \(2000 in all\)$/,
    );
    const show = readShowFile({ ...valid, programs: { ...valid.programs, ...many(valid.programs.P0) } });
    const cue = { index: 1, action: 'prompt', cueId: 'c', program: 'none', prompt: 'x' } as const;
    const context = { showDirectory: '/', images: {} };
    expect(() => planCues(show, Array(100_000).fill(cue), context)).toThrow(
      /unknown program "none", expected one of: P0, .*n10, … \(\d+ in all\)/,
    );
  });

  it('is refused with every problem, not only the first', () => {
    expect(() => readShowFile({ ...valid, project: '', version: 'a/b', cues: 3 })).toThrow(/3 problems/);
  });
});
