/**
 * The command that says what is in the way.
 */
import type { Command } from 'commander';
import { runCommand } from '../terminal/frame.js';
import { declare } from './declare.js';

interface Options {
  readonly json?: boolean;
  readonly load?: boolean;
  readonly probe: boolean;
}

export function addDoctorCommand(program: Command): void {
  declare(
    program,
    'doctor [file]',
    'look at everything that a show needs, and say what to do about what is missing',
    'doctor shows/demo/show.yaml',
  )
    .option('--load', 'load each model of the show as the engine would, which takes its memory and time')
    .option(
      '--no-probe',
      'start nothing on the server: leaves out what it does with priorities, and its clock',
    )
    .action((file: string | undefined, options: Options) =>
      runCommand(options, async (output) => {
        const { load = false, probe } = options;
        return (await import('../doctor/doctor.js')).doctor({ file, load, probe }, output);
      }),
    );
}
