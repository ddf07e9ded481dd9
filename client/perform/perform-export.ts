/**
 * `pregen perform export FILE DIR`: writes a folder that performs a show from any static web server, without anything else: the
 * page, the cue sheet, the manifest, and the images that may be shown. The page is written last, so that one that can be opened is
 * complete.
 */
import { resolve } from 'node:path';
import type { ManifestCue } from '../../replay/manifest.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { CommandError } from '../terminal/describe-error.js';
import type { Output } from '../terminal/output.js';
import { type ExportCount, exportShow } from './export-show.js';
import { readPerformancePage } from './page-files.js';
import { openShows, type PerformOptions, settingsOf } from './perform.js';

export interface PerformExportOptions extends Omit<PerformOptions, 'port'> {
  readonly directory: string;
}

export async function performExport(options: PerformExportOptions, output: Output): Promise<undefined> {
  const { shows, close } = await openShows(options);
  const target = openStore(`file:${resolve(options.directory)}`);
  try {
    const count: ExportCount = { copied: 0, kept: 0, removed: 0, missing: 0 };
    for (const [name, files] of shows) {
      const cues = { name, files, target, count, needs: needsOf(name, options) };
      await exportShow({ ...cues, onCue: (cueId) => output.live && output.note(`${name}: ${cueId}`) });
    }
    await putSheet(target, await shows.get('show')?.read('cues.json'));
    await putPage(target, settingsOf(options));
    output.result({ directory: options.directory, ...count }, sentence(options.directory, count));
  } finally {
    target.close();
    close();
  }
}

/** Of a program that is taken from elsewhere nothing is needed here, and of elsewhere nothing but that program. */
function needsOf(name: string, { from = {} }: PerformExportOptions): (cue: ManifestCue) => boolean {
  return name === 'show' ? ({ program }) => !Object.hasOwn(from, program) : ({ program }) => program === name;
}

async function putSheet(target: ObjectStore, sheet: Buffer | undefined): Promise<void> {
  if (sheet === undefined) throw new CommandError('The cue sheet cannot be read any more.');
  await target.put('show/cues.json', sheet, { contentType: 'application/json' });
}

async function putPage(target: ObjectStore, settings: object): Promise<void> {
  const page = await readPerformancePage();
  const json = Buffer.from(JSON.stringify(settings));
  await target.put('performance.json', json, { contentType: 'application/json' });
  const last = (address: string): number => (address === 'index.html' ? 1 : 0);
  for (const { address, body, contentType } of page.toSorted((a, b) => last(a.address) - last(b.address)))
    await target.put(address, body, { contentType });
}

function sentence(directory: string, { copied, kept, removed, missing }: ExportCount): string {
  const lines = [
    `${directory} performs the show from any web server: ${copied} files copied, ${kept} were there already.`,
  ];
  if (removed > 0) lines.push(`${removed} files that may not be shown any more were removed.`);
  if (missing > 0) lines.push(`${missing} variants of the manifest are not stored, and were left out.`);
  return lines.join('\n');
}
