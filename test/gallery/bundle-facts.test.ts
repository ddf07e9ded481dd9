/** The facts that the gallery reads from a bundle agree with the plan. */
import { expect, it } from 'vitest';
import { planCues } from '../../domain/show-plan.js';
import { readBundleFacts } from '../../gallery/bundle-facts.js';
import { sampleCues, sampleShow } from '../workflows/samples.js';

it.each([
  ['always', 'in oil'],
  ['for a prompt that is there', { text: ', in oil', only: ['prompt 0'] }],
  ['for a prompt that is not', { text: ', in oil', only: ['another'] }],
])('a suffix %s is in the heading exactly if it is in the prompt', (_, suffix) => {
  const base = sampleShow('v1', 2);
  const programs = Object.fromEntries(
    Object.entries(base.programs).map(([name, program]) => [
      name,
      { ...program, suffix: typeof suffix === 'string' ? { text: suffix } : suffix },
    ]),
  );
  const show = { ...base, programs };
  const cues = sampleCues(2, 'P4').map((cue, index) => ({ ...cue, prompt: `prompt ${index}` }));
  const context = { showDirectory: '/show', images: {} };
  const facts = readBundleFacts(JSON.stringify({ ...context, show, cues }));
  for (const { cueId, settings } of planCues(show, cues, context))
    expect(facts.get(cueId)?.prompt).toBe(settings.prompt);
});
