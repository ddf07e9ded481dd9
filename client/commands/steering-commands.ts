/**
 * The commands that change the course of a running show, or of a part of it, as people type them.
 */
import type { Command } from 'commander';
import { MAX_WINDOW } from '../../domain/window.js';
import { runCommand } from '../terminal/frame.js';
import { declare } from './declare.js';
import { MAX_VARIANT, wholeNumber } from './numbers.js';

const DEMO = 'shows/demo/show.yaml';

interface Json {
  readonly json?: boolean;
}

const load = () => import('../show/show-steering.js');

export function addSteeringCommands(show: Command): void {
  declare(
    show,
    'pause <file>',
    'start no further variants, of the show or of one cue; those in flight finish',
    `show pause ${DEMO}`,
  )
    .argument('[cue]', 'only this cue; the others go on')
    .action((file: string, cue: string | undefined, options: Json) =>
      runCommand(options, async (output) => (await load()).pauseShow(file, cue, output)),
    );
  declare(show, 'resume <file>', 'go on after a pause', `show resume ${DEMO}`)
    .argument('[cue]', 'this cue, after a pause of its own')
    .action((file: string, cue: string | undefined, options: Json) =>
      runCommand(options, async (output) => (await load()).resumeShow(file, cue, output)),
    );
  declare(
    show,
    'set-window <file>',
    'change how many variants are in flight at once',
    `show set-window ${DEMO} 16`,
  )
    .argument('<n>', 'variants in flight at once', wholeNumber(1, MAX_WINDOW))
    .action((file: string, window: number, options: Json) =>
      runCommand(options, async (output) => (await load()).setShowWindow(file, window, output)),
    );
  addRetryAndCancel(show);
}

function addRetryAndCancel(show: Command): void {
  const part = (command: Command) =>
    command
      .argument('[cue]', 'only this cue')
      .argument('[variant]', 'only this variant of it', wholeNumber(1, MAX_VARIANT));
  part(
    declare(
      show,
      'retry <file>',
      'generate again what failed of a show or of one cue, or one variant',
      `show retry ${DEMO}`,
    ),
  )
    .option('--remote-models', 'the model directories are on the GPU machines, not here')
    .action(
      (
        file: string,
        cue: string | undefined,
        variant: number | undefined,
        options: Json & { remoteModels?: boolean },
      ) =>
        runCommand(options, async (output) =>
          (await import('../show/show-retry.js')).showRetry(file, { cue, variant, ...options }, output),
        ),
    );
  part(
    declare(
      show,
      'cancel <file>',
      'stop the show, one cue or one variant; what is stored stays stored',
      `show cancel ${DEMO}`,
    ),
  ).action((file: string, cue: string | undefined, variant: number | undefined, options: Json) =>
    runCommand(options, async (output) =>
      (await import('../show/show-cancel.js')).cancelShow(file, { cue, variant }, output),
    ),
  );
}
