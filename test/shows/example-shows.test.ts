import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseCueSheet } from '../../domain/cue-sheet.js';
import { readShowFile } from '../../domain/show-file.js';
import { planCues } from '../../domain/show-plan.js';

const showsFolder = join(import.meta.dirname, '../../shows');

/** The example show in `name`, read as the product reads it, with its planned cues. */
function planExample(name: string) {
  const showDirectory = join(showsFolder, name);
  const show = readShowFile(parse(readFileSync(join(showDirectory, 'show.yaml'), 'utf8')));
  const cues = parseCueSheet(readFileSync(join(showDirectory, show.cues), 'utf8'));
  return { showDirectory, show, tasks: planCues(show, cues, { showDirectory, images: {} }) };
}

describe('the example shows', () => {
  it.each(['demo', 'exhibition'])('%s is valid, and its picture files exist', (name) => {
    const { show, showDirectory, tasks } = planExample(name);
    expect(tasks.length).toBeGreaterThan(0);
    const images = Object.values(show.programs).flatMap((program) => program.image ?? []);
    expect(images.filter((image) => !existsSync(join(showDirectory, image)))).toEqual([]);
  });

  it('the demo has 11 cues and 42 images, and shows every rule of the cue sheet', () => {
    const { show, showDirectory, tasks } = planExample('demo');
    expect(tasks.map((task) => task.cueId)).toEqual([
      'transcript_2_00_00_12',
      'transcript_4_00_00_24',
      'transcript_5_00_00_36',
      'transcript_7_00_00_50',
      'prompt_9_00_01_05',
      'prompt_11_00_01_24',
      'prompt_12_00_01_40',
      'prompt_14_00_01_58',
      'prompt_15_00_02_10',
      'slider_17_00_02_26_val0',
      'slider_18_00_02_34_500_val70',
    ]);
    expect(tasks.reduce((sum, task) => sum + task.variants, 0)).toBe(42);
    const model = show.models['demo-sd3'];
    expect(existsSync(join(showDirectory, model?.path ?? '', 'model_index.json'))).toBe(true);
  });

  it('the exhibition adds its suffix in P4 only to the three prompts it names', () => {
    const p4 = planExample('exhibition').tasks.filter((task) => task.settings.program === 'P4');
    expect(p4.map((task) => task.settings.prompt)).toEqual([
      'data researcher, photorealistic',
      'crowdworker, photorealistic',
      'a beach at low tide',
    ]);
  });
});
