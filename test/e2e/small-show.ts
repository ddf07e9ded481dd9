/**
 * A show with one cue of every kind, generated in seconds: a transcript (final image only), prompts with previews, and sliders
 * over a picture, one of them at 0.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { stringify } from 'yaml';
import type { RetryLimits } from '../../domain/retry-limits.js';

const model = fileURLToPath(new URL('../../models/demo-sd3', import.meta.url));

export const STEPS = 8;
const time = '00:00:01';

export const CUES = [
  { time, action: 'route', to: 'stage' },
  { time, action: 'transcript', transcript: 'a forest in the snow at dawn', generate: true },
  { time, action: 'prompt', prompt: 'a boat', override: 'a red sun over the sea', program: 'P4' },
  { time, action: 'prompt', prompt: 'never sent', commit: false, program: 'P4' },
  { time, action: 'move-slider', program: 'P2', value: 0 },
  { time, action: 'move-slider', program: 'P2', value: 50 },
];

/** Cue ids of the show, by kind. */
export const CUE_IDS = {
  transcript: 'transcript_1_00_00_01',
  prompt: 'prompt_2_00_00_01',
  untouched: 'slider_4_00_00_01_val0',
  repainted: 'slider_5_00_00_01_val50',
};

/** All keys under `small/v1/cues/` when the show is done. */
export function expectedObjects(promptVariants = 2): string[] {
  const variant = (cueId: string, variantId: number, steps: number, timing: boolean) => [
    ...Array.from({ length: steps }, (_, index) => `${cueId}/${variantId}/${index + 1}.png`),
    `${cueId}/${variantId}/final.png`,
    ...(timing ? [`${cueId}/${variantId}/timing.json`] : []),
  ];
  return [
    ...variant(CUE_IDS.transcript, 1, 0, false),
    ...variant(CUE_IDS.transcript, 2, 0, false),
    ...Array.from({ length: promptVariants }, (_, index) =>
      variant(CUE_IDS.prompt, index + 1, STEPS, true),
    ).flat(),
    ...variant(CUE_IDS.untouched, 1, 0, true),
    ...variant(CUE_IDS.repainted, 1, STEPS / 2, true),
  ].sort();
}

export interface SmallShowOptions {
  /** Width and height in pixels; larger images have slower steps. */
  readonly size?: number;
  readonly patience?: Partial<RetryLimits>;
  readonly version?: string;
  readonly project?: string;
  /** Variants of the prompt; two unless given. */
  readonly promptVariants?: number;
}

/** Writes the show into a folder; returns the path of its show file. */
export async function writeSmallShow(
  folder: string,
  { size = 64, patience, version = 'v1', project = 'small', promptVariants = 2 }: SmallShowOptions = {},
): Promise<string> {
  const program = { model: 'demo', steps: STEPS, guidance: 3, width: size, height: size };
  const show = {
    project,
    version,
    cues: 'cues.json',
    variants: { transcript: 2, prompt: promptVariants, 'move-slider': 1 },
    models: { demo: { path: model } },
    ...(patience === undefined ? {} : { patience }),
    programs: {
      P0: { ...program, previews: false, suffix: ', photo' },
      P4: program,
      P2: { ...program, prompt: 'a painting of flowers', image: 'picture.png' },
    },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'cues.json'), JSON.stringify(CUES));
  await sharp({ create: { width: 96, height: 64, channels: 3, background: '#3a6ea5' } }).toFile(
    join(folder, 'picture.png'),
  );
  await writeFile(join(folder, 'show.yaml'), stringify(show));
  return join(folder, 'show.yaml');
}
