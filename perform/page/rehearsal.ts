/**
 * The overlay for rehearsals, on the key `r`: the clock, the cues, what is loaded, how late the last event was, what is missing.
 * Only while it is open do other keys do something: nobody stops a show by leaning on a keyboard.
 */
import type { Performance } from '../performance.js';
import type { SheetCue } from '../sheet.js';
import { element } from './element.js';
import type { LoadedFacts } from './pictures.js';

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];
/** Some names are enough to see what is missing. */
const NAMED_AT_MOST = 5;

export class Rehearsal {
  private readonly root = element('rehearsal', HTMLElement);
  private readonly items: { cue: SheetCue; item: HTMLLIElement }[];
  private current: HTMLLIElement | undefined;

  constructor(
    private readonly performance: Performance,
    private readonly facts: () => LoadedFacts & { readonly lateMs: number; readonly offline: boolean },
  ) {
    this.items = performance.timeline.cues.map((cue) => ({ cue, item: this.itemOf(cue) }));
    element('cues', HTMLElement).append(...this.items.map(({ item }) => item));
    document.addEventListener('keydown', (event) => this.onKey(event));
  }

  open(): void {
    this.root.hidden = false;
    document.body.classList.add('rehearsing');
  }

  /** Called with each picture of the screen. */
  show(): void {
    if (this.root.hidden) return;
    const { timeline, positionMs, number, speed, playing } = this.performance;
    const { loaded, wanted, bytes, missing, lateMs, offline } = this.facts();
    write('clock', `${clock(positionMs)} / ${clock(timeline.durationMs)}`);
    write(
      'facts',
      `Performance ${number + 1}, ${playing ? `${speed}×` : 'paused'}, last event ${Math.round(lateMs)} ms late. ` +
        `${loaded} of ${wanted} next pictures loaded, ${Math.round(bytes / 2 ** 20)} MiB${offline ? ', no network' : ''}.`,
    );
    this.showProblems([...timeline.problems, ...missingIn(missing)]);
    this.showCurrent(positionMs);
  }

  private showProblems(problems: readonly string[]): void {
    const list = element('problems', HTMLElement);
    if (list.childElementCount === problems.length && list.textContent === problems.join('')) return;
    list.replaceChildren(
      ...problems.map((text) => Object.assign(document.createElement('li'), { textContent: text })),
    );
  }

  private showCurrent(positionMs: number): void {
    const item = this.items.findLast(({ cue }) => cue.atMs <= positionMs)?.item;
    if (item === this.current) return;
    this.current?.removeAttribute('aria-current');
    item?.setAttribute('aria-current', 'true');
    item?.scrollIntoView({ block: 'center' });
    this.current = item;
  }

  private itemOf(cue: SheetCue): HTMLLIElement {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.textContent = `${cue.time} ${cue.action} ${wordsOf(cue)}`;
    button.addEventListener('click', () => this.performance.seekToCue(cue.index));
    item.append(button);
    return item;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'r') this.toggle();
    else if (event.key === 'f') document.documentElement.requestFullscreen().catch(() => {});
    else if (!this.root.hidden) this.act(event);
  }

  private act(event: KeyboardEvent): void {
    const act = KEYS[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act(
      this.performance,
      this.items.map(({ cue }) => cue.atMs),
    );
  }

  private toggle(): void {
    this.root.hidden = !this.root.hidden;
    document.body.classList.toggle('rehearsing', !this.root.hidden);
  }
}

type Act = (performance: Performance, cueTimes: readonly number[]) => void;

const KEYS: Readonly<Record<string, Act>> = {
  ' ': (performance) => (performance.playing ? performance.pause() : performance.play()),
  ArrowRight: (performance, times) =>
    performance.seek(times.find((atMs) => atMs > performance.positionMs) ?? performance.positionMs),
  // A second's grace, or one would never get past the cue that has just begun.
  ArrowLeft: (performance, times) =>
    performance.seek(times.findLast((atMs) => atMs < performance.positionMs - 1000) ?? 0),
  '0': (performance) => performance.seek(0),
  '+': (performance) => {
    performance.speed = SPEEDS.find((speed) => speed > performance.speed) ?? performance.speed;
  },
  '-': (performance) => {
    performance.speed = SPEEDS.findLast((speed) => speed < performance.speed) ?? performance.speed;
  },
};

const missingIn = (missing: readonly string[]): string[] =>
  missing.length === 0
    ? []
    : [`${missing.length} pictures are missing: ${missing.slice(0, NAMED_AT_MOST).join(', ')}`];

const wordsOf = ({ fields }: SheetCue): string =>
  [fields.program, fields.prompt ?? fields.transcript ?? fields.route ?? fields.value ?? fields.fade]
    .filter((word) => word !== undefined)
    .join(' ');

/** `1:02:03.4` */
function clock(ms: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const seconds = ms / 1000;
  return `${Math.floor(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}.${Math.floor((ms % 1000) / 100)}`;
}

function write(name: string, text: string): void {
  if (element(name, HTMLElement).textContent !== text) element(name, HTMLElement).textContent = text;
}
