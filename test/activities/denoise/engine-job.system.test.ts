import { describe, expect, it } from 'vitest';
import { engineJob, modelDirectory } from '../../../activities/denoise/engine-job.js';
import { recordedRequest, renditionIdOf } from '../../../activities/rendition-id.js';
import type { ExecutionProvider } from '../../../domain/execution-providers.js';
import { requestFor, settings } from '../../support/rendering.js';

const place = { jobId: 'j', outputDirectory: '/out', from: undefined, image: undefined };
const machine = { models: undefined, threads: undefined };

describe('a job for the engine', () => {
  it('resolves the model’s path beside the show file, in the machine’s models folder, or as an absolute path', () => {
    const model = { ...settings.model, path: 'models/sd3', showDirectory: '/shows/demo' };
    expect(modelDirectory(model, undefined)).toBe('/shows/demo/models/sd3');
    expect(modelDirectory(model, '/srv')).toBe('/srv/models/sd3');
    expect(modelDirectory({ ...model, path: '/opt/sd3' }, '/srv')).toBe('/opt/sd3');
  });

  it('has the LoRAs of the model profile with paths resolved as those of models', () => {
    const loras = [{ path: 'loras/painter.safetensors', scale: 0.8 }];
    const model = { ...settings.model, showDirectory: '/shows/demo', loras };
    const mergedModels = { folder: '/merged', budgetBytes: 5 };
    const job = engineJob(requestFor(1, { model }), { ...machine, mergedModels }, place);
    expect(job).toMatchObject({
      loras: [{ path: '/shows/demo/loras/painter.safetensors', scale: 0.8 }],
      mergedModels,
    });
    const elsewhere = engineJob(requestFor(1, { model }), { ...machine, models: '/srv' }, place);
    expect(elsewhere.loras).toEqual([{ path: '/srv/loras/painter.safetensors', scale: 0.8 }]);
    expect(Object.keys(engineJob(requestFor(1), { ...machine, mergedModels }, place))).not.toContain('loras');
  });

  it('has the previews of the model profile, only if the program keeps previews', () => {
    const model = { ...settings.model, previews: 'vae' } as const;
    expect(engineJob(requestFor(1, { model }), machine, place).preview).toEqual({
      kind: 'vae',
      of: 'latents',
    });
    const denoised = { ...model, previews: { kind: 'latent-rgb', of: 'denoised' } } as const;
    expect(engineJob(requestFor(1, { model: denoised }), machine, place).preview).toEqual(denoised.previews);
    expect(engineJob(requestFor(1, { model, previews: false }), machine, place).preview).toBeUndefined();
  });

  it('has the settings of profile and machine for running the model', () => {
    const model = {
      ...settings.model,
      executionProviders: ['cuda', 'cpu'],
      scheduler: 'EulerDiscreteScheduler',
    };
    expect(engineJob(requestFor(1, { model }), { ...machine, threads: 3 }, place).loadOptions).toEqual({
      executionProviders: ['cuda', 'cpu'],
      scheduler: 'EulerDiscreteScheduler',
      threads: 3,
    });
  });

  it('has the program’s settings for reading prompts', () => {
    const reading = { longPrompts: 'chunk', promptSyntax: 'weighted' } as const;
    expect(engineJob(requestFor(1, reading), machine, place).request).toMatchObject(reading);
    const plain = engineJob(requestFor(1), machine, place).request;
    expect(Object.keys(plain)).not.toContain('longPrompts');
    expect(Object.keys(plain)).not.toContain('promptSyntax');
  });
});

describe('a rendition', () => {
  it('has an id that depends on its address only, not on its settings', () => {
    expect(renditionIdOf(requestFor(1))).toBe(renditionIdOf(requestFor(1, { steps: 9 })));
    expect(renditionIdOf(requestFor(1))).not.toBe(renditionIdOf(requestFor(2)));
    expect(renditionIdOf(requestFor(1))).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is recorded with everything that determines the image, but without the folder the show was started from', () => {
    const elsewhere = { ...settings.model, showDirectory: '/elsewhere' };
    expect(recordedRequest(requestFor(1, { model: elsewhere }))).toEqual(recordedRequest(requestFor(1)));
    expect(recordedRequest(requestFor(1, { guidance: 9 }))).not.toEqual(recordedRequest(requestFor(1)));
  });

  it('is recorded with the names of execution providers only: another GPU goes on with it', () => {
    const on = (...executionProviders: ExecutionProvider[]) =>
      recordedRequest(requestFor(1, { model: { ...settings.model, executionProviders } }));
    expect(on({ name: 'cuda', deviceId: 1 }, 'cpu')).toEqual(on('cuda', 'cpu'));
    expect(on('cuda')).not.toEqual(on('cpu'));
  });

  it('differs from the one of an earlier version’s worker if that would cut its prompt', () => {
    const [plain, chunked] = [requestFor(1), requestFor(1, { longPrompts: 'chunk' })];
    const { showDirectory: _, ...model } = chunked.settings.model;
    const earlier = { ...chunked, settings: { ...chunked.settings, model } };
    expect(recordedRequest(chunked)).toEqual({ ...earlier, heeds: ['longPrompts'] });
    expect(recordedRequest(plain)).not.toHaveProperty('heeds');
    const loras = [{ path: 'painter.safetensors', scale: 1 }];
    const painted = requestFor(1, { model: { ...settings.model, loras } });
    expect(recordedRequest(painted)).toMatchObject({ heeds: ['loras'] });
  });
});
