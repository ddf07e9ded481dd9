/**
 * The commands about processes and machines: the demo, the development stack, workers, and preparing a namespace.
 */
import { type Command, Option } from 'commander';
import type { WorkerOptions } from '../dev/worker.js';
import { runCommand } from '../terminal/frame.js';
import { declare } from './declare.js';
import { durationMs } from './durations.js';

interface Json {
  readonly json?: boolean;
}

export function addServiceCommands(program: Command): void {
  declare(program, 'demo', 'generate the demo show on this machine and look at it', 'demo --fresh')
    .option('--fresh', "remove the demo's images, database and spool first")
    .action((options: Json & { fresh?: boolean }) =>
      runCommand(options, async (output) =>
        (await import('../demo/demo.js')).demo({ fresh: options.fresh === true }, output),
      ),
    );
  declare(program, 'dev', 'run a Temporal dev server, its Web UI and all workers until Ctrl-C', 'dev')
    .option('--config <file>', 'declaration of the stack (default: temporal-dev.yaml)')
    .option('--folder <dir>', 'where database, spool and logs are (default: as declared)')
    .action((options: Json & { config?: string; folder?: string }) =>
      runCommand(options, async (output) => (await import('../dev/dev.js')).dev(options, output)),
    );
  addWorker(program);
  declare(
    program,
    'fleet',
    'the machines that make images, what is left, and how many devices it takes',
    'fleet --within 3h',
  )
    .option('--within <duration>', 'say how many devices would be done in it: 90m, 6h', durationMs)
    .action((options: Json & { within?: number }) =>
      runCommand(options, async (output) =>
        (await import('../fleet/fleet.js')).fleet(options.within, output),
      ),
    );
  declare(program, 'setup', 'register the search attributes on the configured namespace', 'setup').action(
    (options: Json) =>
      runCommand(options, async (output) => (await import('../temporal/setup.js')).setup(output)),
  );
  declare(program, 'version', 'print the version', 'version').action((options: Json) =>
    runCommand(options, async (output) => (await import('../dev/version.js')).version(output)),
  );
}

function addWorker(program: Command): void {
  const worker = declare(
    program,
    'worker',
    'run a worker against the configured Temporal server',
    'worker --role gpu',
  )
    .addOption(
      new Option('--role <role>', 'what this process does; all of it by default').choices([
        'orchestrator',
        'gpu',
        'uploader',
      ]),
    )
    .option('--devices <list>', 'devices of the GPU worker: cuda:0,cuda:1 (default: PREGEN_DEVICES)')
    .option(
      '--exit-when-idle <duration>',
      'end when the GPU worker has had no image for so long, and all is stored: 10m',
      durationMs,
    )
    .action((options: Json & WorkerOptions) =>
      runCommand(options, async (output) => (await import('../dev/worker.js')).worker(options, output)),
    );
  declare(
    worker,
    'drain',
    "bring this machine's GPU worker and uploader to their end, with nothing left that only this machine has",
    'worker drain',
  ).action((options: Json) =>
    runCommand(options, async (output) => (await import('../dev/drain.js')).drain(output)),
  );
}
