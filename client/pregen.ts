#!/usr/bin/env node
/**
 * `pregen`: the command line. Declares commands and nothing else; what they do is loaded when they run, so that
 * `--help` answers at once.
 */
import { Command, CommanderError } from 'commander';
import { EXIT } from './cli/frame.js';
import { addGalleryCommands } from './cli/gallery-commands.js';
import { addModelCommands } from './cli/model-commands.js';
import { addServiceCommands } from './cli/service-commands.js';
import { addShowCommands } from './cli/show-commands.js';

const program = new Command('pregen')
  .description("Pre-generates a show's diffusion images, with in-between previews and true step timings.")
  .addHelpText('after', '\nExample:\n  $ pregen demo')
  .helpCommand(false)
  .configureHelp({ showGlobalOptions: true })
  .exitOverride();

addServiceCommands(program);
addShowCommands(program);
addGalleryCommands(program);
addModelCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.badUsage;
}
