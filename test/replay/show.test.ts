/** A show by its manifest: approved variants can be opened, and for everything else the error says what there is instead. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import { writeManifest } from '../../bookkeeping/manifest.js';
import type * as written from '../../domain/manifest.js';
import type * as read from '../../replay/manifest.js';
import { manifestOf } from '../../replay/manifest.js';
import type { Source } from '../../replay/replay.js';
import { openShowFrom } from '../../replay/show.js';
import { openFolder, SHOW, storeImage, tasksOf } from '../bookkeeping/stored-show.js';
import { BASE, cueOf, manifestWith, sourceOf } from './manifest-source.js';

const open = (manifest: () => unknown) => openShowFrom(BASE, { source: sourceOf(manifest).source });
const picks = (picker: { next(): number }, count: number) =>
  Array.from({ length: count }, () => picker.next());
const onFrame = () => {};

describe('a show', () => {
  it('has its cues in the order of the sheet, and finds one by its id', async () => {
    const cues = [cueOf('b', [1]), cueOf('a', [2, 3])];
    const show = await open(() => manifestWith(...cues));
    expect(show.cues).toEqual(cues);
    expect(show.cue('a')).toEqual(cues[1]);
    expect(show).toMatchObject({ project: 'show', version: 'v1', writtenAt: '2026-01-01T00:00:00.000Z' });
  });

  it('opens the variant that is named, or the next one that the picker chooses', async () => {
    const { source, asked } = sourceOf(() => manifestWith(cueOf('a', [4, 7])));
    const show = await openShowFrom('https://images.example/show/v1', { source, query: '?k=1' });
    const named = await show.replay({ cueId: 'a', variantId: 7, onFrame });
    await named.loaded;
    expect(named).toMatchObject({ cueId: 'a', variantId: 7, durationMs: 30 });
    expect(asked).toContain('https://images.example/show/v1/cues/a/7/timing.json?k=1');
    const first = await show.replay({ cueId: 'a', onFrame });
    const second = await show.replay({ cueId: 'a', onFrame });
    expect([first.variantId, second.variantId].sort()).toEqual([4, 7]);
    expect(show.picker('a').shown).toEqual([first.variantId, second.variantId]);
  });

  it('requests no timing for a program without previews', async () => {
    const { source, asked } = sourceOf(() => manifestWith(cueOf('a', [1], 0)));
    const show = await openShowFrom(BASE, { source });
    const replay = await show.replay({ cueId: 'a', onFrame });
    await replay.loaded;
    expect(asked).toEqual([`${BASE}cues/a/1/final.png`]);
    expect(replay.frame?.picture).toBe(`${BASE}cues/a/1/final.png`);
  });

  it('names the existing cues and variants in errors about others', async () => {
    const many = Array.from({ length: 12 }, (_, index) => index + 1);
    const show = await open(() => manifestWith(cueOf('a', many), cueOf('empty', [])));
    expect(() => show.cue('b')).toThrow('There is no cue "b" in show/v1: it has a, empty.');
    await expect(show.replay({ cueId: 'b', onFrame })).rejects.toThrow('There is no cue "b"');
    await expect(show.replay({ cueId: 'a', variantId: 13, onFrame })).rejects.toThrow(
      'Variant 13 of cue "a" may not be shown: the manifest of show/v1 names 1, 2, 3, 4, 5, 6, 7, 8 and 4 more.',
    );
    const nothing =
      'Cue "empty" of show/v1 has no variant that may be shown: none is stored yet, or all are rejected. Cues that have some: a.';
    expect(() => show.picker('empty')).toThrow(nothing);
    await expect(show.replay({ cueId: 'empty', variantId: 1, onFrame })).rejects.toThrow(nothing);
  });

  it('continues its rounds when decisions change, without rejected variants', async () => {
    let manifest = manifestWith(cueOf('a', [1, 2, 3, 4]), cueOf('b', [1]));
    const show = await open(() => manifest);
    const picker = show.picker('a');
    const seen = picks(picker, 2);
    const left = [1, 2, 3, 4].filter((variant) => !seen.includes(variant));
    const [rejected = 0, stays = 0] = left;
    manifest = manifestWith(cueOf('a', [...seen, stays, 9]), cueOf('b', []));
    await show.refresh();
    expect(show.picker('a')).toBe(picker);
    expect(picks(picker, 2).sort()).toEqual([stays, 9]);
    expect(picks(picker, 100)).not.toContain(rejected);
    await expect(show.replay({ cueId: 'a', variantId: rejected, onFrame })).rejects.toThrow(
      'may not be shown',
    );
  });

  it('has nothing to pick while all variants of a cue are rejected, and picks again afterwards', async () => {
    let variants = [1, 2];
    const show = await open(() => manifestWith(cueOf('a', variants)));
    const picker = show.picker('a');
    variants = [];
    await show.refresh();
    expect(() => picker.next()).toThrow('there is no variant to pick from');
    variants = [2];
    await show.refresh();
    expect(picker.next()).toBe(2);
  });

  it('stays as it is when its manifest cannot be read again, or arrives late', async () => {
    const answers: ((manifest: unknown) => void)[] = [];
    let isOpen = false;
    const { source } = sourceOf(() => undefined);
    const slow: Source<string> = {
      ...source,
      json: async () =>
        isOpen ? new Promise((resolve) => answers.push(resolve)) : manifestWith(cueOf('a', [1])),
    };
    const show = await openShowFrom(BASE, { source: slow });
    isOpen = true;
    const [early, late] = [show.refresh(), show.refresh()];
    answers[1]?.(manifestWith(cueOf('a', [2])));
    await late;
    answers[0]?.(manifestWith(cueOf('a', [1, 2])));
    await early;
    expect(show.cue('a').variants.map(({ variant }) => variant)).toEqual([2]);
    const failing = show.refresh();
    answers[2]?.(undefined);
    await expect(failing).rejects.toThrow('There is no manifest');
    expect(show.picker('a').next()).toBe(2);
  });
});

const cue = cueOf('a', [1]);

describe('a manifest', () => {
  it.each<[string, unknown, string]>([
    [
      'is missing',
      undefined,
      `There is no manifest at ${BASE}manifest.json. "pregen manifest FILE" writes it`,
    ],
    ['is a list', [], `${BASE}manifest.json is no manifest: it holds a list.`],
    ['is another document', { cues: [] }, 'is no manifest: it has no "format".'],
    [
      'is of a later version',
      { ...manifestWith(), format: 2 },
      'of format 2, and this module reads format 1',
    ],
    ['has no cues', { ...manifestWith(), cues: undefined }, 'is damaged: cues must be a list, not absent.'],
    ['has a cue that is none', { ...manifestWith(), cues: [7] }, 'cues[0] must be an object, not 7'],
    [
      'has a cue without a prompt',
      { ...manifestWith(), cues: [cue, { ...cue, cueId: 'b', prompt: null }] },
      'cues[1].prompt must be text, not null',
    ],
    ['names a cue twice', manifestWith(cue, cue), 'cues[1] names cue "a" a second time'],
    [
      'has a variant that is none',
      { ...manifestWith(), cues: [{ ...cue, variants: [{ variant: 0, previews: 2 }] }] },
      'cues[0].variants[0].variant must be a whole number above 0, not 0',
    ],
  ])('that %s is an error with a sentence', async (_, document, sentence) => {
    await expect(open(() => document)).rejects.toThrow(sentence);
  });

  it('that is not JSON or cannot be reached is an error that says so', async () => {
    await expect(open(() => JSON.parse('<html>'))).rejects.toThrow(
      'is damaged, or something else: Unexpected',
    );
    const down = () => {
      throw new TypeError('Failed to fetch');
    };
    await expect(open(down)).rejects.toThrow(`${BASE}manifest.json could not be read: Failed to fetch.`);
    const signal = AbortSignal.abort(new Error('the page is left'));
    const { source } = sourceOf(down);
    await expect(openShowFrom(BASE, { source, signal })).rejects.toThrow('the page is left');
  });

  it('that the product has written can be read', async () => {
    const store = await openFolder();
    const tasks = tasksOf();
    const [task] = tasks;
    if (task !== undefined) await storeImage(store, task, { variantId: 2, seed: 5 });
    const manifest = await writeManifest(store, SHOW, tasks);
    expect(manifestOf(JSON.parse(JSON.stringify(manifest)), BASE)).toEqual(manifest);
  });

  it('has the same type in the product and in the replay module', () => {
    // The compiler compares them in `npm run check`.
    expectTypeOf<read.Manifest>().toEqualTypeOf<written.Manifest>();
    expectTypeOf<read.ManifestCue>().toEqualTypeOf<written.ManifestCue>();
    expectTypeOf<read.ManifestVariant>().toEqualTypeOf<written.ManifestVariant>();
  });
});
