/**
 * The commands about model directories.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { PREVIEW_KINDS, PREVIEW_SUBJECTS } from '../../domain/preview-style.js';
import { LONG_PROMPTS, PROMPT_SYNTAXES } from '../../domain/prompt-reading.js';
import { runCommand } from '../terminal/frame.js';
import { declare, declareGroup } from './declare.js';
import { wholeNumber } from './numbers.js';

interface Json {
  readonly json?: boolean;
}

/** One step per training timestep is the most that any scheduler knows. */
const MAX_STEPS = 1000;
const MAX_PIXELS = 8192;
const MAX_TOKENS = 512;

export function addModelCommands(program: Command): void {
  const group = declareGroup(program, 'model', 'look into model directories and try them, without Temporal');
  addSettings(
    declare(
      group,
      'inspect <dir>',
      'what a model directory holds and whether it can be used',
      'model inspect models/demo-sd3',
    ),
  )
    .addOption(loraOption())
    .action((directory: string, options: Json) => start('inspect', directory, options));
  addTry(group);
  addSettings(
    declare(
      group,
      'fit-previews <dir>',
      "make latent_rgb.json, the model's own preview colours, from its VAE",
      'model fit-previews models/sdxl --images photos',
    ),
  )
    .option('--images <folder>', 'pictures to fit with (default: drawn ones)')
    .option('--out <file>', "file to write (default: latent_rgb.json in the model's folder)")
    .action((directory: string, options: Json) => start('fit-previews', directory, options));
}

function addTry(group: Command): void {
  addSettings(
    declare(
      group,
      'try <dir>',
      'generate one image',
      'model try models/demo-sd3 --prompt "a red boat" --width 256 --height 256 --out boat.png',
    ),
  )
    .addOption(loraOption())
    .requiredOption('--prompt <text>', 'what to see')
    .option('--negative-prompt <text>', 'what not to see; used with guidance above 1')
    .option('--seed <n>', 'start of the noise', seed, 0)
    .option('--steps <n>', 'denoising steps', wholeNumber(1, MAX_STEPS), 20)
    .option('--guidance <n>', 'classifier-free guidance scale; 0 for turbo models', decimal, 5)
    .option('--width <n>', 'pixels (default: those of --image, else 512)', wholeNumber(1, MAX_PIXELS))
    .option('--height <n>', 'pixels (default: likewise)', wholeNumber(1, MAX_PIXELS))
    .option('--image <file>', 'picture to start from, with --strength')
    .option('--strength <n>', 'from 0, the picture as it is, to 1, only noise', decimal)
    .option('--max-sequence-length <n>', 'tokens of the T5 part', wholeNumber(0, MAX_TOKENS))
    .addOption(
      new Option(
        '--long-prompts <how>',
        'read what one window of the text encoder cannot hold in further ones, instead of cutting it',
      ).choices(LONG_PROMPTS),
    )
    .addOption(
      new Option('--prompt-syntax <syntax>', 'brackets weigh words: (words:1.3)').choices(PROMPT_SYNTAXES),
    )
    .requiredOption('--out <file>', 'PNG file to write')
    .option('--previews <folder>', 'write one PNG a step')
    .addOption(
      new Option(
        '--preview-kind <kind>',
        'one pixel a latent (default), or full-size: slow, or by the tiny decoder in taesd_decoder/',
      ).choices(PREVIEW_KINDS),
    )
    .addOption(
      new Option(
        '--preview-of <latents>',
        'those of the step (default), or the picture that the model expects by then',
      ).choices(PREVIEW_SUBJECTS),
    )
    .action((directory: string, options: Json) => start('try', directory, options));
}

const loraOption = (): Option =>
  new Option(
    '--lora <file[:scale]>',
    'merge a LoRA into the model, at this scale (default: 1); again for another',
  ).argParser(lora);

interface Lora {
  readonly path: string;
  readonly scale: number;
}

/** What follows the last colon is the scale if it is a number: files have colons in their names, too. */
function lora(text: string, before: readonly Lora[] | undefined): Lora[] {
  const [, file = text, scale = '1'] = /^(.+):(-?\d{1,3}(?:\.\d{1,9})?)$/.exec(text) ?? [];
  if (file === '') throw new InvalidArgumentError('Expected a .safetensors file.');
  if (before?.some(({ path }) => path === file))
    throw new InvalidArgumentError('It is named twice: give it once, with the sum of the scales.');
  return [...(before ?? []), { path: file, scale: Number(scale) }];
}

function addSettings(command: Command): Command {
  return command
    .option(
      '--providers <list>',
      'execution providers in order of preference, with commas (default: cpu)',
      list,
    )
    .option('--scheduler <class>', "diffusers class to use instead of the model's own")
    .addOption(
      new Option('--rng <device>', 'whose random numbers the seed stands for').choices(['cpu', 'cuda']),
    )
    .option('--threads <n>', 'CPU threads of one operator', wholeNumber(1, 1024));
}

function start(
  type: string,
  directory: string,
  { json, lora, ...options }: Json & { readonly lora?: readonly Lora[] },
): Promise<void> {
  return runCommand(json === undefined ? {} : { json }, async (output) =>
    (await import('../model/model.js')).model(
      { type, directory, ...options, ...(lora && { loras: lora }) },
      output,
    ),
  );
}

function list(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

function seed(text: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw new InvalidArgumentError('Expected a whole number from 0 to 2^53 - 1.');
  return value;
}

function decimal(text: string): number {
  const value = /^\d{1,6}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw new InvalidArgumentError('Expected a number from 0 on.');
  return value;
}
