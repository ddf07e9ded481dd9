/**
 * A sample of a show of the exhibition's shape: transcripts, which are final images only, and prompts with previews; cues of
 * many variants each, at the size and with the steps of SDXL.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { DEMO_MODEL } from '../engine/workload.js';

export interface SampleShow {
  readonly transcripts: number;
  readonly prompts: number;
  readonly variants: number;
}

const PROGRAM = { model: 'sdxl', steps: 28, guidance: 5, width: 1024, height: 1024 };

/** Writes it into a folder; returns the path of its show file. */
export async function writeSampleShow(folder: string, sample: SampleShow): Promise<string> {
  const { transcripts, prompts, variants } = sample;
  const time = '00:00:01';
  const cues = [
    ...Array.from({ length: transcripts }, (_, index) => ({
      ...{ time, action: 'transcript', generate: true, transcript: `what was said, ${index}` },
    })),
    ...Array.from({ length: prompts }, (_, index) => ({
      ...{ time, action: 'prompt', prompt: `what was asked for, ${index}`, program: 'P4' },
    })),
  ];
  const show = {
    project: 'bench',
    version: 'v1',
    cues: 'cues.json',
    variants: { transcript: variants, prompt: variants, 'move-slider': variants },
    // Only the client's checks read the model: the device only takes time.
    models: { sdxl: { path: DEMO_MODEL } },
    programs: { P0: { ...PROGRAM, previews: false }, P4: PROGRAM },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'cues.json'), JSON.stringify(cues));
  await writeFile(join(folder, 'show.yaml'), stringify(show));
  return join(folder, 'show.yaml');
}
