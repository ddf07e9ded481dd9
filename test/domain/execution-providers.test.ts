/** Execution providers in a show file: names, names with options, and what is refused, in words of the form that was written. */
import { expect, it } from 'vitest';
import { providersText } from '../../domain/execution-providers.js';
import { readShowFile } from '../../domain/show-file.js';

const providersOf = (executionProviders: unknown) =>
  readShowFile({
    ...{ project: 'p', version: 'v1', cues: 'cues.json', variants: { prompt: 1 }, programs: {} },
    models: { m: { path: 'm', executionProviders } },
  }).models.m?.executionProviders;

it.each([
  [['cuda', 'cpu'], 'cuda, cpu'],
  [[{ name: 'cuda', deviceId: 1 }, 'cpu'], 'cuda:1, cpu'],
  [[{ name: 'tensorrt', deviceId: 0 }, { name: 'cuda' }], 'tensorrt:0, cuda'],
  [[{ name: 'webgpu', preferredLayout: 'NHWC', forceCpuNodeNames: ['Add_1'] }], 'webgpu'],
  [[{ name: 'coreml', coreMlFlags: 0x20 }], 'coreml'],
])('%j is taken as it is, and called %s', (providers, text) => {
  expect(providersOf(providers)).toEqual(providers);
  expect(providersText(providersOf(providers) ?? [])).toBe(text);
});

const at = 'show file: models.m.executionProviders';
it.each<[string, unknown, string]>([
  ['none', [], `${at}: must not be empty: leave it out`],
  ['a name alone', 'cuda', `${at}: expected a list`],
  ['an empty name', [''], `${at}.0: must not be empty`],
  ['a number', ['cpu', 3], `${at}.1: expected a text`],
  ['one twice', ['cuda', { name: 'cuda', deviceId: 1 }], `${at}: names a provider twice`],
  ['an index below 0', [{ name: 'cuda', deviceId: -1 }], `${at}.0.deviceId: expected at least 0`],
  ['an index as a text', [{ name: 'cuda', deviceId: '1' }], `${at}.0.deviceId: expected a whole number`],
  [
    'options of an unknown provider',
    [{ name: 'quantum' }],
    `${at}.0.name: expected the name of a provider that`,
  ],
  ['options without a name', [{ deviceId: 1 }], `${at}.0.name: expected the name of a provider that`],
  [
    'another layout',
    [{ name: 'webgpu', preferredLayout: 'HWC' }],
    `${at}.0.preferredLayout: expected NCHW, NHWC`,
  ],
  [
    'a limit of memory',
    [{ name: 'cuda', memoryLimitGiB: 20 }],
    `${at}.0: onnxruntime-node passes on to cuda only deviceId, so it would not heed memoryLimitGiB; which GPU`,
  ],
  ['CUDA graphs', [{ name: 'cuda', enableCudaGraph: true }], 'would not heed enableCudaGraph'],
  ['a cache of TensorRT', [{ name: 'tensorrt', timingCachePath: 'x' }], 'would not heed timingCachePath'],
  ['a device of webgpu', [{ name: 'webgpu', deviceId: 1 }], 'passes on to webgpu only preferredLayout, '],
  [
    'options of the CPU',
    [{ name: 'cpu', useArena: false }],
    'passes on to cpu no options, so it would not heed useArena',
  ],
])('%s: refused', (_, providers, message) => {
  expect(() => providersOf(providers)).toThrow(message);
});
