/**
 * The commands that perform a show for an audience.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { given } from '../../domain/given.js';
import { runCommand } from '../terminal/frame.js';
import { declare } from './declare.js';
import { wholeNumber } from './numbers.js';

/** Beside the gallery, which has 8234. */
const DEFAULT_PORT = 8235;
const MAX_PORT = 65_535;
const MAX_PAUSE_SECONDS = 86_400;
const MAX_SEED = 2 ** 32 - 1;
/** Half an hour of large images, and little of the memory of a machine that drives a projector. */
const DEFAULT_MEMORY_MIB = 512;
const MAX_MEMORY_MIB = 65_536;

type From = Readonly<Record<string, string>>;

interface PerformFlags {
  readonly json?: boolean;
  readonly port: number;
  readonly pause?: number;
  readonly seed?: number;
  readonly memory: number;
  readonly from?: From;
}

export function addPerformCommands(program: Command): void {
  declare(
    program,
    'perform <show>',
    'perform a show in the browser, from its cue sheet, until Ctrl-C',
    'perform shows/demo/show.yaml --pause 60',
  )
    .option(
      '--port <n>',
      'port on this machine; 0 takes any free one',
      wholeNumber(0, MAX_PORT),
      DEFAULT_PORT,
    )
    .option(
      '--pause <seconds>',
      'perform again and again, with so long between (default: once)',
      wholeNumber(0, MAX_PAUSE_SECONDS),
    )
    .option(
      '--from <program=version>',
      'images of a program from another version; repeatable',
      programVersion,
    )
    .option('--seed <n>', 'the same performance each time, for rehearsals', wholeNumber(0, MAX_SEED))
    .option(
      '--memory <MiB>',
      'pictures that the page loads ahead, at most',
      wholeNumber(1, MAX_MEMORY_MIB),
      DEFAULT_MEMORY_MIB,
    )
    .action((show: string, options: PerformFlags) =>
      runCommand(options, async (output) => {
        const { port, memory, pause, seed, from } = options;
        const { perform } = await import('../perform/perform.js');
        return perform({ show, port, memory, ...given({ pause, seed, from }) }, output);
      }),
    );
}

/** `P4=1`, as often as there are programs. */
function programVersion(text: string, before: From = {}): From {
  const [, program, version] = /^([A-Za-z0-9_-]+)=([^/=\s]+)$/.exec(text) ?? [];
  if (program === undefined || version === undefined || program === 'show' || program === 'app')
    throw new InvalidArgumentError('Expected a program and a version, like P4=1.');
  return { ...before, [program]: version };
}
