/**
 * The whole performance before it begins: from the cue sheet, the manifest, a seed and what has been shown, every event with its
 * time. It is the same wherever it is made, so playing, seeking, exporting and filming agree. It knows no clock; the
 * pictures within an image follow from the recorded durations (emergence).
 */
import type { Manifest } from '../replay/manifest.js';
import { type Choice, Choices, choiceKey, type Shown } from './choices.js';
import { eventsOfCues, type Ready } from './cue-events.js';
import { type CueImages, cueImages, versionOf } from './cue-images.js';
import { durationOf } from './emergence.js';
import type { CueEvent } from './events.js';
import { type Begun, imagesOf, type Order } from './images.js';
import { EXHIBITION_SCENES } from './scenes.js';
import { readSheet, type Sheet, type SheetCue } from './sheet.js';

export interface PerformanceParts {
  /** The parsed cue sheet. */
  readonly sheet: unknown;
  readonly manifest: Manifest;
  /** Programs whose images are those of another version, such as `{ P4: manifestOfVersion1 }`. */
  readonly from?: Readonly<Record<string, Manifest>>;
  /** The routes that `next` goes through; the exhibition's unless given. */
  readonly scenes?: readonly string[];
}

export interface PerformanceTimeline {
  /** In order of time; what comes from one cue, in its order. */
  readonly events: readonly CueEvent[];
  /** In order of time. */
  readonly cues: readonly SheetCue[];
  /** When the show is over. */
  readonly durationMs: number;
  readonly choices: readonly Choice[];
  /** Sentences about what could not be read, or does not fit together. None of it stops a show. */
  readonly problems: readonly string[];
}

/** Where no cue ends the show, its last image stays so long. */
const TAIL_MS = 10_000;

/** @param kept choices that stand although the manifest has changed since. Throws an Error if the sheet is no list. */
export function performanceOf(
  parts: PerformanceParts,
  seed: number,
  shown: Shown = {},
  kept: readonly Choice[] = [],
): PerformanceTimeline {
  const sheet = readSheet(parts.sheet);
  const images = cueImages(sheet, parts.manifest, parts.from);
  const said = eventsOfCues(sheet.cues, seed, parts.scenes ?? EXHIBITION_SCENES);
  const orders = said.ready.flatMap(orderIn(images.byIndex));
  const begun = imagesOf(orders, endsOf(sheet), new Choices(seed, shown, kept));
  const events = [...said.events, ...begun.map(imageEvent)];
  events.sort((a, b) => a.atMs - b.atMs || a.cue.atMs - b.cue.atMs || a.cue.index - b.cue.index);
  return {
    events,
    cues: sheet.cues,
    durationMs: durationMsOf(events, begun, images.byIndex),
    choices: begun.flatMap(choiceOf),
    problems: [...sheet.problems, ...images.problems],
  };
}

/** Numbers of the variants that may be shown, by the key of a choice. */
export function variantsByKey({ manifest, from = {} }: PerformanceParts): (key: string) => readonly number[] {
  const all = [manifest, ...Object.values(from)].flatMap((one) =>
    one.cues.map((cue): [string, readonly number[]] => [
      choiceKey(versionOf(one), cue),
      cue.variants.map(({ variant }) => variant),
    ]),
  );
  const numbers = new Map(all);
  return (key) => numbers.get(key) ?? [];
}

const endsOf = ({ cues }: Sheet) => ({
  cuts: cues.filter(({ action }) => CUTS.includes(action)).map(({ atMs }) => atMs),
  prompts: cues.filter(({ action }) => action === 'prompt').map(({ atMs }) => atMs),
});

const CUTS: readonly string[] = ['start', 'next', 'navigate', 'reconnect', 'end'];

const orderIn =
  (images: ReadonlyMap<number, CueImages>) =>
  ({ cue, atMs }: Ready): Order[] => {
    const found = images.get(cue.index);
    return found === undefined ? [] : [{ cue, images: found, beginMs: atMs }];
  };

const imageEvent = ({ cue, image }: Begun): CueEvent => ({ kind: 'image', atMs: image.beginMs, cue, image });

const choiceOf = ({ image: { version, cueId, variant, beginMs } }: Begun): Choice[] =>
  variant === undefined ? [] : [{ key: choiceKey(version, { cueId }), variant, beginMs }];

/** Whatever variant is chosen: shows that are repeated all day have one length. */
function durationMsOf(
  events: readonly CueEvent[],
  begun: readonly Begun[],
  images: ReadonlyMap<number, CueImages>,
): number {
  const lastMs = events.at(-1)?.atMs ?? 0;
  const last = begun.at(-1);
  if (events.some(({ kind }) => kind === 'end') || last === undefined) return lastMs;
  const variants = images.get(last.cue.index)?.cue.variants ?? [];
  const longestMs = Math.max(0, ...variants.map((variant) => durationOf({ ...last.image, variant })));
  return Math.max(lastMs, last.image.beginMs + longestMs + TAIL_MS);
}
