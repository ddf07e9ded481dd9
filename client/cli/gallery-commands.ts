/**
 * The commands for looking at what was generated.
 */
import type { Command } from 'commander';
import { declare } from './declare.js';
import { runCommand } from './frame.js';
import { wholeNumber } from './numbers.js';

/** Beside the Temporal Web UI, which has 8233. */
const DEFAULT_PORT = 8234;
const MAX_PORT = 65_535;

interface Json {
  readonly json?: boolean;
}

export function addGalleryCommands(program: Command): void {
  const gallery = declare(
    program,
    'gallery',
    'look at a store in the browser until Ctrl-C',
    'gallery --store file:./pregen-output',
  )
    .option('--store <url>', 'which store (default: PREGEN_STORE)')
    .option('--show <project/version>', 'only this show of a large store')
    .option(
      '--port <n>',
      'port on this machine; 0 takes any free one',
      wholeNumber(0, MAX_PORT),
      DEFAULT_PORT,
    )
    .option('--web-ui <url>', 'address of the Temporal Web UI, to link workflows')
    .action((options: Json & { store?: string; show?: string; port: number; webUi?: string }) =>
      runCommand(options, async (output) =>
        (await import('../commands/gallery.js')).gallery(options, output),
      ),
    );
  declare(
    gallery,
    'export <file>',
    'write the gallery as static files beside the images',
    'gallery export shows/demo/show.yaml',
  )
    .option('--to <url>', 'another store, which gets the images as well (default: PREGEN_STORE)')
    .action((file: string, options: Json & { to?: string }) =>
      runCommand(options, async (output) =>
        (await import('../commands/gallery-export.js')).galleryExport({ file, ...options }, output),
      ),
    );
}
