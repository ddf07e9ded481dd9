#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { printable } from '../domain/printable.js';
/**
 * `pregen`: the command line. Declares commands and nothing else; what they do is loaded when they run, so that
 * `--help` answers at once.
 */
import { packageVersion } from '../package/package-files.js';
import { addDoctorCommand } from './commands/doctor-command.js';
import { addGalleryCommands } from './commands/gallery-commands.js';
import { addModelCommands } from './commands/model-commands.js';
import { addPerformCommands } from './commands/perform-commands.js';
import { addScheduleCommands } from './commands/schedule-commands.js';
import { addServiceCommands } from './commands/service-commands.js';
import { addShowCommands } from './commands/show-commands.js';
import { addTakeCommands } from './commands/take-commands.js';
import { EXIT } from './terminal/frame.js';

const program = new Command('pregen')
  // Options belong to the command that they stand behind: a command and one within it may both have `--json`.
  .enablePositionalOptions()
  .description("Pre-generates a show's diffusion images, with in-between previews and true step timings.")
  .addHelpText('after', '\nExample:\n  $ pregen demo')
  .helpCommand(false)
  .configureHelp({ showGlobalOptions: true })
  .configureOutput({ writeErr: (text) => process.stderr.write(printable(text)) })
  .version(packageVersion(), '--version', 'print the version')
  .exitOverride();

addServiceCommands(program);
addDoctorCommand(program);
addShowCommands(program);
addTakeCommands(program);
addScheduleCommands(program);
addGalleryCommands(program);
addPerformCommands(program);
addModelCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.badUsage;
}
