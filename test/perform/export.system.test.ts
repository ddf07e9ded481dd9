/** A show exported to a folder: only what may be shown, brought up to date, mended, and performed from a plain file server. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeDecisions } from '../../bookkeeping/decisions.js';
import { rewriteCue } from '../../bookkeeping/manifest.js';
import { performExport } from '../../client/perform/perform-export.js';
import type { CueTask } from '../../domain/show-plan.js';
import { openStore } from '../../storage/open-store.js';
import { SHOW } from '../bookkeeping/stored-show.js';
import { findChromium, startChromium } from '../support/chromium.js';
import { type FileServer, serveFolder } from '../support/file-server.js';
import { COLOURS, storePerformance } from './stored-performance.js';

const chromium = findChromium((line) => process.stderr.write(`export tests: ${line}\n`));

describe('an exported performance', () => {
  let folder: string;
  let tasks: CueTask[];
  let source: FileServer;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pregen-test-'));
    tasks = await storePerformance(join(folder, 'store'));
    source = await serveFolder(join(folder, 'store'));
  });

  afterEach(async () => {
    source.close();
    await rm(folder, { recursive: true, force: true });
  });

  const exported = () => join(folder, 'exported');
  const cuesOf = async () => (await readdir(join(exported(), 'show/cues'), { recursive: true })).sort();

  /** What the command prints for machines. */
  async function exportAgain(): Promise<Record<string, unknown>> {
    let printed: unknown;
    const said = { json: true, live: false, note() {}, draw() {}, failure() {}, redirectNotes() {} };
    const options = { show: `${source.url}test/v1/`, directory: exported(), memory: 64 };
    await performExport(options, { ...said, result: (data) => (printed = data) });
    return printed as Record<string, unknown>;
  }

  it('has what may be shown and nothing else, and copies nothing twice', async () => {
    expect(await exportAgain()).toMatchObject({ copied: 10, kept: 0, removed: 0, missing: 0 });
    const cues = await cuesOf();
    expect(cues).toContain('prompt_1_00_00_00_200/2/timing.json');
    expect(cues.filter((path) => path.startsWith('prompt_3'))).toEqual([]);
    expect(await exportAgain()).toMatchObject({ copied: 0, kept: 10 });
  });

  it('is mended where a file has changed, and loses what is rejected', async () => {
    await exportAgain();
    const damaged = join(exported(), 'show/cues/prompt_1_00_00_00_200/1/final.png');
    const sound = await readFile(damaged);
    await writeFile(damaged, 'half a pic');
    const store = openStore(`file:${join(folder, 'store')}`);
    const [, transcript] = tasks;
    if (transcript === undefined) throw new Error('the show has no transcript');
    await changeDecisions(store, SHOW, transcript.cueId, [{ variantId: 2, verdict: 'rejected' }]);
    await rewriteCue(store, SHOW, tasks, transcript.cueId);
    expect(await exportAgain()).toMatchObject({ copied: 1, kept: 8, removed: 1 });
    expect(await readFile(damaged)).toEqual(sound);
    expect(await cuesOf()).not.toContain('transcript_2_00_00_03/2/final.png');
  });

  it('leaves out of its manifest what is not stored', async () => {
    await rm(join(folder, 'store/test/v1/cues/prompt_1_00_00_00_200/1/2.png'));
    expect(await exportAgain()).toMatchObject({ missing: 1 });
    const manifest = JSON.parse(await readFile(join(exported(), 'show/manifest.json'), 'utf8'));
    expect(manifest.cues[0].variants).toMatchObject([{ variant: 2 }]);
  });

  it('says what is missing where the cue sheet does not lie beside the manifest', async () => {
    await rm(join(folder, 'store/test/v1/cues.json'));
    await expect(exportAgain()).rejects.toThrow(
      /^There is no cues\.json in http.*: the cue sheet must lie beside/,
    );
  });

  it.skipIf(chromium === undefined)('performs the show from any file server', async () => {
    await exportAgain();
    const server = await serveFolder(exported());
    const browser = await startChromium(chromium ?? '');
    try {
      const page = await browser.browser.newPage();
      await page.goto(`${server.url}index.html`);
      await expect.poll(() => page.evaluate(COLOUR)).toEqual(COLOURS.prompt);
      await expect.poll(() => page.evaluate(COLOUR)).toEqual(COLOURS.transcript);
      expect(server.missed).toEqual([]);
    } finally {
      await browser.close();
      server.close();
    }
  });
});

/** In the middle of the screen. */
const COLOUR = `(() => {
  const canvas = document.getElementById('picture');
  const context = canvas.getContext('2d');
  return [...context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data.slice(0, 3)];
})()`;
