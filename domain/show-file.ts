/**
 * `show.yaml` as data: which cue sheet, which version, which programs with which models, how many variants.
 * Unknown fields are refused, because in a file that decides hours of GPU time a typo must not be ignored.
 */

import { z } from 'zod';
import { IMAGE_ACTIONS } from './cue-sheet.js';
import { executionProvidersSchema } from './execution-provider-schema.js';
import { given } from './given.js';
import { isRecord } from './is-record.js';
import { PREVIEW_KINDS, PREVIEW_SUBJECTS } from './preview-style.js';
import { InvalidInputError, type Problem } from './problems.js';
import { LONG_PROMPTS, PROMPT_SYNTAXES, promptProblems } from './prompt-reading.js';
import { DEFAULT_RETRY_LIMITS } from './retry-limits.js';
import { segmentSchema } from './segment-schema.js';
import { someOf } from './some-of.js';
import { QUEUE_NAME } from './task-queues.js';
import { textSchema } from './text-schema.js';
import { inOurWords, problemsOf } from './zod-problems.js';

const count = z.int({ error: 'expected a positive whole number' }).min(1, { error: 'expected at least 1' });
/** The variants of a cue travel as a list of numbers: so many fit a payload (2 MB) twice. */
const variants = count.max(100_000, { error: 'expected at most 100000 variants a cue' });
const nonEmpty = textSchema.min(1, { error: 'must not be empty' });
/** `~` is the shell's word for a home folder; here it would be a folder of that name. */
const path = nonEmpty.refine((text) => !/^~(\/|$)/.test(text), {
  error: 'must not begin with "~", which only shells know: write the whole path',
});
const size = count
  .max(8192, { error: 'expected at most 8192 pixels' })
  .multipleOf(8, { error: 'expected a multiple of 8 pixels' });
const share = z
  .number({ error: 'expected a number from 0 to 1' })
  .min(0, { error: 'expected at least 0' })
  .max(1, { error: 'expected at most 1' });

/** A kind of preview, or a kind and which latents it shows (`PreviewStyle`). */
const previewsSchema = z.union(
  [
    z.enum(PREVIEW_KINDS),
    z.strictObject({
      kind: z.enum(PREVIEW_KINDS).default('latent-rgb'),
      of: z.enum(PREVIEW_SUBJECTS).default('latents'),
    }),
  ],
  {
    error: `expected ${PREVIEW_KINDS.join(', ')}, or {kind: one of these, of: ${PREVIEW_SUBJECTS.join(' or ')}}`,
  },
);

/** More are taken for a mistake. */
const MAX_LORAS = 32;
/** Twice the same file is taken for a mistake, too. */
const namesNoFileTwice = (loras: readonly { path: string }[]): boolean =>
  new Set(loras.map(({ path: file }) => file)).size === loras.length;

/** A LoRA file and the factor of its changes. */
const loraSchema = z.strictObject({
  /** A .safetensors file; relative paths are resolved as the model's. */
  path,
  scale: z
    .number({ error: 'expected a number' })
    .min(-100, { error: 'expected at least -100' })
    .max(100, { error: 'expected at most 100' })
    .default(1),
});

/** A named model directory and how to run it. */
const modelProfileSchema = z.strictObject({
  /** Directory in diffusers' ONNX layout; relative paths are resolved on the GPU machine (`PREGEN_MODELS`, else the show file's folder). */
  path,
  /** Class name that overrides the directory's own scheduler. */
  scheduler: nonEmpty.optional(),
  executionProviders: executionProvidersSchema.default(['cpu']),
  /** What the files are expected to be; types are read from them, and a model that differs is refused. */
  precision: z.enum(['fp32', 'fp16']).optional(),
  /** Whose random numbers seeds stand for: a CPU's (default) or an NVIDIA GPU's, to make images again that were seeded there. */
  rng: z.enum(['cpu', 'cuda']).optional(),
  previews: previewsSchema.default('latent-rgb'),
  /** Which GPU workers make its images: those that serve this queue (`PREGEN_QUEUES`); by default all that serve `default`. */
  queue: z
    .string({ error: 'expected a text' })
    .regex(QUEUE_NAME, { error: 'expected lowercase letters, digits and hyphens, 31 at most' })
    .optional(),
  /** Merged into the weights on the machine that computes; their order means nothing. */
  loras: z
    .array(loraSchema)
    .min(1, { error: 'must not be empty: leave it out' })
    .max(MAX_LORAS, { error: `expected at most ${MAX_LORAS} LoRAs` })
    .refine(namesNoFileTwice, { error: 'names a file twice: give it once, with the sum of the scales' })
    .optional(),
});

/** Text appended to a prompt, always or only for the listed prompts. */
const suffixSchema = z.union(
  [
    nonEmpty.transform((text) => ({ text })),
    z.strictObject({ text: nonEmpty, only: z.array(nonEmpty).min(1) }),
  ],
  { error: 'expected a text, or {text, only: [prompts]}' },
);

const programSchema = z.strictObject({
  model: nonEmpty,
  previews: z.boolean({ error: 'expected true or false' }).default(true),
  steps: count.max(1000, { error: 'expected at most 1000 steps' }),
  guidance: z.number({ error: 'expected a number' }).min(0, { error: 'expected at least 0' }),
  /** Of an image that starts from a picture: the picture's own unless given. */
  width: size.optional(),
  height: size.optional(),
  negativePrompt: textSchema.optional(),
  suffix: suffixSchema.optional(),
  /** Fixed prompt: replaces the cue's words. */
  prompt: nonEmpty.optional(),
  /** Instead of cutting prompts at the text encoder's length (Stable Diffusion, SDXL). */
  longPrompts: z.enum(LONG_PROMPTS, { error: `expected ${LONG_PROMPTS.join(' or ')}` }).optional(),
  /** Instead of taking brackets for words (Stable Diffusion, SDXL). */
  promptSyntax: z.enum(PROMPT_SYNTAXES, { error: `expected ${PROMPT_SYNTAXES.join(' or ')}` }).optional(),
  /** Picture for image-to-image, relative to the show file. */
  image: path.optional(),
  /** Strength where the cue brings none. */
  strength: share.optional(),
});

/** How long to try before settling for less (`RetryLimits`), in seconds; at most a week. */
const seconds = count.max(7 * 24 * 3600, { error: 'expected at most a week, in seconds' });
const patienceSchema = z.strictObject({
  previewUploadSeconds: seconds.default(DEFAULT_RETRY_LIMITS.previewUploadSeconds),
  spoolSilenceSeconds: seconds.default(DEFAULT_RETRY_LIMITS.spoolSilenceSeconds),
});

const showSchema = z.strictObject({
  project: segmentSchema,
  version: segmentSchema,
  /** Path of the cue sheet, relative to the show file. */
  cues: path,
  variants: z.partialRecord(z.enum(IMAGE_ACTIONS), variants),
  models: z.record(nonEmpty, modelProfileSchema),
  programs: z.record(nonEmpty, programSchema),
  patience: patienceSchema.default(DEFAULT_RETRY_LIMITS),
});

export type ModelProfile = z.output<typeof modelProfileSchema>;
export type Program = z.output<typeof programSchema>;
export type Suffix = NonNullable<Program['suffix']>;
export type ShowFile = z.output<typeof showSchema>;

/**
 * Validates the parsed YAML of a show file. `version` (from `PREGEN_VERSION_ID`) overrides the file's own.
 * Throws {@link InvalidInputError} with every problem.
 */
export function readShowFile(yaml: unknown, version?: string): ShowFile {
  const source = version === undefined || !isRecord(yaml) ? yaml : { ...yaml, version };
  const parsed = showSchema.safeParse(source, { error: inOurWords });
  if (!parsed.success) throw new InvalidInputError('show file', problemsOf(parsed.error, ''));
  const models = someOf(Object.keys(parsed.data.models));
  const problems = Object.entries(parsed.data.programs).flatMap(([name, program]) =>
    programProblems(name, program, parsed.data, models),
  );
  if (problems.length > 0) throw new InvalidInputError('show file', problems);
  return parsed.data;
}

/** @param models the names that a refusal lists */
function programProblems(name: string, program: Program, show: ShowFile, models: string): Problem[] {
  const where = (field: string) => `programs.${name}.${field}`;
  const problems: Problem[] = [];
  if (!Object.hasOwn(show.models, program.model)) {
    problems.push({
      where: where('model'),
      message: `unknown model profile "${program.model}", expected one of: ${models}`,
    });
  }
  if (program.image === undefined)
    for (const side of ['width', 'height'] as const)
      if (program[side] === undefined)
        problems.push({
          where: where(side),
          message: 'expected a number of pixels; only a program with an image may leave it to that',
        });
  if (program.strength !== undefined && program.image === undefined) {
    problems.push({
      where: where('strength'),
      message: 'is for image-to-image only: give an image, or drop the strength',
    });
  }
  return [
    ...problems,
    ...textProblems(program).map(([field, message]) => ({ where: where(field), message })),
  ];
}

/** Each text by itself: what one opens another cannot close. */
function textProblems(program: Program): [string, string][] {
  const { prompt, negativePrompt, suffix } = program;
  return Object.entries({ prompt, negativePrompt, suffix: suffix?.text }).flatMap(([field, text = '']) =>
    promptProblems(text, given(program)).map((message): [string, string] => [field, message]),
  );
}
