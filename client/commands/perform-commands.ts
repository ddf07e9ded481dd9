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
  readonly pause?: number;
  readonly seed?: number;
  readonly memory: number;
  readonly from?: From;
}

export function addPerformCommands(program: Command): void {
  const performs = declare(
    program,
    'perform <show>',
    'perform a show in the browser, from its cue sheet, until Ctrl-C',
    'perform shows/demo/show.yaml --pause 60',
  ).option(
    '--port <n>',
    'port on this machine; 0 takes any free one',
    wholeNumber(0, MAX_PORT),
    DEFAULT_PORT,
  );
  withPerformance(performs).action((show: string, options: PerformFlags & { port: number }) =>
    runCommand(options, async (output) => {
      const { perform } = await import('../perform/perform.js');
      return perform({ show, port: options.port, ...performanceOf(options) }, output);
    }),
  );
  const exports = declare(
    performs,
    'export <show> <folder>',
    'write a folder that performs a show from any web server; repeat it to bring the folder up to date',
    'perform export shows/demo/show.yaml performance',
  );
  withPerformance(exports).action((show: string, directory: string, options: PerformFlags) =>
    runCommand(options, async (output) => {
      const { performExport } = await import('../perform/perform-export.js');
      return performExport({ show, directory, ...performanceOf(options) }, output);
    }),
  );
}

/** How a show is performed, wherever the page is. */
const withPerformance = (command: Command): Command =>
  command
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
    );

const performanceOf = ({ memory, pause, seed, from }: PerformFlags) => ({
  memory,
  ...given({ pause, seed, from }),
});

/** `P4=1`, as often as there are programs. */
function programVersion(text: string, before: From = {}): From {
  const [, program, version] = /^([A-Za-z0-9_-]+)=([^/=\s]+)$/.exec(text) ?? [];
  if (program === undefined || version === undefined || program === 'show' || program === 'app')
    throw new InvalidArgumentError('Expected a program and a version, like P4=1.');
  return { ...before, [program]: version };
}
