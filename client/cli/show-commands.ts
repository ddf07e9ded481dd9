/**
 * The commands about a show and its variants, as people type them.
 */
import type { Command } from 'commander';
import { addAuditCommand } from './audit-commands.js';
import { declare, declareGroup } from './declare.js';
import { runCommand } from './frame.js';
import { wholeNumber } from './numbers.js';

const DEMO = 'shows/demo/show.yaml';

/** At most this many variants in flight: `MAX_WINDOW` of the domain, whose file would load all of Temporal here. */
const MAX_WINDOW = 250;

/** Largest variant number that an object key may hold. */
const MAX_VARIANT = 999_999_999;

/** Seeds are 32 bits: what every image tool can show and take back. */
const MAX_SEED = 2 ** 32 - 1;

interface Json {
  readonly json?: boolean;
}

export function addShowCommands(program: Command): void {
  const show = declareGroup(program, 'show', 'plan, start and watch a show');
  addPlanAndStart(show);
  addWatching(show);
  addSteering(show);
  addAuditCommand(show);
  addVariantCommands(declareGroup(program, 'variant', 'generate a single image'));
}

function addPlanAndStart(show: Command): void {
  declare(show, 'plan <file>', 'say what a show would generate; touches nothing', `show plan ${DEMO}`).action(
    (file: string, options: Json) =>
      runCommand(options, async (output) =>
        (await import('../commands/show-plan.js')).showPlan(file, output),
      ),
  );
  declare(show, 'start <file>', 'generate what is not stored yet', `show start ${DEMO} --wait`)
    .option('--wait', 'stay until the show is done; exit code 1 if a variant failed')
    .option('--window <n>', 'variants in flight at once', wholeNumber(1, MAX_WINDOW))
    .option('--remote-models', 'the model directories are on the GPU machines, not here')
    .action((file: string, options: Json & { wait?: boolean; window?: number; remoteModels?: boolean }) =>
      runCommand(options, async (output) =>
        (await import('../commands/show-start.js')).showStart(file, options, output),
      ),
    );
}

function addWatching(show: Command): void {
  declare(show, 'status <file>', 'say how far a show is', `show status ${DEMO}`).action(
    (file: string, options: Json) =>
      runCommand(options, async (output) =>
        (await import('../commands/show-status.js')).showStatus(file, output),
      ),
  );
  declare(show, 'watch <file>', 'follow a show until it is done', `show watch ${DEMO}`).action(
    (file: string, options: Json) =>
      runCommand(options, async (output) =>
        (await import('../commands/show-watch.js')).showWatch(file, output),
      ),
  );
}

function addSteering(show: Command): void {
  const steer = (name: 'pause' | 'resume' | 'cancel', sentence: string) =>
    declare(show, `${name} <file>`, sentence, `show ${name} ${DEMO}`).action((file: string, options: Json) =>
      runCommand(options, async (output) =>
        (await import('../commands/show-steering.js')).steerShow(name, file, output),
      ),
    );
  steer('pause', 'start no further variants; those in flight finish');
  steer('resume', 'go on after a pause');
  steer('cancel', 'stop the show; what is stored stays stored');
}

function addVariantCommands(variant: Command): void {
  declare(
    variant,
    'start <file> <cue>',
    'generate one image now, before the backlog of any show',
    `variant start ${DEMO} transcript_0_00_00_05 3`,
  )
    .argument('<variant>', 'number of the variant, from 1', wholeNumber(1, MAX_VARIANT))
    .option('--seed <n>', 'seed instead of the derived one', wholeNumber(0, MAX_SEED))
    .option('--force', 'generate it again although it is stored')
    .option('--remote-models', 'the model directories are on the GPU machines, not here')
    .action(
      (
        file: string,
        cue: string,
        variant: number,
        options: Json & { seed?: number; force?: boolean; remoteModels?: boolean },
      ) =>
        runCommand(options, async (output) => {
          const { variantStart } = await import('../commands/variant-start.js');
          return variantStart({ file, cue, variant, ...options }, output);
        }),
    );
}
