import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DamagedFileError, SpoolFullError, TakenOverError } from '../../../storage/spool/records.js';
import { orSpoolFull } from '../../../storage/spool/space.js';
import type { SpooledRendition } from '../../../storage/spool/spooled-rendition.js';
import {
  AT,
  commitFinal,
  commitStep,
  commitSteps,
  completeRendition,
  FINAL,
  latentsOf,
  openSpool,
  previewOf,
  REQUEST,
} from './spool-parts.js';

describe('a spooled rendition', () => {
  it('records each step with time, duration and digests, and returns the verified bytes', async () => {
    const { rendition } = await completeRendition();
    expect(rendition.steps.map(({ step, of, at, durationMs }) => [step, of, at, durationMs])).toEqual(
      [1, 2, 3, 4].map((step) => [step, 4, AT, step * 1.25]),
    );
    const previews = await Promise.all(
      rendition.steps.map(({ preview }) => preview && rendition.read(preview)),
    );
    expect(previews).toEqual([1, 2, 3, 4].map(previewOf));
    const { final } = rendition;
    expect(final).toMatchObject({ at: AT, durationMs: 12.5 });
    expect(final && (await rendition.read(final.png))).toEqual(FINAL);
  });

  it('keeps the last two checkpoints, all previews and nothing else', async () => {
    const { rendition } = await completeRendition();
    const previews = [1, 2, 3, 4].map((step) => `step-${step}.png`);
    const expected = [
      'final.png',
      'journal.jsonl',
      'request.json',
      'scratch',
      'step-3.latents',
      'step-4.latents',
      ...previews,
    ];
    expect((await readdir(rendition.directory)).sort()).toEqual(expected.sort());
    expect(await readdir(join(rendition.directory, 'scratch'))).toEqual([]);
  });

  it('can have steps without previews', async () => {
    const rendition = await (await openSpool()).openRendition('r', REQUEST);
    await writeFile(rendition.scratchPath('raw'), latentsOf(1));
    await rendition.commitStep({
      step: 1,
      of: 1,
      at: AT,
      durationMs: 1,
      latentsPath: rendition.scratchPath('raw'),
    });
    expect(rendition.steps[0]).not.toHaveProperty('preview');
  });

  it('has a final image without any step, as image-to-image at strength 0 does', async () => {
    const spool = await openSpool();
    await commitFinal(await spool.openRendition('r', REQUEST));
    const again = await spool.openRendition('r', REQUEST);
    expect(again.steps).toEqual([]);
    expect(again.final && (await again.read(again.final.png))).toEqual(FINAL);
    expect(await again.lastCheckpoint()).toBeUndefined();
  });

  it('refuses a step out of turn, and a final image before the last step', async () => {
    const rendition = await (await openSpool()).openRendition('r', REQUEST);
    await expect(commitStep(rendition, 2)).rejects.toThrow('Step 2 of 4');
    await commitSteps(rendition, 1, 2);
    await expect(commitStep(rendition, 2)).rejects.toThrow('2 of 4 steps');
    await expect(commitStep(rendition, 3, 5)).rejects.toThrow('Step 3 of 5');
    await expect(commitFinal(rendition)).rejects.toThrow('only 2 of 4');
    await commitSteps(rendition, 3, 4);
    await commitFinal(rendition);
    await expect(commitFinal(rendition)).rejects.toThrow('already');
  });

  it('keeps the order of commits that are not awaited one by one', async () => {
    const rendition = await (await openSpool()).openRendition('r', REQUEST);
    for (const step of [1, 2, 3, 4]) await writeFile(rendition.scratchPath(`${step}`), latentsOf(step));
    const commits = [1, 2, 3, 4].map((step) =>
      rendition.commitStep({
        step,
        of: 4,
        at: AT,
        durationMs: 1,
        latentsPath: rendition.scratchPath(`${step}`),
      }),
    );
    await Promise.all([...commits, commitFinal(rendition)]);
    expect(rendition.final).toBeDefined();
  });

  it('removes what a crash left in the folder when it is opened again', async () => {
    const spool = await openSpool();
    const rendition = await spool.openRendition('r', REQUEST);
    await commitSteps(rendition, 1, 2);
    const leftovers = ['step-3.png', 'step-3.latents', '.pregen-partial-1', 'scratch/raw-3', 'final.png'];
    for (const name of leftovers) await writeFile(join(rendition.directory, name), 'half');
    await spool.findRendition('r');
    expect(existsSync(rendition.scratchPath('raw-3'))).toBe(true);
    await spool.openRendition('r', REQUEST);
    for (const name of leftovers) expect(existsSync(join(rendition.directory, name)), name).toBe(false);
  });

  it('refuses file names that lead out of its folder', async () => {
    const { rendition } = await completeRendition();
    for (const name of ['../spool-id', '..', '.', '', '/etc/passwd', 'a/b']) {
      expect(() => rendition.scratchPath(name)).toThrow('not the name');
      await expect(rendition.read({ file: name, bytes: 1, sha256: '' })).rejects.toThrow('not the name');
    }
  });
});

describe('the last checkpoint', () => {
  it('is the newest step', async () => {
    const { rendition } = await inProgress(3);
    const checkpoint = await rendition.lastCheckpoint();
    expect(checkpoint?.step).toBe(3);
    expect(checkpoint && (await readFile(checkpoint.path))).toEqual(latentsOf(3));
  });

  it.each(['flipped', 'cut short', 'missing'])(
    'is the one before when the newest is %s, and the step is computed again',
    async (how) => {
      const { spool, rendition } = await inProgress(3);
      await damage(join(rendition.directory, 'step-3.latents'), how);
      const reopened = await spool.openRendition('r', REQUEST);
      expect(await reopened.lastCheckpoint()).toMatchObject({ step: 2 });
      expect(reopened.steps.map(({ step }) => step)).toEqual([1, 2]);
      expect(existsSync(join(rendition.directory, 'step-3.png'))).toBe(false);
      await commitSteps(reopened, 3, 4);
      await commitFinal(reopened);
      expect((await spool.openRendition('r', REQUEST)).steps).toEqual(
        (await completeRendition()).rendition.steps,
      );
    },
  );

  it('is none when both are damaged: everything is computed again', async () => {
    const { spool, rendition } = await inProgress(3);
    for (const step of [2, 3]) await damage(join(rendition.directory, `step-${step}.latents`), 'flipped');
    expect(await rendition.lastCheckpoint()).toBeUndefined();
    expect(rendition.steps).toEqual([]);
    const reopened = await spool.openRendition('r', REQUEST);
    expect((await readdir(reopened.directory)).sort()).toEqual(['journal.jsonl', 'request.json', 'scratch']);
    await commitSteps(reopened, 1, 4);
  });
});

describe('a damaged file', () => {
  it.each(['flipped', 'cut short', 'missing'])(
    'is told from a good one: a preview that is %s',
    async (how) => {
      const { rendition } = await completeRendition();
      await damage(join(rendition.directory, 'step-2.png'), how);
      const preview = rendition.steps[1]?.preview;
      const error = preview && (await rendition.read(preview).catch((thrown: unknown) => thrown));
      expect(error).toBeInstanceOf(DamagedFileError);
      expect(error).toMatchObject({ expected: preview });
      expect(String(error)).toContain('step-2.png');
      expect(rendition.steps).toHaveLength(4);
    },
  );

  it('is only decoded again if it is the final image', async () => {
    const { spool, rendition } = await completeRendition();
    await damage(join(rendition.directory, 'final.png'), 'flipped');
    const reopened = await spool.openRendition('r', REQUEST);
    const { final } = reopened;
    await expect(final && reopened.read(final.png)).rejects.toBeInstanceOf(DamagedFileError);
    await reopened.dropFinal();
    await reopened.dropFinal();
    expect(reopened.final).toBeUndefined();
    expect(await reopened.lastCheckpoint()).toMatchObject({ step: 4 });
    await commitFinal(reopened);
    expect((await spool.findRendition('r'))?.final).toEqual(final);
  });
});

describe('a write that fails', () => {
  // /dev/full answers every write with "no space left on device".
  it.skipIf(!existsSync('/dev/full'))('for want of space is named with path and size', async () => {
    const full = orSpoolFull('/spool/final.png', 1234, () => writeFile('/dev/full', 'x'));
    const error = await full.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SpoolFullError);
    expect(error).toMatchObject({ path: '/spool/final.png', bytes: 1234 });
    expect(String(error)).toContain('PREGEN_SPOOL');
  });

  it('leaves the step uncommitted; it can be committed again from the same latents', async () => {
    const { spool, rendition } = await inProgress(2);
    const journal = join(rendition.directory, 'journal.jsonl');
    const content = await readFile(journal);
    await rm(journal);
    await mkdir(journal);
    const latentsPath = rendition.scratchPath('raw');
    await writeFile(latentsPath, latentsOf(3));
    const step = { step: 3, of: 4, at: AT, durationMs: 1, latentsPath };
    await expect(rendition.commitStep(step)).rejects.toThrow('is a folder, expected a file');
    expect(rendition.steps).toHaveLength(2);
    await rm(journal, { recursive: true });
    await writeFile(journal, content);
    await rendition.commitStep(step);
    expect((await spool.findRendition('r'))?.steps).toHaveLength(3);
  });
});

describe('an attempt that was frozen and replaced', () => {
  it('cannot undo what its successor recorded', async () => {
    const { spool, rendition: frozen } = await inProgress(2);
    const successor = await spool.openRendition('r', REQUEST);
    await commitSteps(successor, 3, 4);
    await commitFinal(successor);
    const latentsPath = frozen.scratchPath('late');
    await writeFile(latentsPath, 'other bytes');
    const late = { step: 3, of: 4, at: AT, durationMs: 1, latentsPath, preview: Buffer.from('other bytes') };
    await expect(frozen.commitStep(late)).rejects.toBeInstanceOf(TakenOverError);
    const files = successor.steps.flatMap(({ step, latents, preview }) =>
      step < 3 ? [preview] : [preview, latents],
    );
    for (const file of files) if (file !== undefined) await successor.read(file);
    const found = await spool.findRendition('r');
    expect(found?.final).toEqual(successor.final);
    expect(found?.steps).toEqual(successor.steps);
  });

  it('cannot write into what its successor removed', async () => {
    const { spool, rendition: frozen } = await inProgress(2);
    await (await spool.openRendition('r', REQUEST)).remove();
    await spool.openRendition('r', REQUEST);
    await expect(commitStep(frozen, 3)).rejects.toBeInstanceOf(TakenOverError);
    expect((await spool.findRendition('r'))?.steps).toEqual([]);
  });
});

async function inProgress(steps: number) {
  const spool = await openSpool();
  const rendition: SpooledRendition = await spool.openRendition('r', REQUEST);
  await commitSteps(rendition, 1, steps);
  return { spool, rendition };
}

async function damage(path: string, how: string): Promise<void> {
  if (how === 'missing') return rm(path);
  const content = await readFile(path);
  if (how === 'cut short') return writeFile(path, content.subarray(0, -1));
  content[3] = (content[3] ?? 0) ^ 1;
  return writeFile(path, content);
}
