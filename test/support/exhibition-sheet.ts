/**
 * A cue sheet with the shape of the exhibition's: 401 cues, 378 of them transcripts of which 115 generate, prompts with and
 * without override, one that is not committed, an empty one, sliders at 0 and 70, every other action, and long `words`
 * arrays: 600 KB. With 30 and 50 variants a cue it is a show of 3,850 images.
 */
const TRANSCRIPTS = 378;
const GENERATING = 115;
/** Spread over the sheet: every so many transcripts one generates. */
const words = (index: number) =>
  Array.from({ length: 34 }, (_, word) => ({
    word: `word${index}`,
    start: word * 0.25,
    end: word * 0.25 + 0.2,
  }));

const time = (index: number): string => {
  const seconds = index * 9;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};

type Cue = Readonly<Record<string, unknown>> & { readonly action: string };

/** Eight of these produce images. */
const OTHERS: readonly Cue[] = [
  { action: 'prompt', prompt: 'data researcher', program: 'P4' },
  { action: 'prompt', prompt: 'somebody', override: ' big tech ceo ', program: 'P4', inferenceStep: 12 },
  { action: 'prompt', prompt: 'a street', program: 'P3' },
  { action: 'prompt', prompt: 'a street', program: 'P3B', delay: 2 },
  { action: 'prompt', prompt: 'a crowd', program: 'P2', guidance: 40 },
  { action: 'prompt', prompt: 'typed, never sent', commit: false, program: 'P4' },
  { action: 'prompt', prompt: '', program: 'P4' },
  { action: 'move-slider', program: 'P2', value: 0 },
  { action: 'move-slider', program: 'P2', value: 70 },
  { action: 'move-slider', program: 'P2B', value: 30 },
  { action: 'move-slider', program: 'P1', value: 50 },
  ...[
    'enter',
    'route',
    'fade',
    'when',
    'delay',
    'exit',
    'light',
    'sound',
    'blackout',
    'scroll',
    'load',
    'end',
  ].map((action) => ({ action, to: 'stage' })),
];

/** Cues in time order, as the sheet's JSON holds them. */
export function exhibitionSheet(): readonly Cue[] {
  const transcripts = Array.from({ length: TRANSCRIPTS }, (_, index) => ({
    action: 'transcript',
    transcript: `once upon a time, sentence ${index}`,
    generate:
      Math.floor(((index + 1) * GENERATING) / TRANSCRIPTS) > Math.floor((index * GENERATING) / TRANSCRIPTS),
    words: words(index),
  }));
  const every = Math.floor(TRANSCRIPTS / OTHERS.length);
  const cues: Cue[] = transcripts.flatMap((cue, index) => {
    const other = index % every === 0 ? OTHERS[index / every] : undefined;
    return other === undefined ? [cue] : [cue, other];
  });
  return cues.map((cue, index) => ({ time: time(index), ...cue }));
}

/** The exhibition's programs on a tiny model, with pictures where it has them. */
export function exhibitionShow(variants: { transcript: number; prompt: number; 'move-slider': number }) {
  const size = { model: 'tiny', steps: 8, guidance: 7, width: 64, height: 64 };
  const painted = { ...size, image: 'painting.png', strength: 0.5 };
  return {
    project: 'exhibition',
    version: 'v1',
    cues: 'cues.json',
    variants,
    models: { tiny: { path: 'model' }, painter: { path: 'model' } },
    programs: {
      P0: { ...size, previews: false, suffix: ', photorealistic' },
      P2: { ...painted, prompt: 'painting like an epic poem' },
      P2B: { ...painted, prompt: 'crowd of people in a public space', guidance: 8.5 },
      P3: { ...size, model: 'painter' },
      P3B: { ...size, model: 'painter', suffix: ', photorealistic' },
      P4: { ...size, suffix: { text: ', photorealistic', only: ['data researcher', 'big tech ceo'] } },
    },
  };
}
