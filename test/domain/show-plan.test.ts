import { describe, expect, it } from 'vitest';
import { readCues } from '../../domain/cue-sheet.js';
import { readShowFile } from '../../domain/show-file.js';
import { planCues, requestVariant } from '../../domain/show-plan.js';

const program = { model: 'm', steps: 20, guidance: 4, width: 512, height: 512 };
const show = readShowFile({
  project: 'foigoi',
  version: 'v1',
  cues: 'cues.json',
  variants: { transcript: 30, prompt: 50, 'move-slider': 50 },
  models: { m: { path: 'm' } },
  programs: {
    P0: { ...program, previews: false, suffix: ', photorealistic' },
    P2: { ...program, prompt: 'painting like an epic poem of malaya', image: 'p2.png', strength: 0.5 },
    P4: {
      ...program,
      suffix: { text: ', photorealistic', only: ['data researcher', 'crowdworker', 'big tech ceo'] },
    },
  },
});
const image = { key: 'foigoi/v1/pregen/images/abc', sha256: 'abc' };
const context = { showDirectory: '/shows/foigoi', images: { P2: image } };
const time = '00:00:01';
const settings = (cue: object) => planCues(show, readCues([{ time, ...cue }]), context)[0]?.settings;

describe('a plan', () => {
  it('gives each cue its program’s settings and its action’s number of variants', () => {
    const [task] = planCues(
      show,
      readCues([{ time, action: 'transcript', transcript: 'the sea', generate: true }]),
      context,
    );
    expect(task).toMatchObject({
      cueId: 'transcript_0_00_00_01',
      variants: 30,
      project: 'foigoi',
      version: 'v1',
    });
    expect(task?.settings).toMatchObject({ prompt: 'the sea, photorealistic', previews: false, steps: 20 });
  });

  it('appends a listed suffix only to the prompt as sent, after override, trimmed', () => {
    const prompt = (cue: object) => settings({ action: 'prompt', program: 'P4', ...cue })?.prompt;
    expect(prompt({ prompt: 'x', override: ' crowdworker ' })).toBe('crowdworker, photorealistic');
    expect(prompt({ prompt: 'crowdworker', override: 'a sailor' })).toBe('a sailor');
    expect(prompt({ prompt: 'Crowdworker' })).toBe('Crowdworker');
  });

  it('of image-to-image has the program’s picture and prompt, and the cue’s strength before the program’s', () => {
    const slider = settings({ action: 'move-slider', program: 'P2', value: 0 });
    expect(slider).toMatchObject({ prompt: 'painting like an epic poem of malaya', image, strength: 0 });
    expect(settings({ action: 'prompt', program: 'P2', prompt: 'x' })?.strength).toBe(0.5);
  });

  it('lets a cue override the steps', () => {
    expect(settings({ action: 'prompt', program: 'P4', prompt: 'x', inferenceStep: 7 })?.steps).toBe(7);
  });

  it('does not pass strength to a program without a picture', () => {
    expect(settings({ action: 'prompt', program: 'P4', prompt: 'x', guidance: 30 })).not.toHaveProperty(
      'strength',
    );
  });

  it('refuses unknown programs, sliders without a picture and an empty show, naming the cue', () => {
    const plan = (...cues: object[]) =>
      planCues(show, readCues(cues.map((cue) => ({ time, ...cue }))), { ...context, images: {} });
    expect(() =>
      plan(
        { action: 'prompt', program: 'P9', prompt: 'x' },
        { action: 'prompt', program: 'constructor', prompt: 'x' },
      ),
    ).toThrow(
      /cue 0, program: unknown program "P9", expected one of: P0, P2, P4\n.*cue 1, program: unknown program "constructor"/,
    );
    expect(() => plan({ action: 'fade' })).toThrow('no cue of this sheet produces an image');
  });

  it('derives a different, repeatable seed for each variant, unless one is given', () => {
    const [task] = planCues(
      show,
      readCues([{ time, action: 'prompt', program: 'P4', prompt: 'x' }]),
      context,
    );
    if (task === undefined) throw new Error('no task');
    const seeds = Array.from({ length: 50 }, (_, index) => requestVariant(task, index + 1).seed);
    expect(new Set(seeds).size).toBe(50);
    expect(seeds[0]).toBe(requestVariant(task, 1).seed);
    expect(requestVariant(task, 1, 42).seed).toBe(42);
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true);
  });
});
