/**
 * The command that says what is in the way.
 */
import type { Command } from 'commander';
import { runCommand } from '../terminal/frame.js';
import { declare } from './declare.js';

export function addDoctorCommand(program: Command): void {
  declare(
    program,
    'doctor [file]',
    'look at everything that a show needs, and say what to do about what is missing',
    'doctor shows/demo/show.yaml',
  )
    .option('--load', 'load each model of the show as the engine would, which takes its memory and time')
    .action((file: string | undefined, options: { readonly json?: boolean; readonly load?: boolean }) =>
      runCommand(options, async (output) =>
        (await import('../doctor/doctor.js')).doctor({ file, load: options.load === true }, output),
      ),
    );
}
