/**
 * What the show bundle in the store says of each cue: prompt, program and how many variants are wanted. The bundle is
 * read leniently: the gallery must open on every store, also of another version, so a bundle that cannot be read counts as none.
 */
import { z } from 'zod';
import { given } from '../domain/given.js';
import { denoisingIterations } from '../domain/iterations.js';
import { promptFor } from '../domain/show-plan.js';
import type { CueFacts } from './show-index.js';

/** The narrower schema first: the wider one would accept the same suffix, and drop its `only`. */
const suffix = z.union([
  z.object({ text: z.string(), only: z.array(z.string()) }),
  z.object({ text: z.string() }),
]);

const bundleSchema = z.object({
  show: z.object({
    variants: z.record(z.string(), z.int().min(0)),
    programs: z.record(
      z.string(),
      z.object({
        model: z.string(),
        previews: z.boolean(),
        steps: z.number(),
        prompt: z.string().optional(),
        suffix: suffix.optional(),
        strength: z.number().optional(),
        image: z.string().optional(),
      }),
    ),
  }),
  cues: z.array(
    z.object({
      index: z.int(),
      action: z.string(),
      cueId: z.string(),
      program: z.string(),
      prompt: z.string().optional(),
      strength: z.number().optional(),
      steps: z.number().optional(),
    }),
  ),
  families: z.record(z.string(), z.enum(['sd3', 'flux', 'sdxl', 'sd'])).optional(),
  schedulers: z
    .record(
      z.string(),
      z.object({
        className: z.string(),
        trainTimesteps: z.number(),
        trailing: z.boolean(),
        skipsRungeKutta: z.boolean(),
      }),
    )
    .optional(),
});

type Bundle = z.output<typeof bundleSchema>;
type Cue = Bundle['cues'][number];
type Program = Bundle['show']['programs'][string];

/** Cue facts by cue id; empty for a document that is no show bundle. */
export function readBundleFacts(json: string): Map<string, CueFacts> {
  const bundle = parsedBundle(json);
  if (bundle === undefined) return new Map();
  return new Map(bundle.cues.map((cue) => [cue.cueId, factsOf(cue, bundle)]));
}

function parsedBundle(json: string): Bundle | undefined {
  try {
    return bundleSchema.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}

function factsOf(cue: Cue, { show, families, schedulers }: Bundle): CueFacts {
  const program = show.programs[cue.program];
  const family = program === undefined ? undefined : families?.[program.model];
  const facts = {
    index: cue.index,
    action: cue.action,
    program: cue.program,
    prompt: promptOf(cue, program),
    previews: program?.previews ?? true,
    planned: show.variants[cue.action] ?? 0,
  };
  if (program === undefined || family === undefined) return facts;
  const strength = program.image === undefined ? undefined : (cue.strength ?? program.strength);
  const scheduler = schedulers?.[program.model];
  return {
    ...facts,
    iterations: denoisingIterations(family, cue.steps ?? program.steps, strength, scheduler),
  };
}

function promptOf(cue: Cue, program: Program | undefined): string {
  if (program === undefined) return cue.prompt ?? '';
  const { prompt, suffix } = program;
  const rules = { ...given({ prompt }), ...given({ suffix }) };
  return promptFor(rules, cue.prompt) ?? '';
}
