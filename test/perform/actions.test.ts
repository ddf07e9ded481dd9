/** What each action of the exhibition's cue sheet performs, event by event. */
import { describe, expect, it } from 'vitest';
import { perform, timingsRead, wordsOf } from './performing.js';

type Cue = Readonly<Record<string, unknown>>;

async function performed(sheet: readonly Cue[], forMs = 3_600_000): Promise<string[]> {
  const { performance, clock, told } = perform(sheet);
  await timingsRead();
  performance.play();
  clock.advance(forMs);
  return wordsOf(told);
}

const TYPED = { action: 'prompt', program: 'P4', delay: { base: 100, variance: 0 } };

describe('a performance', () => {
  it('types a prompt key by key, presses Enter, and shows the image emerge as it was made', async () => {
    expect(await performed([{ time: '00:00:01', ...TYPED, prompt: 'sea', variants: [3] }])).toEqual([
      '1000 keystroke s',
      '1100 keystroke se',
      '1200 keystroke sea',
      '1300 commit sea',
      '1300 image cue_0/3 round 0',
      '2300 picture cue_0 1.png',
      '2800 picture cue_0 2.png',
      '3300 picture cue_0 final.png',
    ]);
  });

  it('types over what stands there: erases what differs, keeps what is the same', async () => {
    const told = await performed([
      { time: '00:00:01', ...TYPED, prompt: 'sea', commit: false },
      { time: '00:00:05', ...TYPED, prompt: 'sun', commit: false },
    ]);
    expect(told.slice(3)).toEqual([
      '5000 keystroke se',
      '5100 keystroke s',
      '5200 keystroke su',
      '5300 keystroke sun',
    ]);
  });

  it('does not press Enter with `commit: false`, and makes no image', async () => {
    const told = await performed([{ time: '00:00:01', ...TYPED, prompt: 'a', commit: false, variants: [1] }]);
    expect(told).toEqual(['1000 keystroke a']);
  });

  it('types within base and variance, by default as the exhibition does', async () => {
    const sheet = [{ time: '00:00:00', action: 'prompt', prompt: 'x'.repeat(400) }];
    const { performance } = perform(sheet);
    const times = performance.timeline.events.map(({ atMs }) => atMs);
    const delays = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...delays)).toBeLessThanOrEqual(140);
    expect(new Set(delays).size).toBeGreaterThan(300);
  });

  it('hurries typing that would not be done before the next prompt, so that its image comes', async () => {
    const told = await performed([
      { time: '00:00:01', ...TYPED, prompt: 'abcdefghijklmnopqrst', variants: [1] },
      { time: '00:00:02', ...TYPED, prompt: '', commit: false },
    ]);
    expect(told.slice(19, 22)).toEqual([
      '1950 keystroke abcdefghijklmnopqrst',
      '2000 commit abcdefghijklmnopqrst',
      '2000 image cue_0/1 round 0',
    ]);
  });

  it('makes a prompt with `enter.regen` again and again until it is typed over: every 30 s, later less often', async () => {
    const told = await performed([
      {
        time: '00:00:00',
        ...TYPED,
        prompt: '',
        delay: { base: 0 },
        enter: { regen: true },
        variants: [1, 2, 3],
      },
      { time: '00:10:00', ...TYPED, prompt: 'b', commit: false },
      { time: '00:20:00', action: 'end' },
    ]);
    const rounds = told.filter((line) => line.includes('image'));
    expect(rounds.map((line) => Number(line.split(' ')[0]) / 1000)).toEqual([
      ...[0, 32, 64, 96, 128, 160, 192],
      ...[254, 346, 468],
    ]);
    const variants = rounds.map((line) => /\/(\d)/.exec(line)?.[1]);
    expect(variants.slice(0, 3).sort()).toEqual(['1', '2', '3']);
  });

  it('cuts an image that takes longer than it has: it stays as it is until the next one shows something', async () => {
    const told = await performed([
      { time: '00:00:01', ...TYPED, prompt: '', variants: [1] },
      { time: '00:00:02.600', ...TYPED, prompt: '', variants: [1] },
    ]);
    expect(told.filter((line) => /image|picture/.test(line))).toEqual([
      '1000 image cue_0/1 round 0',
      '2000 picture cue_0 1.png',
      '2500 picture cue_0 2.png',
      '2600 image cue_1/1 round 0',
      '3600 picture cue_1 1.png',
      '4100 picture cue_1 2.png',
      '4600 picture cue_1 final.png',
    ]);
  });

  it('follows the pace that a cue prescribes, as the exhibition counts it', async () => {
    const told = await performed([
      {
        time: '00:00:10',
        action: 'move-slider',
        program: 'P2',
        value: 70,
        fixedDelayPerStep: 340,
        variants: [1],
      },
    ]);
    expect(told).toEqual([
      '10000 slider P2 0 to 70',
      '11000 image cue_0/1 round 0',
      '11000 picture cue_0 1.png',
      '11340 picture cue_0 2.png',
      '11680 picture cue_0 final.png',
    ]);
  });

  it('moves a slider from where it is', async () => {
    const told = await performed([
      { time: '00:00:01', action: 'move-slider', program: 'P2', value: 40 },
      { time: '00:00:02', action: 'move-slider', program: 'volume', value: 5 },
      { time: '00:00:03', action: 'move-slider', program: 'P2', value: 10 },
    ]);
    expect(told).toEqual(['1000 slider P2 0 to 40', '2000 slider volume 0 to 5', '3000 slider P2 40 to 10']);
  });

  it('shows a transcript word by word on the recording’s clock, then its image', async () => {
    const words = [
      { word: 'In', start: 61.2, end: 61.4 },
      { word: ' the', start: 61.5, end: 61.8 },
      { word: ' sea.', start: 61.9, end: 62.5 },
    ];
    const cue = { action: 'transcript', transcript: 'In the sea.', words, when: [61.2, 62.5] };
    expect(await performed([{ time: '00:01:01', ...cue, variants: [1], previews: 0 }])).toEqual([
      '61400 word In',
      '61800 word In the',
      '62300 image cue_0/1 round 0',
      '62300 picture cue_0 final.png',
      '62500 said In the sea.',
    ]);
  });

  it('shows words that count from the utterance, and stops at the next transcript', async () => {
    const words = [1, 2, 3, 4].map((second) => ({ word: `w${second}`, start: second - 1, end: second }));
    const told = await performed([
      { time: '00:01:00', action: 'transcript', transcript: 'all', words },
      { time: '00:01:03', action: 'transcript', transcript: 'at once' },
    ]);
    expect(told).toEqual(['61000 word w1', '62000 word w1 w2', '63000 said at once']);
  });

  it('changes scenes by name and by `next`, the first through black', async () => {
    const told = await performed([
      { time: '00:00:00', action: 'start' },
      { time: '00:00:01', action: 'navigate', route: '/zero' },
      { time: '00:00:02', action: 'set-fade-status', fade: false },
      { time: '00:00:10', action: 'next' },
      { time: '00:00:20', action: 'next' },
      { time: '00:00:30', action: 'next' },
      { time: '00:00:40', action: 'navigate', route: '/somewhere' },
      { time: '00:00:50', action: 'next' },
      { time: '00:01:00', action: 'end' },
    ]);
    expect(told).toEqual([
      ...['0 start', '1000 scene /zero', '2000 fade in', '10000 fade out'],
      ...['20000 scene /one', '20000 fade in', '30000 scene /two', '40000 scene /somewhere'],
      ...['50000 scene undefined', '60000 end'],
    ]);
  });

  it('passes on what it does not know, with all that the cue says', async () => {
    const { performance, clock, told } = perform([{ time: '00:00:01', action: 'lights', level: 0.4 }]);
    performance.play();
    clock.advance(1000);
    expect(told.map(({ event }) => event)).toMatchObject([
      { kind: 'unknown', cue: { index: 0, action: 'lights', fields: { level: 0.4 } } },
    ]);
  });

  it('goes black where nothing may be shown, and gives up an image at `reconnect` and with the scene', async () => {
    const image = { action: 'prompt', prompt: '', program: 'P4' };
    const sheet = [
      { time: '00:00:01', ...image, variants: [1] },
      { time: '00:00:02.200', action: 'reconnect' },
      { time: '00:00:10', ...image, variants: [1] },
      { time: '00:00:11.200', action: 'navigate', route: '/two' },
      { time: '00:00:20', ...image, variants: [] },
    ];
    const { performance, clock, told } = perform(sheet);
    await timingsRead();
    performance.play();
    clock.advance(15_000);
    expect(wordsOf(told).filter((line) => line.includes('picture'))).toEqual([
      '2000 picture cue_0 1.png',
      '11000 picture cue_2 1.png',
    ]);
    expect(performance.stage.picture?.image.cueId).toBe('cue_2');
    clock.advance(6000);
    expect(performance.stage.picture).toBeUndefined();
  });

  it('leaves out what it cannot read, and says it', async () => {
    const sheet = [{ action: 'prompt' }, 7, { time: '00:00:01', action: 'end' }] as unknown as Cue[];
    const { performance, clock, told } = perform(sheet);
    performance.play();
    clock.advance(2000);
    expect(wordsOf(told)).toEqual(['1000 end']);
    expect(performance.timeline.problems).toEqual([
      'Cue 0 is left out: it has not got a time "HH:MM:SS".',
      'Cue 1 is left out: it has not got an action.',
    ]);
  });
});
