import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageFile, packageRoot } from '../../package/package-files.js';
import { type Frame, openReplayFrom, type ReplayOptions, type Source } from '../../replay/replay.js';
import { momentIndexAt, timelineOf, UNTIMED } from '../../replay/timeline.js';
import { VariantPicker } from '../../replay/variant-picker.js';
import { HandClock } from '../support/hand-clock.js';

const TIMING = { stepDurations: { 1: 1000, 2: 300, 3: 500, final: 200 } };
const BASE = 'https://images.example/show/v1/cues/';

/** A source in which a picture is represented by its address, and everything exists except `missing`. */
const sourceOf = (timing: unknown, missing: readonly string[] = []): Source<string> => ({
  json: async () => timing,
  picture: async (url) => {
    if (missing.some((name) => url.endsWith(name))) throw new Error('404');
    return url;
  },
});

interface Seen {
  readonly atMs: number;
  readonly what: string;
}

async function open(options: Partial<ReplayOptions<string>> & { lateMs?: number } = {}) {
  const clock = new HandClock(options.lateMs);
  const seen: Seen[] = [];
  const startedMs = clock.now();
  const onFrame = (frame: Frame<string>) => seen.push({ atMs: clock.now() - startedMs, what: nameOf(frame) });
  const replay = await openReplayFrom({
    baseUrl: BASE,
    cueId: 'prompt_1_00_00_10',
    variantId: 2,
    source: sourceOf(TIMING),
    clock,
    onFrame,
    ...options,
  });
  await replay.loaded;
  return { replay, clock, seen };
}

function nameOf({ moment, picture, missing }: Frame<string>): string {
  if (moment.kind === 'black') return 'black';
  return picture?.split('/').at(-1) ?? (missing ? 'missing' : 'not loaded');
}

const EMERGENCE = [
  { atMs: 0, what: 'black' },
  { atMs: 1000, what: '1.png' },
  { atMs: 1300, what: '2.png' },
  { atMs: 1800, what: '3.png' },
  { atMs: 2000, what: 'final.png' },
];

describe('replay', () => {
  it('shows every preview when it really appeared, and black before the first', async () => {
    const { replay, clock, seen } = await open();
    replay.play();
    clock.advance(10_000);
    expect(seen).toEqual(EMERGENCE);
    expect(replay.playing).toBe(false);
    expect(replay.positionMs).toBe(2000);
  });

  it('does not add up the lateness of timers', async () => {
    const stepDurations = Object.fromEntries([...Array(40).keys()].map((step) => [String(step + 1), 50]));
    const { replay, clock, seen } = await open({
      source: sourceOf({ stepDurations: { ...stepDurations, final: 50 } }),
      lateMs: 7,
    });
    replay.play();
    clock.advance(5000);
    expect(seen).toHaveLength(42);
    expect(seen.at(-1)).toEqual({ atMs: 41 * 50 + 7, what: 'final.png' });
  });

  it('plays faster and slower, also when the speed changes midway', async () => {
    const { replay, clock, seen } = await open({ speed: 2 });
    replay.play();
    clock.advance(500);
    replay.speed = 0.5;
    clock.advance(2000);
    expect(seen).toEqual([
      { atMs: 0, what: 'black' },
      { atMs: 500, what: '1.png' },
      { atMs: 500 + 600, what: '2.png' },
      { atMs: 500 + 1600, what: '3.png' },
      { atMs: 500 + 2000, what: 'final.png' },
    ]);
  });

  it('pauses, goes on where it was, and plays again from the start after the end', async () => {
    const { replay, clock, seen } = await open();
    replay.play();
    clock.advance(1100);
    replay.pause();
    clock.advance(60_000);
    expect(replay.positionMs).toBe(1100);
    expect(clock.waiting).toBe(0);
    replay.play();
    clock.advance(900);
    expect(seen.at(-1)).toEqual({ atMs: 62_000, what: 'final.png' });
    replay.play();
    expect(replay.positionMs).toBe(0);
    expect(seen.at(-1)?.what).toBe('black');
  });

  it('seeks while paused and while playing, and clamps what is out of range', async () => {
    const { replay, clock, seen } = await open();
    replay.seek(1500);
    expect(seen.at(-1)?.what).toBe('2.png');
    expect(replay.playing).toBe(false);
    replay.play();
    clock.advance(300);
    expect(seen.at(-1)?.what).toBe('3.png');
    replay.seek(-5);
    expect(seen.at(-1)?.what).toBe('black');
    replay.seek(99_999);
    expect(seen.at(-1)?.what).toBe('final.png');
    expect(() => replay.seek(Number.NaN)).toThrow(RangeError);
    expect(() => {
      replay.speed = 0;
    }).toThrow('speed must be a finite number above 0, got 0');
  });

  it('loops with a hold, and a tab that slept through rounds comes back in step', async () => {
    const { replay, clock, seen } = await open({ loop: true, holdMs: 1000 });
    replay.play();
    clock.advance(4000);
    expect(seen.slice(5)).toEqual([
      { atMs: 3000, what: 'black' },
      { atMs: 4000, what: '1.png' },
    ]);
    clock.sleep(30_000);
    clock.advance(0);
    expect(replay.positionMs).toBe(34_000 % 3000);
    replay.loop = false;
    clock.advance(10_000);
    expect(replay.playing).toBe(false);
    expect(seen.at(-1)?.what).toBe('final.png');
  });

  it('turns black after the hold if the last image is not to stay', async () => {
    const { replay, clock, seen } = await open({ holdLast: false, holdMs: 700 });
    replay.play();
    clock.advance(10_000);
    expect(seen.slice(4)).toEqual([
      { atMs: 2000, what: 'final.png' },
      { atMs: 2700, what: 'black' },
    ]);
  });

  it('goes straight to the final image without a usable timing.json', async () => {
    const timings = [
      undefined,
      null,
      [],
      {},
      { stepDurations: { 1: -1, final: 3 } },
      { stepDurations: { 1: 5 } },
    ];
    for (const timing of timings) {
      const { replay, clock, seen } = await open({ source: sourceOf(timing) });
      replay.play();
      clock.advance(100);
      expect(seen.at(-1)?.what).toBe('final.png');
      expect(replay.timeline.timed).toBe(false);
    }
  });

  it('shows black for a missing image and keeps the pace', async () => {
    const { replay, clock, seen } = await open({ source: sourceOf(TIMING, ['/2.png', '/final.png']) });
    replay.play();
    clock.advance(10_000);
    expect(seen.map(({ what }) => what)).toEqual(['black', '1.png', 'missing', '3.png', 'missing']);
    expect(seen.map(({ atMs }) => atMs)).toEqual(EMERGENCE.map(({ atMs }) => atMs));
  });

  it('shows a picture that arrives late as soon as it arrives', async () => {
    const arrivals = new Map<string, () => void>();
    const slow: Source<string> = {
      json: async () => TIMING,
      picture: (url) =>
        new Promise((resolve) => arrivals.set(url.split('/').at(-1) ?? '', () => resolve(url))),
    };
    const clock = new HandClock();
    const seen: string[] = [];
    const replay = await openReplayFrom({
      baseUrl: BASE,
      cueId: 'c',
      variantId: 1,
      source: slow,
      clock,
      onFrame: (frame) => seen.push(nameOf(frame)),
    });
    replay.seek(1000);
    arrivals.get('1.png')?.();
    await Promise.resolve().then(() => new Promise((resolve) => setImmediate(resolve)));
    expect(seen).toEqual(['black', 'not loaded', '1.png']);
  });

  it('stops for good when aborted, while opening or while playing', async () => {
    await expect(open({ signal: AbortSignal.abort(new Error('next cue')) })).rejects.toThrow('next cue');
    const controller = new AbortController();
    const { replay, clock, seen } = await open({ signal: controller.signal });
    replay.play();
    clock.advance(1000);
    controller.abort();
    replay.play();
    clock.advance(10_000);
    expect(seen.map(({ what }) => what)).toEqual(['black', '1.png']);
    expect(clock.waiting).toBe(0);
  });

  it('requests the objects by the contract’s keys, with unusual cue ids encoded', async () => {
    const asked: string[] = [];
    const source: Source<string> = {
      json: async (url) => {
        asked.push(url);
        return { stepDurations: { final: 10 } };
      },
      picture: async (url) => {
        asked.push(url);
        return url;
      },
    };
    await open({ source, baseUrl: 'https://images.example/s/v1/cues', cueId: 'a b#?', query: '?v=1' });
    expect(asked).toEqual([
      'https://images.example/s/v1/cues/a%20b%23%3F/2/timing.json?v=1',
      'https://images.example/s/v1/cues/a%20b%23%3F/2/final.png?v=1',
    ]);
  });
});

describe('timeline', () => {
  it.each([
    ['durations whose sum is no number', { 1: 1e308, 2: 1e308, final: 1e308 }],
    ['a step of more than a week', { 1: 604_800_001, final: 5 }],
    ['a negative duration', { 1: -1, final: 5 }],
    [
      'more steps than any program has',
      Object.fromEntries(
        [...Array(10_001).keys(), 'final'].map((step) => [typeof step === 'number' ? step + 1 : step, 1]),
      ),
    ],
  ])('of %s is untimed', (_, stepDurations) => {
    expect(timelineOf({ stepDurations })).toEqual(UNTIMED);
  });

  it('finds the moment of any position, the left-out steps of a degraded variant included', () => {
    const timeline = timelineOf({ stepDurations: { 1: 10, 4: 30, final: 5 } });
    const at = (positionMs: number) => timeline.moments[momentIndexAt(timeline, positionMs)];
    expect(at(0)).toMatchObject({ kind: 'black' });
    expect(at(39.9)).toMatchObject({ step: 1 });
    expect(at(40)).toMatchObject({ step: 4, file: '4.png' });
    expect(at(45)).toMatchObject({ kind: 'final' });
  });
});

describe('variant picker', () => {
  it('repeats none before all have been shown, nor the same twice in a row', () => {
    const picker = new VariantPicker([1, 2, 3, 4, 5]);
    const rounds = [...Array(40)].map(() => [...Array(5)].map(() => picker.next()));
    for (const round of rounds) expect([...round].sort()).toEqual([1, 2, 3, 4, 5]);
    const order = rounds.flat();
    expect(order.some((variant, index) => variant === order[index + 1])).toBe(false);
  });

  it('continues a round that an earlier page began', () => {
    const picker = new VariantPicker([1, 2, 3], { shown: [2, 3] });
    expect(picker.next()).toBe(1);
    expect(picker.shown).toEqual([2, 3, 1]);
    expect(picker.next()).not.toBe(1);
  });

  it('shows the only variant again and again, and refuses an empty cue', () => {
    const picker = new VariantPicker([7]);
    expect([picker.next(), picker.next()]).toEqual([7, 7]);
    expect(() => new VariantPicker([])).toThrow('no variant');
  });
});

describe('the published module', () => {
  it('is exported as "inference-previews/replay"', () => {
    const script =
      "import('inference-previews/replay').then((replay) => console.log(Object.keys(replay).join()))";
    const exported = execFileSync(process.execPath, ['-e', script], { cwd: packageRoot(), encoding: 'utf8' });
    expect(exported.trim().split(',')).toEqual(
      expect.arrayContaining(['openReplay', 'paintFrame', 'VariantPicker']),
    );
  });

  it('imports nothing else, so that a page can import it directly', () => {
    const folder = packageFile('dist', 'replay');
    const modules = readdirSync(folder).filter((name) => name.endsWith('.js'));
    const imports = modules.flatMap((name) => [
      ...readFileSync(`${folder}/${name}`, 'utf8').matchAll(/^(?:import|export) .* from '([^']+)'/gm),
    ]);
    expect(modules).toContain('index.js');
    for (const [, specifier] of imports) expect(specifier).toMatch(/^\.\/[a-z-]+\.js$/);
  });
});
