/**
 * When images begin in a performance, and until when they may emerge. One is made at a time: the next one cuts what is in
 * flight, and so do a change of scene, `reconnect` and `end`. With `enter.regen` an image is made again and again while its prompt
 * stands: 30 seconds after it was finished, and after six times each time 30 seconds later still, as in the exhibition.
 */
import type { Choices } from './choices.js';
import type { CueImages } from './cue-images.js';
import { durationOf } from './emergence.js';
import type { StagedImage } from './events.js';
import { fieldsOf, numberOf, type SheetCue } from './sheet.js';

/** An image that a cue orders. */
export interface Order {
  readonly cue: SheetCue;
  readonly images: CueImages;
  readonly beginMs: number;
}

/** Times that end something, ascending, in milliseconds of the show. */
export interface Ends {
  /** Cues that give up the image in flight. */
  readonly cuts: readonly number[];
  /** Prompt cues: a prompt that is being typed over stands no longer. */
  readonly prompts: readonly number[];
}

export interface Begun {
  readonly cue: SheetCue;
  readonly image: StagedImage;
}

const REGENERATE_AFTER_MS = 30_000;
const EVEN_ROUNDS = 6;

/** All images of a performance in order of time. */
export function imagesOf(orders: readonly Order[], ends: Ends, choices: Choices): Begun[] {
  const standing = inOrder(orders);
  return standing.flatMap((order, index) => {
    const next = standing[index + 1]?.beginMs ?? Infinity;
    return roundsOf(order, Math.min(next, after(ends.cuts, order.beginMs)), ends, choices);
  });
}

/** An order that a later cue has overtaken is not carried out. */
function inOrder(orders: readonly Order[]): Order[] {
  let earliestMs = Infinity;
  return orders
    .toReversed()
    .filter(({ beginMs }) => {
      if (beginMs >= earliestMs) return false;
      earliestMs = beginMs;
      return true;
    })
    .toReversed();
}

function roundsOf(order: Order, untilMs: number, ends: Ends, choices: Choices): Begun[] {
  const standsUntilMs = regenerates(order)
    ? Math.min(untilMs, after(ends.prompts, order.beginMs))
    : order.beginMs;
  const rounds: StagedImage[] = [];
  let beginMs = order.beginMs;
  do {
    const image = imageOf(order, choices, { round: rounds.length, beginMs, untilMs });
    rounds.push(image);
    beginMs += durationOf(image) + pauseAfter(rounds.length);
  } while (beginMs < standsUntilMs && Number.isFinite(standsUntilMs));
  return rounds.map((image, index) => ({
    cue: order.cue,
    image: { ...image, untilMs: Math.min(rounds[index + 1]?.beginMs ?? untilMs, untilMs) },
  }));
}

function imageOf(
  { cue, images }: Order,
  choices: Choices,
  when: Pick<StagedImage, 'round' | 'beginMs' | 'untilMs'>,
): StagedImage {
  const { cueId, program, prompt } = images.cue;
  const stepMs = numberOf(cue.fields.fixedDelayPerStep);
  const variant = choices.next(images.version, images.cue);
  return {
    cueId,
    program,
    prompt,
    version: images.version,
    variant,
    ...when,
    ...(stepMs !== undefined && { stepMs }),
  };
}

const regenerates = ({ cue }: Order): boolean =>
  cue.action === 'prompt' && fieldsOf(cue.fields.enter)?.regen === true;

/** @param made how often the image has been made */
const pauseAfter = (made: number): number => REGENERATE_AFTER_MS * (1 + Math.max(made - EVEN_ROUNDS, 0));

const after = (times: readonly number[], atMs: number): number =>
  times.find((time) => time > atMs) ?? Infinity;
