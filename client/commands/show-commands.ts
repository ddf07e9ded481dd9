/**
 * The commands about a show and its variants, as people type them.
 */
import { type Command, Option } from 'commander';
import { MAX_SEED } from '../../domain/seeds.js';
import { MAX_WINDOW } from '../../domain/window.js';
import type { ShowStartOptions } from '../show/show-start.js';
import type { VariantStartOptions } from '../show/variant-start.js';
import { runCommand } from '../terminal/frame.js';
import { addAuditCommand } from './audit-commands.js';
import { declare, declareGroup } from './declare.js';
import { failureBudget, MAX_VARIANT, positiveNumber, wholeNumber } from './numbers.js';
import { addSteeringCommands } from './steering-commands.js';

const DEMO = 'shows/demo/show.yaml';

/** As many as a person compares. */
const MAX_TAKES = 50;

const seedNumber = wholeNumber(0, MAX_SEED);
const seeds = (text: string, before: number[] | undefined): number[] => [...(before ?? []), seedNumber(text)];

interface Json {
  readonly json?: boolean;
}

export function addShowCommands(program: Command): void {
  const show = declareGroup(program, 'show', 'plan, start and watch a show');
  addPlanAndStart(show);
  addWatching(show);
  addSteeringCommands(show);
  addAuditCommand(show);
  addVariantCommands(declareGroup(program, 'variant', 'generate a single image'));
}

function addPlanAndStart(show: Command): void {
  declare(
    show,
    'plan <file>',
    'say what a show would generate and take; touches nothing',
    `show plan ${DEMO} --seconds-per-step 0.4`,
  )
    .option(
      '--seconds-per-step <s>',
      'how long a denoising step takes (default: as measured before)',
      positiveNumber,
    )
    .action((file: string, options: Json & { secondsPerStep?: number }) =>
      runCommand(options, async (output) =>
        (await import('../plan/show-plan.js')).showPlan(file, options, output),
      ),
    );
  selectable(declare(show, 'start <file>', 'generate what is not stored yet', `show start ${DEMO} --wait`))
    .option('--wait', 'stay until the show is done; exit code 1 if a variant failed')
    .option('--window <n>', 'variants in flight at once', wholeNumber(1, MAX_WINDOW))
    .option('--max-failures <n|p%>', 'pause when more variants than this have failed', failureBudget)
    .option('--priority <n>', 'from 1 (first) to 5, against other shows (default: 3)', wholeNumber(1, 5))
    .option('--accept-changes', 'let a running show go on by this edition of its files')
    .option('--remote-models', 'the model directories are on the GPU machines, not here')
    .action((file: string, options: Json & ShowStartOptions) =>
      runCommand(options, async (output) =>
        (await import('../show/show-start.js')).showStart(file, options, output),
      ),
    );
}

/** Everything that is shown here can be found there. */
const WEB_UI_HELP = `
In the Temporal Web UI, list queries find the same:
  PregenVersionId = "v1" AND WorkflowType = "PregenerateShow"    counts are in its current details
  PregenVersionId = "v1" AND PregenStatus = "denoising"          on a GPU; steps and the spool are in its heartbeat
  PregenVersionId = "v1" AND PregenStatus = "uploading"          generated, not stored yet
  PregenVersionId = "v1" AND PregenStatus = "failed"             what failed, and why
  PregenVersionId = "v1" AND PregenStatus = "degraded"           stored with previews missing`;

function addWatching(show: Command): void {
  declare(show, 'status <file>', 'say how far a show is', `show status ${DEMO}`)
    .addHelpText('after', WEB_UI_HELP)
    .action((file: string, options: Json) =>
      runCommand(options, async (output) =>
        (await import('../status/status-command.js')).showStatus(file, output),
      ),
    );
  declare(show, 'watch <file>', 'follow a show until it is done', `show watch ${DEMO}`).action(
    (file: string, options: Json) =>
      runCommand(options, async (output) => (await import('../watch/show-watch.js')).showWatch(file, output)),
  );
}

/** Which part of the show. */
function selectable(command: Command): Command {
  const mode = (flag: string, sentence: string, others: string[]) =>
    new Option(`--${flag}`, sentence).conflicts(others);
  return command
    .option('--only <cue...>', 'only these cues')
    .option('--program <name...>', 'only cues of these programs')
    .addOption(mode('missing', 'what is not stored (the default)', ['failed', 'stale', 'force']))
    .addOption(
      mode('failed', 'of what is not stored, what was tried and failed', ['missing', 'stale', 'force']),
    )
    .addOption(
      mode('stale', 'what is stored and no longer what the show asks for', ['missing', 'failed', 'force']),
    )
    .addOption(mode('force', 'everything again, stored or not', ['missing', 'failed', 'stale']))
    .option('--limit <n>', 'at most so many variants', wholeNumber(1, MAX_VARIANT));
}

function addVariantCommands(variant: Command): void {
  declare(
    variant,
    'start <file> <cue>',
    'generate one image now, before the backlog of any show',
    `variant start ${DEMO} transcript_0_00_00_05 3`,
  )
    .argument('<variant>', 'number of the variant, from 1', wholeNumber(1, MAX_VARIANT))
    .option(
      '--seed <n>',
      'another take of it, with this seed, beside the image that is shown; may be repeated',
      seeds,
    )
    .option('--takes <n>', 'so many other takes of it, with drawn seeds', wholeNumber(1, MAX_TAKES))
    .option('--force', 'generate it again although it is stored')
    .option('--remote-models', 'the model directories are on the GPU machines, not here')
    .action(
      (
        file: string,
        cue: string,
        variant: number,
        options: Json & Pick<VariantStartOptions, 'seed' | 'takes' | 'force' | 'remoteModels'>,
      ) =>
        runCommand(options, async (output) => {
          const { variantStart } = await import('../show/variant-start.js');
          return variantStart({ file, cue, variant, ...options }, output);
        }),
    );
}
