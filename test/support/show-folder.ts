/**
 * Small shows on disk, valid except for what a test changes.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { temporaryFolder } from './temp-folder.js';

type Data = Readonly<Record<string, unknown>>;

/** A program for tests to change. */
export const program = { model: 'tiny', steps: 4, guidance: 2, width: 64, height: 64 };

export const cues = [
  { time: '00:00:05', action: 'transcript', generate: true, transcript: 'a house by the sea' },
  { time: '00:00:10', action: 'prompt', prompt: 'a boat', program: 'P4' },
];

export const show: Data = {
  project: 'test',
  version: 'v1',
  cues: 'cues.json',
  variants: { transcript: 2, prompt: 3, 'move-slider': 2 },
  models: { tiny: { path: 'model' } },
  programs: { P0: { ...program, previews: false }, P4: program },
};

/** Files of a model directory that a client accepts: it never opens the weights. */
const MODEL_FILES: Readonly<Record<string, string>> = {
  'model_index.json': JSON.stringify({
    _class_name: 'StableDiffusion3Pipeline',
    scheduler: ['diffusers', 'FlowMatchEulerDiscreteScheduler'],
    text_encoder: ['transformers', 'CLIPTextModelWithProjection'],
    text_encoder_3: [null, null],
    tokenizer: ['transformers', 'CLIPTokenizer'],
    transformer: ['diffusers', 'SD3Transformer2DModel'],
    vae: ['diffusers', 'AutoencoderKL'],
  }),
  'scheduler/scheduler_config.json': '{"_class_name": "FlowMatchEulerDiscreteScheduler"}',
  'text_encoder/model.onnx': '',
  'tokenizer/vocab.json': '{}',
  'transformer/model.onnx': '',
  'vae_decoder/model.onnx': '',
};

/** Files of a show folder; `null` leaves one out. */
export interface ShowFolder {
  /** YAML text, or data. */
  readonly show?: unknown;
  /** JSON text, or data. */
  readonly cues?: unknown;
  /** Files to add, or to leave out, by path. */
  readonly files?: Readonly<Record<string, string | Buffer | null>>;
}

/** Writes a show into a temporary folder and returns the folder. */
export async function writeShow(changed: ShowFolder = {}): Promise<string> {
  const folder = await temporaryFolder();
  const sheet = changed.cues ?? cues;
  const files: Record<string, string | Buffer | null> = {
    'show.yaml': typeof changed.show === 'string' ? changed.show : stringify(changed.show ?? show),
    'cues.json': typeof sheet === 'string' ? sheet : JSON.stringify(sheet),
    ...Object.fromEntries(Object.entries(MODEL_FILES).map(([path, text]) => [`model/${path}`, text])),
    ...changed.files,
  };
  for (const [path, content] of Object.entries(files)) {
    if (content === null) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}
