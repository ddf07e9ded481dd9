/**
 * A show of the exhibition's shape and length: 401 cues in 70 minutes, every action of its front-end, spoken words with times
 * of a recording, prompts that are typed over each other, erased, regenerated, and images of a pace that their cue prescribes.
 * With its manifest, and timings as a GPU makes them.
 */
import type { Manifest, ManifestCue } from '../../replay/manifest.js';

type Cue = Readonly<Record<string, unknown>> & { readonly time: string; readonly action: string };

const time = (seconds: number): string => {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
};

const TRANSCRIPTS = 378;
const FIRST_WORD_S = 407;
/** One utterance every 4.3 seconds, until minute 34. */
const UTTERANCE_S = 4.3;
const WORDS = 12;

function transcripts(): Cue[] {
  return Array.from({ length: TRANSCRIPTS }, (_, index) => {
    const start = FIRST_WORD_S + 1.5 + index * UTTERANCE_S;
    const words = Array.from({ length: WORDS }, (_, word) => ({
      word: ` w${word}`,
      start: start + word * 0.3,
      end: start + word * 0.3 + 0.25,
      confidence: 0.9,
    }));
    return {
      time: time(start),
      action: 'transcript',
      transcript: `Utterance ${index}.`,
      when: [start, start + WORDS * 0.3],
      words,
      generate: index % 3 === 0,
    };
  });
}

const PROGRAM: readonly Cue[] = [
  { time: '00:00:00', action: 'start' },
  { time: '00:06:43', action: 'reconnect' },
  { time: '00:06:45', action: 'navigate', route: '/zero' },
  { time: '00:06:47', action: 'set-fade-status', fade: false },
  { time: '00:34:24', action: 'next' },
  { time: '00:36:05', action: 'next' },
  { time: '00:40:14', action: 'navigate', route: '/two' },
  {
    time: '00:40:24',
    action: 'prompt',
    program: 'P2',
    prompt: 'an old painting',
    commit: true,
    guidance: 40,
  },
  {
    time: '00:40:53',
    action: 'move-slider',
    value: 0,
    program: 'P2',
    inferenceStep: 1,
    fixedDelayPerStep: 500,
  },
  {
    time: '00:41:25',
    action: 'move-slider',
    value: 70,
    program: 'P2',
    inferenceStep: 29,
    fixedDelayPerStep: 1100,
  },
  { time: '00:46:05', action: 'navigate', route: '/three-b' },
  {
    time: '00:46:06',
    action: 'prompt',
    program: 'P3B',
    prompt: '',
    delay: { base: 30, variance: 20 },
    commit: false,
  },
  { time: '00:46:08', action: 'prompt', program: 'P3B', prompt: 'a market street', enter: { regen: true } },
  { time: '00:54:23', action: 'navigate', route: '/four' },
  {
    time: '00:54:30',
    action: 'prompt',
    program: 'P4',
    prompt: 'data researcher',
    override: 'person',
    enter: { regen: false },
  },
  { time: '00:54:59', action: 'prompt', program: 'P4', prompt: 'crowdworker', enter: { regen: false } },
  { time: '00:55:39', action: 'reconnect' },
  { time: '00:55:41', action: 'navigate', route: '/four-b' },
  { time: '00:55:46', action: 'prompt', program: 'P4', prompt: 'big tech ceo', enter: { regen: true } },
  { time: '00:56:00', action: 'lights', level: 0.4 },
  { time: '01:08:20', action: 'prompt', program: 'P4', prompt: 'diffusion', enter: { regen: true } },
  { time: '01:09:15', action: 'set-fade-status', fade: true },
  { time: '01:10:00', action: 'end' },
];

/** 401 cues in order of time. */
export const realShapedSheet = (): Cue[] =>
  [...transcripts(), ...PROGRAM].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));

const MAKES_IMAGE: Readonly<Record<string, (cue: Cue) => boolean>> = {
  transcript: ({ generate }) => generate === true,
  prompt: ({ prompt, commit }) => prompt !== '' && commit !== false,
  'move-slider': () => true,
};

/** @param variants of each cue */
export function realShapedManifest(variants = 3, version = 'v1'): Manifest {
  const cues = realShapedSheet().flatMap((cue, index): ManifestCue[] => {
    if (MAKES_IMAGE[cue.action]?.(cue) !== true) return [];
    const previews = cue.action === 'transcript' ? 0 : 12;
    return [
      {
        cueId: `${cue.action}_${index}_${cue.time.replaceAll(':', '_')}`,
        ...{ index, time: cue.time, action: cue.action, program: String(cue.program ?? 'P0') },
        ...{ prompt: String(cue.prompt ?? cue.transcript ?? ''), width: 64, height: 64 },
        variants: Array.from({ length: variants }, (_, at) => ({
          ...{ variant: at + 1, previews, durationMs: durationOf(timingOf(at + 1, previews)) },
        })),
      },
    ];
  });
  return { format: 1, project: 'foigoi', version, writtenAt: '2026-01-01T00:00:00.000Z', cues };
}

/** Steps of another length in each variant. */
export function timingOf(variant: number, previews = 12): { stepDurations: Record<string, number> } {
  const steps = Array.from({ length: previews }, (_, step) => [String(step + 1), 700 + variant * 100 + step]);
  return { stepDurations: { ...Object.fromEntries(steps), final: 900 } };
}

const durationOf = ({ stepDurations }: { stepDurations: Record<string, number> }): number =>
  Object.values(stepDurations).reduce((sum, duration) => sum + duration, 0);
