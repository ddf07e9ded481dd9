import { describe, expect, it } from 'vitest';
import { readSchedulerFacts } from '../../diffusion/model-directory/scheduler-facts.js';
import { readConfiguration } from '../../domain/configuration.js';
import { generationParameters } from '../../domain/generation-parameters.js';
import { denoisingIterations } from '../../domain/iterations.js';
import { finalKey, parseVariantKey, stepKey, timingKey, variantPrefix } from '../../domain/object-keys.js';
import { deriveSeed } from '../../domain/seeds.js';
import { composeTiming, serializeTiming } from '../../domain/timing.js';
import { cueWorkflowId, showWorkflowId, variantWorkflowId } from '../../domain/workflow-ids.js';

const address = { project: 'foigoi', version: 'v1', cueId: 'prompt_3_00_01_00', variantId: 7 };

describe('object keys', () => {
  it('are those that front-ends request', () => {
    expect(finalKey(address)).toBe('foigoi/v1/cues/prompt_3_00_01_00/7/final.png');
    expect(stepKey(address, 12)).toBe('foigoi/v1/cues/prompt_3_00_01_00/7/12.png');
    expect(timingKey(address)).toBe('foigoi/v1/cues/prompt_3_00_01_00/7/timing.json');
  });

  it.each([
    { cueId: '..' },
    { cueId: 'a/b' },
    { cueId: '' },
    { version: 'a\\b' },
    { project: 'a\nb' },
    { variantId: 0 },
    { variantId: 1.5 },
  ])('refuse %j', (unsafe) => {
    expect(() => variantPrefix({ ...address, ...unsafe })).toThrow(/object key/);
  });

  it('refuse step 0', () => {
    expect(() => stepKey(address, 0)).toThrow('step: expected a positive integer, got 0');
  });

  it('can be parsed, and other keys under cues/ cannot', () => {
    const prefix = 'foigoi/v1/cues/';
    expect(parseVariantKey(prefix, stepKey(address, 12))).toEqual({
      cueId: address.cueId,
      variantId: 7,
      object: { kind: 'step', step: 12 },
    });
    expect(parseVariantKey(prefix, timingKey(address))?.object).toEqual({ kind: 'timing' });
    for (const stranger of [
      'c/7/0.png',
      'c/07/final.png',
      'c/7/final.jpg',
      'c/7/x/final.png',
      'c/final.png',
    ]) {
      expect(parseVariantKey(prefix, prefix + stranger)).toBeUndefined();
    }
  });
});

describe('timing.json', () => {
  it('lists the steps in order, then final, in whole milliseconds', () => {
    const timing = composeTiming([1000, 300, 400, 800], 1000, new Set([1, 2, 3, 4]));
    expect(serializeTiming(timing)).toBe(
      '{"stepDurations":{"1":1000,"2":300,"3":400,"4":800,"final":1000}}\n',
    );
  });

  it('rounds cumulatively, so that the durations add up to the rounded total', () => {
    const { stepDurations } = composeTiming(
      Array(10).fill(0.4),
      0.4,
      new Set(Array.from({ length: 10 }, (_, i) => i + 1)),
    );
    const total = Object.values(stepDurations).reduce((sum, duration) => sum + duration, 0);
    expect(total).toBe(4);
  });

  it('adds the duration of a missing preview to the next key that is stored', () => {
    expect(composeTiming([10, 20, 30], 5, new Set([1, 3])).stepDurations).toEqual({
      '1': 10,
      '3': 50,
      final: 5,
    });
    expect(composeTiming([10, 20, 30], 5, new Set([1])).stepDurations).toEqual({ '1': 10, final: 55 });
  });

  it('has only the final image if no step ran', () => {
    expect(composeTiming([], 12.4, new Set()).stepDurations).toEqual({ final: 12 });
  });
});

describe('identity', () => {
  it('derives workflow ids from business keys', () => {
    expect(showWorkflowId(address)).toBe('pregen/foigoi/v1');
    expect(cueWorkflowId(address)).toBe('pregen/foigoi/v1/prompt_3_00_01_00');
    expect(variantWorkflowId(address)).toBe('pregen/foigoi/v1/prompt_3_00_01_00/7');
  });

  it('derives seeds that never change, so that images of a version can be generated again', () => {
    // printf 'v1\nprompt_3_00_01_00\n7' | sha256sum, first 8 digits
    expect(deriveSeed('v1', 'prompt_3_00_01_00', 7)).toBe(0x5ba73786);
  });
});

describe('denoising iterations', () => {
  it('are rounded from steps × strength as each family does', () => {
    expect(denoisingIterations('sd', 20, 0.33)).toBe(6);
    expect(denoisingIterations('sdxl', 20, 0.7)).toBe(14);
    expect(denoisingIterations('sd3', 20, 0.33)).toBe(7);
    expect(denoisingIterations('sd3', 20, 0)).toBe(0);
    expect(denoisingIterations('sd3', 20)).toBe(20);
  });

  it('are one more with PNDM, but none if the strength leaves none', () => {
    const pndm = readSchedulerFacts({ _class_name: 'PNDMScheduler', skip_prk_steps: true }, undefined);
    expect(denoisingIterations('sd', 20, undefined, pndm)).toBe(21);
    expect(denoisingIterations('sd', 20, 0.33, pndm)).toBe(7);
    expect(denoisingIterations('sd', 20, 0, pndm)).toBe(0);
    expect(denoisingIterations('sd', 1, undefined, pndm)).toBe(1);
    const overridden = readSchedulerFacts({ _class_name: 'PNDMScheduler' }, 'DDIMScheduler');
    expect(denoisingIterations('sd', 20, undefined, overridden)).toBe(20);
  });

  it('are two in each step with Heun and DPM2, but one in the last step', () => {
    for (const name of [
      'HeunDiscreteScheduler',
      'KDPM2DiscreteScheduler',
      'KDPM2AncestralDiscreteScheduler',
    ]) {
      const twice = readSchedulerFacts({ _class_name: name }, undefined);
      expect(denoisingIterations('sd', 20, undefined, twice)).toBe(39);
      expect(denoisingIterations('sd', 20, 0.33, twice)).toBe(11);
      expect(denoisingIterations('sd', 20, 0, twice)).toBe(0);
    }
    const flow = readSchedulerFacts({ _class_name: 'FlowMatchHeunDiscreteScheduler' }, undefined);
    expect(denoisingIterations('sd3', 20, 0.33, flow)).toBe(13);
  });
});

describe('generation parameters', () => {
  it('have the format that image tools expect', () => {
    const settings = {
      program: 'P4',
      model: {
        name: 'demo',
        path: 'm',
        showDirectory: '/',
        executionProviders: ['cpu'],
        previews: 'latent-rgb' as const,
      },
      prompt: 'a boat',
      negativePrompt: 'fog',
      steps: 20,
      guidance: 4,
      width: 128,
      height: 64,
      previews: true,
    };
    const text = generationParameters(
      { ...address, seed: 5, settings },
      { scheduler: 'Euler', modelDigest: '0123456789abcdef' },
    );
    expect(text).toBe(
      'a boat\nNegative prompt: fog\nSteps: 20, Sampler: Euler, CFG scale: 4, Seed: 5, Size: 128x64, Model hash: 0123456789, Model: demo',
    );
  });
});

describe('configuration', () => {
  it('has working defaults, and treats empty variables as absent', () => {
    expect(readConfiguration({ PREGEN_STORE: '' })).toMatchObject({
      store: 'file:./pregen-output',
      spool: './pregen-spool',
    });
  });

  it('refuses every bad variable at once', () => {
    expect(() =>
      readConfiguration({ PREGEN_VERSION_ID: 'a/b', PREGEN_THREADS: '0', PREGEN_SPOOL_BUDGET_GIB: 'lots' }),
    ).toThrow(/3 problems[\s\S]*PREGEN_SPOOL_BUDGET_GIB[\s\S]*/);
  });
});
