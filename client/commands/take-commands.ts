/**
 * The commands about what the audience may see: decisions, takes, the manifest.
 */
import type { Command } from 'commander';
import { MAX_SEED } from '../../domain/seeds.js';
import type { DecideOptions } from '../takes/decide.js';
import { runCommand } from '../terminal/frame.js';
import { declare, declareGroup } from './declare.js';
import { MAX_VARIANT, wholeNumber } from './numbers.js';

const DEMO = 'shows/demo/show.yaml';
const CUE = 'prompt_3_00_01_10';

interface Json {
  readonly json?: boolean;
}

const variantNumber = wholeNumber(1, MAX_VARIANT);
const variantNumbers = (text: string, before: number[] | undefined): number[] => [
  ...(before ?? []),
  variantNumber(text),
];
const seedNumber = wholeNumber(0, MAX_SEED);

const load = () => import('../takes/takes.js');

export function addTakeCommands(program: Command): void {
  addDecide(program);
  declare(
    program,
    'manifest <file>',
    'write manifest.json: which images of the show may be shown',
    `manifest ${DEMO}`,
  ).action((file: string, options: Json) =>
    runCommand(options, async (output) =>
      (await import('../takes/manifest.js')).writeShowManifest(file, output),
    ),
  );
  addTakes(declareGroup(program, 'take', 'the renditions that are kept of one variant'));
}

function addDecide(program: Command): void {
  declare(
    program,
    'decide <file> <cue>',
    'say what the audience may see: approve, reject, or leave open',
    `decide ${DEMO} ${CUE} 2 5 --reject --note "two hands too many"`,
  )
    .argument('<variant...>', 'numbers of variants, from 1', variantNumbers)
    .option('--approve', 'the picture that is stored now is good')
    .option('--reject', 'it is never shown, and not made again')
    .option('--clear', 'undecided again')
    .option('--note <text>', 'a note for those who decide; empty to remove it')
    .action((file: string, cue: string, variants: number[], options: Json & DecideOptions) =>
      runCommand(options, async (output) =>
        (await import('../takes/decide.js')).decideVariants({ file, cue, variants }, options, output),
      ),
    );
}

function addTakes(take: Command): void {
  ofVariant(take, 'list', 'say which takes there are', '').action(
    (file: string, cue: string, variant: number, options: Json) =>
      runCommand(options, async (output) => (await load()).takeList({ file, cue, variant }, output)),
  );
  ofVariant(take, 'choose', 'put another take in the place of the present one, which is kept', ' 1234567')
    .argument('<seed>', 'seed of the take', seedNumber)
    .action((file: string, cue: string, variant: number, seed: number, options: Json) =>
      runCommand(options, async (output) => (await load()).takeChoose({ file, cue, variant }, seed, output)),
    );
  ofVariant(take, 'discard', 'delete a take that is not the chosen one', ' 1234567')
    .argument('<seed>', 'seed of the take', seedNumber)
    .action((file: string, cue: string, variant: number, seed: number, options: Json) =>
      runCommand(options, async (output) => (await load()).takeDiscard({ file, cue, variant }, seed, output)),
    );
}

const ofVariant = (take: Command, name: string, sentence: string, more: string): Command =>
  declare(take, `${name} <file> <cue>`, sentence, `take ${name} ${DEMO} ${CUE} 2${more}`).argument(
    '<variant>',
    'number of the variant, from 1',
    variantNumber,
  );
