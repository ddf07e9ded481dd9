/**
 * The commands for looking at what was generated.
 */
import type { Command } from 'commander';
import { runCommand } from '../terminal/frame.js';
import { declare } from './declare.js';
import { MAX_VARIANT, positiveNumber, wholeNumber } from './numbers.js';

/** Beside the Temporal Web UI, which has 8233. */
const DEFAULT_PORT = 8234;
const MAX_PORT = 65_535;

/** What a program may ask for. */
const MAX_IMAGE_PIXELS = 8192;
/** Shown well in a message or a README. */
const DEFAULT_FILM_PIXELS = 512;
const DEFAULT_HOLD_SECONDS = 2;

/** Columns and tiles together stay below the 8,000 pixels of a page. */
const MAX_COLUMNS = 25;
const MAX_TILE_PIXELS = 320;
const DEFAULT_COLUMNS = 10;
const DEFAULT_TILE_PIXELS = 160;

interface Json {
  readonly json?: boolean;
}

export function addGalleryCommands(program: Command): void {
  addGallery(program);
  addFilm(program);
  addSheet(program);
}

function addGallery(program: Command): void {
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
    .option(
      '--web-ui <url>',
      'address of the Temporal Web UI, such as http://localhost:8233, to link workflows; known for Temporal Cloud and for the stack of `pregen dev`',
    )
    .action((options: Json & { store?: string; show?: string; port: number; webUi?: string }) =>
      runCommand(options, async (output) => (await import('../gallery/gallery.js')).gallery(options, output)),
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
        (await import('../gallery/gallery-export.js')).galleryExport({ file, ...options }, output),
      ),
    );
}

interface FilmFlags extends Json {
  readonly out?: string;
  readonly speed: number;
  readonly size: number;
  readonly hold: number;
  readonly loop: boolean;
}

function addFilm(program: Command): void {
  declare(
    program,
    'film <file> <cue>',
    'write how an image emerged as WebP, GIF or MP4, at the pace at which it happened',
    'film shows/demo/show.yaml prompt_9_00_01_05 1 --out sun.webp',
  )
    .argument('<variant>', 'number of the variant, from 1', wholeNumber(1, MAX_VARIANT))
    .option('--out <path>', 'ends in .webp, .gif or .mp4, which needs ffmpeg (default: CUE-VARIANT.webp)')
    .option('--speed <factor>', 'how many times as fast as it happened', positiveNumber, 1)
    .option('--size <pixels>', 'longer edge, at most', wholeNumber(16, MAX_IMAGE_PIXELS), DEFAULT_FILM_PIXELS)
    .option('--hold <seconds>', 'how long the final image stays', positiveNumber, DEFAULT_HOLD_SECONDS)
    .option('--no-loop', 'play once')
    .action((file: string, cue: string, variant: number, options: FilmFlags) =>
      runCommand(options, async (output) =>
        (await import('../pictures/film.js')).film({ ...options, file, cue, variant }, output),
      ),
    );
}

function addSheet(program: Command): void {
  declare(program, 'sheet <file>', 'write contact sheets of a whole show', 'sheet shows/demo/show.yaml')
    .option('--out <path>', 'a PNG; large shows become several', 'contact-sheet.png')
    .option('--columns <n>', 'variants side by side', wholeNumber(1, MAX_COLUMNS), DEFAULT_COLUMNS)
    .option('--tile <pixels>', 'edge of a tile', wholeNumber(32, MAX_TILE_PIXELS), DEFAULT_TILE_PIXELS)
    .action((file: string, options: Json & { out: string; columns: number; tile: number }) =>
      runCommand(options, async (output) =>
        (await import('../pictures/sheet.js')).sheet({ file, ...options }, output),
      ),
    );
}
