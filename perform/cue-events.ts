/**
 * What each cue says, as events with their times. What a cue means can depend on those before it: a prompt is typed over the last
 * one, `next` leads on from the present scene, a slider moves from where it is.
 */
import type { CueEvent } from './events.js';
import { randomOf } from './random.js';
import { nextScene } from './scenes.js';
import { numberOf, type SheetCue, textOf } from './sheet.js';
import { utterance } from './speaking.js';
import { typing } from './typing.js';

/** From this time on the cue's image can begin, if it has one. */
export interface Ready {
  readonly cue: SheetCue;
  readonly atMs: number;
}

/** The faders of the exhibition's front-end. */
const FADE_MS = 5000;
const SLIDER_MS = 1000;

/** What the cues so far have come to. */
interface Course {
  readonly cues: readonly SheetCue[];
  readonly seed: number;
  readonly scenes: readonly string[];
  readonly events: CueEvent[];
  readonly ready: Ready[];
  readonly sliders: Map<string, number>;
  prompt: string;
  route: string | undefined;
  black: boolean;
}

type Action = (course: Course, cue: SheetCue) => void;

const ACTIONS: Readonly<Record<string, Action>> = {
  ...{ start, next, navigate, prompt, transcript, reconnect, end },
  'move-slider': moveSlider,
  'set-fade-status': setFadeStatus,
};

/** @param cues in order of time */
export function eventsOfCues(
  cues: readonly SheetCue[],
  seed: number,
  scenes: readonly string[],
): { readonly events: readonly CueEvent[]; readonly ready: readonly Ready[] } {
  const course: Course = {
    ...{ cues, seed, scenes, events: [], ready: [], sliders: new Map() },
    ...{ prompt: '', route: undefined, black: false },
  };
  for (const cue of cues) {
    const action = Object.hasOwn(ACTIONS, cue.action) ? ACTIONS[cue.action] : undefined;
    (action ?? unknown)(course, cue);
  }
  return course;
}

function start(course: Course, cue: SheetCue): void {
  course.black = true;
  course.prompt = '';
  course.route = undefined;
  course.sliders.clear();
  course.events.push({ kind: 'start', atMs: cue.atMs, cue });
}

function next(course: Course, cue: SheetCue): void {
  const step = nextScene(course.scenes, course.route, course.black);
  if (!('fade' in step)) changeScene(course, cue, step.route);
  if ('fade' in step || step.fadeIn) fade(course, cue, 'fade' in step);
}

function navigate(course: Course, cue: SheetCue): void {
  changeScene(course, cue, textOf(cue.fields.route));
}

function changeScene(course: Course, cue: SheetCue, route: string | undefined): void {
  course.route = route;
  course.events.push({ kind: 'scene', atMs: cue.atMs, cue, route });
}

function setFadeStatus(course: Course, cue: SheetCue): void {
  fade(course, cue, cue.fields.fade === true);
}

function fade(course: Course, cue: SheetCue, black: boolean): void {
  // What is black already does not fade again.
  const durationMs = course.black === black ? 0 : FADE_MS;
  course.black = black;
  course.events.push({ kind: 'fade', atMs: cue.atMs, cue, black, durationMs });
}

function prompt(course: Course, cue: SheetCue): void {
  const { atMs: startMs, fields } = cue;
  const [from, to] = [course.prompt, textOf(fields.prompt) ?? ''];
  const random = randomOf(course.seed, 'typing', cue.index);
  const untilMs = startOfNext(course, cue);
  const { keys, enterMs } = typing({ from, to, startMs, untilMs, delay: fields.delay, random });
  for (const { atMs, text } of keys) course.events.push({ kind: 'keystroke', atMs, cue, prompt: text });
  course.prompt = to;
  if (fields.commit === false) return;
  course.events.push({ kind: 'commit', atMs: enterMs, cue, prompt: to });
  course.ready.push({ cue, atMs: enterMs });
}

function moveSlider(course: Course, cue: SheetCue): void {
  const { atMs, fields } = cue;
  const program = textOf(fields.program) ?? '';
  const [from, to] = [course.sliders.get(program) ?? 0, numberOf(fields.value) ?? 0];
  course.sliders.set(program, to);
  course.events.push({ kind: 'slider', atMs, cue, program, from, to, durationMs: SLIDER_MS });
  course.ready.push({ cue, atMs: atMs + SLIDER_MS });
}

function transcript(course: Course, cue: SheetCue): void {
  const { words, endMs } = utterance(cue);
  const untilMs = startOfNext(course, cue);
  // The next utterance takes the place of this one, said or not.
  const shown = words.filter(({ atMs }) => atMs < untilMs);
  for (const word of shown) course.events.push({ kind: 'word', ...word, cue });
  course.ready.push({ cue, atMs: endMs });
}

function reconnect(course: Course, cue: SheetCue): void {
  course.events.push({ kind: 'reconnect', atMs: cue.atMs, cue });
}

function end(course: Course, cue: SheetCue): void {
  course.prompt = '';
  course.events.push({ kind: 'end', atMs: cue.atMs, cue });
}

function unknown(course: Course, cue: SheetCue): void {
  course.events.push({ kind: 'unknown', atMs: cue.atMs, cue });
}

/** When the next cue of this action begins. */
function startOfNext({ cues }: Course, cue: SheetCue): number {
  return cues.slice(cues.indexOf(cue) + 1).find(({ action }) => action === cue.action)?.atMs ?? Infinity;
}
