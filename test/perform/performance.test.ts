/** A whole show on time, and everything that moves through it: seeking, pausing, speed, sleep, loops, restarts, decisions. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Remembered } from '../../perform/memory.js';
import type { Stage } from '../../perform/stage.js';
import { performanceOf } from '../../perform/timeline.js';
import { realShapedManifest, realShapedSheet, timingOf } from '../support/real-shaped-show.js';
import { manifestOf, perform, TIMING, timingsRead, wordsOf } from './performing.js';

const SHEET = realShapedSheet();
const MANIFEST = realShapedManifest();
const SHOW_MS = 70 * 60_000;

const whole = (options: Parameters<typeof perform>[1] = {}) =>
  perform(SHEET, {
    manifest: MANIFEST,
    readTiming: async ({ variant }) => timingOf(variant?.variant ?? 1),
    ...options,
  });

/** Advances in pieces, between which timings can be read. */
async function advance(clock: { advance(byMs: number): void }, byMs: number): Promise<void> {
  for (let doneMs = 0; doneMs < byMs; doneMs += 60_000) {
    clock.advance(Math.min(60_000, byMs - doneMs));
    await timingsRead();
  }
}

describe('a show of 401 cues and 70 minutes', () => {
  it('is performed at 100 times its speed with every event at its time, and every cue', async () => {
    const { performance, clock, told } = whole({ speed: 100 });
    await timingsRead();
    performance.play();
    for (let doneMs = 0; doneMs < SHOW_MS / 100; doneMs += 500) {
      clock.advance(500);
      await timingsRead();
    }
    expect(SHEET).toHaveLength(401);
    expect(performance.timeline.problems).toEqual([]);
    expect(told.filter(({ atMs, event }) => Math.abs(atMs - event.atMs) > 1e-3)).toEqual([]);
    const cues = new Set(told.map(({ event }) => ('cue' in event ? event.cue.index : -1)));
    expect(SHEET.flatMap((_, index) => (cues.has(index) ? [] : [index]))).toEqual([]);
    const finals = told.filter(({ event }) => event.kind === 'picture' && event.moment.kind === 'final');
    expect(finals.length).toBeGreaterThan(126);
    expect(told.at(-1)).toMatchObject({ atMs: SHOW_MS, event: { kind: 'end' } });
  });

  it('is never behind for longer than one timer is late', async () => {
    const { performance, clock, told } = whole({ lateMs: 12 });
    performance.play();
    await advance(clock, SHOW_MS + 1000);
    expect(told.filter(({ atMs, event }) => atMs - event.atMs > 12.001)).toEqual([]);
  });

  it('is prepared in one moment, all the same twice with the same seed, and different with another', () => {
    const words = (seed: number) => JSON.stringify(performanceOf({ sheet: SHEET, manifest: MANIFEST }, seed));
    expect(words(1)).toBe(words(1));
    expect(words(1)).not.toBe(words(2));
  });

  it('is at any time after seeking what it is when performed up to there', async () => {
    const performed = whole();
    await timingsRead();
    performed.performance.play();
    const times = fc.integer({ min: 0, max: SHOW_MS - 1 });
    const sample = [...fc.sample(times, { numRuns: 100, seed: 5 }), ...boundaries()].sort((a, b) => a - b);
    const stages = new Map<number, Stage>();
    let nowMs = 0;
    for (const atMs of sample) {
      await advance(performed.clock, atMs - nowMs);
      nowMs = atMs;
      stages.set(atMs, performed.performance.stage);
    }
    const { performance } = whole();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...stages.keys()), async (atMs) => {
        performance.seek(atMs);
        await timingsRead();
        performance.seek(atMs);
        expect(performance.stage).toEqual(stages.get(atMs));
      }),
      { numRuns: 150, seed: 3 },
    );
  });
});

/** Times at which something happens, and just before. */
function boundaries(): number[] {
  const { events } = performanceOf({ sheet: SHEET, manifest: MANIFEST }, 7);
  const some = events.filter(({ kind }, index) => kind !== 'word' || index % 100 === 0);
  return some
    .flatMap(({ atMs }) => [Math.floor(atMs) - 1, Math.ceil(atMs)])
    .filter((atMs) => atMs >= 0 && atMs < SHOW_MS);
}

const PROMPT = { action: 'prompt', program: 'P4', prompt: '', variants: [1, 2, 3, 4] };
const SHORT = [
  { time: '00:00:00', action: 'navigate', route: '/one' },
  { time: '00:00:01', ...PROMPT },
  { time: '00:00:05', action: 'lights' },
  { time: '00:00:10', action: 'end' },
];
const variantsTold = (told: ReturnType<typeof perform>['told']) =>
  told.flatMap(({ event }) => (event.kind === 'image' ? [event.image.variant?.variant] : []));

/** What a browser's storage would hold. */
function storage() {
  let text: string | undefined;
  return {
    read: (): unknown => (text === undefined ? undefined : JSON.parse(text)),
    write: (what: Remembered) => {
      text = JSON.stringify(what);
    },
  };
}

describe('a performance', () => {
  it('stands still while paused, and goes on from there', () => {
    const { performance, clock, told } = perform(SHORT);
    performance.play();
    clock.advance(2000);
    performance.pause();
    clock.advance(60_000);
    expect(performance.positionMs).toBe(2000);
    performance.play();
    clock.advance(3000);
    expect(wordsOf(told).at(-1)).toBe('5000 unknown lights');
  });

  it('changes its speed on the way', () => {
    const { performance, clock, told } = perform(SHORT);
    performance.play();
    clock.advance(1000);
    performance.speed = 4;
    clock.advance(1000);
    expect(wordsOf(told).at(-1)).toBe('5000 unknown lights');
    expect(performance.positionMs).toBe(5000);
  });

  it('goes to a cue, and says which there is not', () => {
    const { performance, stages } = perform(SHORT);
    performance.seekToCue(2);
    expect(performance.positionMs).toBe(5000);
    expect(stages.at(-1)).toMatchObject({ route: '/one', picture: { moment: { kind: 'final' } } });
    expect(() => performance.seekToCue(9)).toThrow('The cue sheet has no cue 9 that can be performed.');
  });

  it('goes on where the show is by now when the machine has slept, without telling what was missed', () => {
    const { performance, clock, told, stages } = perform(SHORT);
    performance.play();
    clock.advance(500);
    clock.sleep(6000);
    clock.advance(10);
    expect(wordsOf(told)).toEqual(['0 scene /one']);
    expect(stages.at(-1)?.picture?.moment.kind).toBe('final');
    clock.advance(4000);
    expect(wordsOf(told).at(-1)).toBe('10000 end');
  });

  it('is performed all day with a pause between, each time with other variants, without drift', () => {
    const { performance, clock, told } = perform(SHORT, { loop: { pauseMs: 5000 }, lateMs: 9 });
    performance.play();
    clock.advance(4 * 15_000 - 1000);
    expect(new Set(variantsTold(told)).size).toBeGreaterThan(1);
    expect(performance.number).toBe(3);
    const ends = told.filter(({ event }) => event.kind === 'end');
    expect(ends.map(({ atMs }) => Math.round(atMs))).toEqual([10_009, 10_009, 10_009, 10_009]);
  });

  it('after a night’s sleep performs the round that it would perform', () => {
    const { performance, clock } = perform(SHORT, { loop: { pauseMs: 5000 } });
    performance.play();
    clock.advance(1000);
    clock.sleep(100 * 15_000 + 2000);
    clock.advance(1);
    expect(performance.number).toBe(100);
    expect(performance.positionMs).toBe(3001);
  });

  it('is black when it is over, and begins another one when played again', () => {
    const { performance, clock, stages } = perform(SHORT.slice(0, 3));
    performance.play();
    clock.advance(60_000);
    expect(performance.playing).toBe(false);
    expect(stages.at(-1)?.picture).toBeUndefined();
    performance.play();
    expect(performance.number).toBe(1);
  });

  it('can be stopped from within, at the beginning of another', () => {
    const { performance, clock, told } = perform(SHORT, {});
    performance.play();
    clock.advance(5000);
    performance.stop();
    clock.advance(60_000);
    expect(wordsOf(told).at(-1)).toBe('5000 unknown lights');
    expect(performance.positionMs).toBe(0);
  });

  it('shows no variant again before all have been, over restarts', () => {
    const memory = storage();
    const seen = [1, 2, 3, 4].flatMap(() => {
      const { seed: _, ...options } = { seed: 0, memory };
      const { performance, clock, told } = perform(SHORT, { ...options, seed: undefined as never });
      performance.play();
      clock.advance(3000);
      return variantsTold(told);
    });
    expect(seen.toSorted()).toEqual([1, 2, 3, 4]);
  });

  it('resumes the very performance that a crash interrupted', () => {
    const memory = storage();
    const before = perform(SHORT, { memory, seed: undefined as never });
    before.performance.play();
    before.clock.advance(3000);
    const after = perform(SHORT, { memory, seed: undefined as never, resume: true });
    after.performance.goTo(before.performance.number, 3000);
    expect(after.performance.timeline).toEqual(before.performance.timeline);
    expect(after.performance.stage).toEqual(before.performance.stage);
  });

  it('performs although its memory can neither be read nor written', () => {
    const broken = () => {
      throw new Error('denied');
    };
    const { performance, clock, told } = perform(SHORT, {
      memory: { read: broken, write: broken },
      seed: undefined as never,
    });
    performance.play();
    clock.advance(10_000);
    expect(wordsOf(told).at(-1)).toBe('10000 end');
  });

  it('shows what is rejected meanwhile no more, and leaves what has begun', () => {
    const regenerated = [
      { time: '00:00:00', ...PROMPT, enter: { regen: true } },
      { time: '00:30:00', action: 'end' },
    ];
    const { performance, clock, told } = perform(regenerated);
    performance.play();
    clock.advance(33_000);
    const begun = variantsTold(told);
    const rejected = [1, 2, 3, 4].filter((variant) => !begun.includes(variant))[0] ?? 0;
    const variants = [1, 2, 3, 4].filter((variant) => variant !== rejected);
    performance.offer({ manifest: manifestOf([{ ...regenerated[0], variants }, { ...regenerated[1] }]) });
    expect(performance.stage.picture?.image.variant?.variant).toBe(begun.at(-1));
    clock.advance(30 * 60_000);
    expect(variantsTold(told).length).toBeGreaterThan(8);
    expect(variantsTold(told).slice(0, 2)).toEqual(begun);
    expect(variantsTold(told)).not.toContain(rejected);
  });

  it('takes one program from another version', () => {
    const old = manifestOf([{}, { time: '00:00:01', ...PROMPT, variants: [77] }], 'v0');
    const { performance } = perform(SHORT, { from: { P4: old } });
    const [image] = performance.upcoming(1);
    expect(image).toMatchObject({ version: 'show/v0', variant: { variant: 77 } });
  });

  it('keeps an even pace until it knows the true one, and then is where it should be', async () => {
    let give: (timing: unknown) => void = () => {};
    const late = new Promise((resolve) => {
      give = resolve;
    });
    const { performance, clock, told } = perform(SHORT, { readTiming: () => late });
    performance.play();
    clock.advance(1900);
    expect(wordsOf(told).at(-1)).toBe('1667 picture cue_1 1.png');
    give({ stepDurations: { 1: 100, 2: 700, final: 1200 } });
    await timingsRead();
    expect(wordsOf(told).at(-1)).toBe('1900 picture cue_1 2.png');
    clock.advance(2000);
    expect(wordsOf(told).at(-1)).toBe('3000 picture cue_1 final.png');
  });

  it('refuses a sheet that is none, and a pause or speed that no clock can follow', () => {
    expect(() => perform({} as never, { manifest: MANIFEST })).toThrow(
      'The cue sheet must be a list of cues.',
    );
    expect(() => perform(SHORT, { speed: 0 })).toThrow('speed must be a finite number above 0, got 0');
    expect(() => perform(SHORT, { loop: { pauseMs: -1 } })).toThrow(
      'loop.pauseMs must be a finite number from 0, got -1',
    );
  });

  it('says which cues of the manifest are not those of the sheet, and goes on without them', () => {
    const manifest = manifestOf([{}, {}, { time: '00:00:01', ...PROMPT }]);
    const { performance, clock, told } = perform(SHORT, { manifest, readTiming: async () => TIMING });
    expect(performance.timeline.problems).toEqual([
      'The images of cue "cue_2" are not shown: cue 2 of the cue sheet is another. The manifest belongs to another state of the sheet; "pregen manifest FILE" writes it anew.',
    ]);
    performance.play();
    clock.advance(20_000);
    expect(wordsOf(told).at(-1)).toBe('10000 end');
  });
});
