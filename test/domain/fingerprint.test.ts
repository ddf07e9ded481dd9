import { expect, test } from 'vitest';
import { changedParts, fingerprintOf, withParts } from '../../domain/fingerprint.js';
import type { GenerationSettings } from '../../domain/rendition.js';

const model: GenerationSettings['model'] = {
  ...{ name: 'painter', showDirectory: '/shows', path: 'painter-v1' },
  executionProviders: ['cpu'],
  previews: 'latent-rgb',
};
const settings: GenerationSettings = {
  ...{ program: 'P3', model, prompt: 'a lighthouse', negativePrompt: 'fog' },
  ...{ steps: 20, guidance: 7.5, width: 512, height: 384, previews: true },
};
const [FILES, OTHER_FILES] = ['aa'.repeat(32), 'bb'.repeat(32)];
const changed = (
  change: Partial<GenerationSettings>,
  [was, is]: [string | undefined, string | undefined] = [FILES, FILES],
) => changedParts(fingerprintOf(settings, was), fingerprintOf({ ...settings, ...change }, is));

test.each<[string, Partial<GenerationSettings>]>([
  ['prompt', { prompt: 'a lighthouse at night' }],
  ['negative prompt', { negativePrompt: '' }],
  ['size', { width: 384, height: 512 }],
  ['steps', { steps: 21 }],
  ['guidance', { guidance: 7 }],
  ['source picture', { image: { key: 'k', sha256: 'cc'.repeat(32) } }],
  ['strength', { strength: 0.5 }],
  ['scheduler', { model: { ...model, scheduler: 'PNDMScheduler' } }],
  ['model options', { model: { ...model, precision: 'fp16' } }],
  ['preview style', { model: { ...model, previews: 'vae' } }],
  ['long prompts', { longPrompts: 'chunk' }],
  ['prompt syntax', { promptSyntax: 'weighted' }],
])('another %s is a change, and the only one', (part, change) => {
  expect(changed(change)).toEqual([part]);
});

test('settings that do not affect the picture are not in the fingerprint: names, folders, devices', () => {
  expect(
    changed({
      program: 'P4',
      model: { ...model, name: 'p', showDirectory: '/', executionProviders: [{ name: 'cuda', deviceId: 1 }] },
    }),
  ).toEqual([]);
});

test('models are compared by the digest of their files if it is known, otherwise by the name of the directory', () => {
  const moved = { model: { ...model, path: 'painter-v2' } };
  expect(changed(moved)).toEqual([]);
  expect(changed(moved, [FILES, OTHER_FILES])).toEqual(['model']);
  expect(changed(moved, [FILES, undefined])).toEqual(['model directory']);
  expect(changed(moved, [undefined, FILES])).toEqual(['model directory']);
  expect(changed({}, [FILES, undefined])).toEqual([]);
});

test('LoRAs are compared by path and scale in any order; renamed files are no change if the digest is known', () => {
  const painter = { path: 'painter.safetensors', scale: 0.8 };
  const grain = { path: 'grain.safetensors', scale: 0.3 };
  const between = (was: object[], is: object[], files: [string | undefined, string | undefined]) => {
    const [before, now] = [was, is].map(
      (loras) => ({ ...settings, model: { ...model, loras } }) as GenerationSettings,
    );
    return changedParts(
      fingerprintOf(before ?? settings, files[0]),
      fingerprintOf(now ?? settings, files[1]),
    );
  };
  const elsewhere: [undefined, undefined] = [undefined, undefined];
  expect(between([painter, grain], [grain, painter], elsewhere)).toEqual([]);
  expect(between([painter], [painter, grain], elsewhere)).toEqual(['LoRAs']);
  expect(between([painter], [{ ...painter, scale: 0.7 }], elsewhere)).toEqual(['LoRAs']);
  expect(between([], [painter], [FILES, OTHER_FILES])).toEqual(['model', 'LoRAs']);
  // Under another name.
  expect(between([painter], [{ ...painter, path: 'p.safetensors' }], [FILES, FILES])).toEqual([]);
  expect(fingerprintOf({ ...settings, model: { ...model, loras: [] } })).toBe(fingerprintOf(settings));
});

test('switching previews off does not make a picture stale', () => {
  expect(changed({ previews: false })).toEqual([]);
});

test('a fingerprint with fewer parts, of an earlier version, is compared in those parts', () => {
  const earlier = fingerprintOf(settings, FILES).slice(0, 16);
  expect(changedParts(earlier, fingerprintOf({ ...settings, steps: 3 }, FILES))).toEqual([]);
  expect(changedParts(earlier, fingerprintOf({ ...settings, prompt: 'x' }, FILES))).toEqual(['prompt']);
});

test('the reading of prompts is in the fingerprint only if a program sets it, so that earlier fingerprints stay valid', () => {
  const [plain, read] = [settings, { ...settings, promptSyntax: 'weighted' as const }].map((one) =>
    fingerprintOf(one, FILES),
  );
  expect(plain).toHaveLength(12 * 8);
  expect(read?.startsWith(plain ?? 'none')).toBe(true);
  expect(changedParts(read ?? '', plain ?? '')).toEqual(['prompt syntax']);
  expect(withParts(read ?? '', { 'prompt syntax': '' })).toBe(plain);
  expect(withParts(plain ?? '', { 'prompt syntax': 'weighted' })).toBe(read);
});
