/**
 * The desk of a show: its progress, its failures, and the controls that steer it.
 */
import { readySentence } from '../../domain/readiness.js';
import type { DeskFailure, ShowDesk } from '../show-desk.js';
import type { SteeringRequest } from '../steering-request.js';
import { announce, el, setAttribute } from './base/dom.js';
import { Controls } from './desk/controls.js';
import { type CueLine, cueLines } from './desk/cue-lines.js';
import { DeskData } from './desk/desk-data.js';
import { count, countOf, duration, spoolWords, stateOfShow } from './desk/desk-words.js';
import { Section } from './desk/section.js';
import { NO_FILTER } from './show/filter.js';
import { progressOf } from './show/live-words.js';
import { formatRoute, type Route, type VariantRef } from './show/route.js';
import type { Context, View } from './view.js';

type Fact = readonly [name: string, values: readonly string[]];

export class DeskView implements View {
  readonly element: HTMLElement;
  private readonly data: DeskData;
  private readonly state = el('h2');
  private readonly problem = el('p', { class: 'notice', role: 'alert', hidden: true });
  private readonly bar = el('progress', { 'aria-label': 'Stored variants' });
  private readonly ready = el('p', { class: 'ready' });
  private readonly said = el('p', { class: 'said' });
  private readonly controls = new Controls((request) => void this.steer(request));
  private readonly facts = new Section<readonly Fact[]>(
    { class: 'desk-facts', 'aria-label': 'Progress' },
    drawFacts,
  );
  private readonly failures: Section<readonly DeskFailure[]>;
  private readonly cues: Section<{ lines: readonly CueLine[]; canPause: boolean }>;

  constructor(private readonly context: Context) {
    this.failures = new Section({ class: 'failures', 'aria-label': 'Failures' }, (failures) =>
      this.drawFailures(failures),
    );
    this.cues = new Section({ class: 'cues', 'aria-label': 'Cues' }, ({ lines, canPause }) =>
      this.drawCues(lines, canPause),
    );
    this.element = el(
      'div',
      { class: 'desk' },
      this.state,
      this.problem,
      this.bar,
      this.ready,
      ...[this.controls.element, this.said],
      ...[this.facts.element, this.failures.element, this.cues.element],
    );
    this.data = new DeskData(context.api, context.show, () => this.draw());
  }

  show(route: Route): boolean {
    if (route.view !== 'desk') return false;
    this.draw();
    return true;
  }

  key({ key }: KeyboardEvent): boolean {
    if (key !== 'Escape') return false;
    this.context.go({ view: 'sheet', show: this.context.show, filter: NO_FILTER });
    return true;
  }

  current(): VariantRef | undefined {
    return undefined;
  }

  targets(): readonly VariantRef[] {
    return [];
  }

  close(): void {
    this.data.close();
  }

  private draw(): void {
    const { desk, problem } = this.data;
    setAttribute(this.problem, 'hidden', problem === undefined);
    this.problem.textContent = problem === undefined ? '' : `This may be out of date: ${problem}`;
    setAttribute(this.element, 'aria-busy', desk === undefined);
    if (desk === undefined) return;
    const { data, api } = this.context;
    const states = data.counts;
    const stored = (states.get('stored') ?? 0) + (states.get('degraded') ?? 0);
    const all = [...states.values()].reduce((sum, some) => sum + some, 0);
    this.bar.max = Math.max(all, 1);
    this.bar.value = stored;
    setText(this.state, stateOfShow(desk));
    setText(this.ready, data.readiness === undefined ? '' : readySentence(data.readiness));
    this.controls.show(desk, api.settings.steer);
    this.facts.show(factsOf(desk, stored, all));
    this.failures.show(desk.failures);
    const lines = cueLines(data.cues, desk.run?.pausedCues ?? []);
    this.cues.show({ lines, canPause: api.settings.steer && desk.run !== undefined });
  }

  private async steer(request: SteeringRequest): Promise<void> {
    const { api, show } = this.context;
    const said = await api
      .steer(show, request)
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    this.said.textContent = said;
    announce(said);
    await this.data.read();
  }

  private drawFailures(failures: readonly DeskFailure[]): HTMLElement[] {
    if (failures.length === 0) return [];
    const items = failures.map((failure) => this.drawFailure(failure));
    return [el('h3', {}, 'Failures'), el('ul', {}, ...items)];
  }

  private drawFailure({ cueId, variantId, reason }: DeskFailure): HTMLElement {
    const { data, show, api } = this.context;
    const at = { cueId, variantId };
    const name = data.nameOf(at);
    const href = formatRoute({ view: 'variant', show, filter: NO_FILTER, at });
    const label = `Retry ${name}`;
    const onclick = () => void this.steer({ action: 'retry-one', ...at });
    const retry = el('button', { type: 'button', 'aria-label': label, 'data-name': label, onclick }, 'Retry');
    return el(
      'li',
      {},
      el('a', { href, 'data-name': name }, name),
      el('p', {}, reason),
      ...(api.settings.steer ? [retry] : []),
    );
  }

  private drawCues(lines: readonly CueLine[], canPause: boolean): HTMLElement[] {
    const names = ['Cue', 'Variants', 'Stored', 'In flight', 'Missing', 'Undecided', 'Stale'];
    const heads = [...names, ...(canPause ? ['Steer'] : [])].map((name) => el('th', { scope: 'col' }, name));
    const rows = lines.map((line) => this.drawCue(line, canPause));
    return [
      el('h3', {}, 'Cues'),
      el('table', {}, el('thead', {}, el('tr', {}, ...heads)), el('tbody', {}, ...rows)),
    ];
  }

  private drawCue(line: CueLine, canPause: boolean): HTMLElement {
    const { cueId, name, paused, variants, stored, inFlight, missing, undecided, stale } = line;
    const { show } = this.context;
    const href = formatRoute({ view: 'cue', show, filter: NO_FILTER, cueId });
    const label = `${paused ? 'Resume' : 'Pause'} ${name}`;
    const onclick = () => void this.steer({ action: paused ? 'resume' : 'pause', cueId });
    const text = paused ? 'Resume' : 'Pause';
    const steer = el(
      'button',
      { type: 'button', 'aria-label': label, 'data-name': `steer ${cueId}`, onclick },
      text,
    );
    const figures = [variants, stored, inFlight, missing, undecided, stale].map((figure) =>
      el('td', {}, figure === undefined ? '' : count(figure)),
    );
    return el(
      'tr',
      { class: paused ? 'paused' : undefined },
      el('th', { scope: 'row' }, el('a', { href, 'data-name': cueId }, name), paused ? ' (paused)' : ''),
      ...figures,
      ...(canPause ? [el('td', {}, steer)] : []),
    );
  }
}

function factsOf(desk: ShowDesk, stored: number, all: number): Fact[] {
  const { run, failed, uploading, spools, images } = desk;
  const facts: Fact[] = [['Stored', [`${count(stored)} of ${count(all)}`]]];
  if (run !== undefined) {
    const degraded = run.degraded > 0 ? [`${count(run.degraded)} of them degraded`] : [];
    facts.push(['This run', [`${count(run.stored)} of ${countOf(run.variants, 'variant')}`, ...degraded]]);
    if (run.ratePerMinute !== undefined) facts.push(['Pace', [`${count(run.ratePerMinute)} a minute`]]);
    if (run.etaSeconds !== undefined) facts.push(['Time left', [duration(run.etaSeconds)]]);
    if (run.cancelled > 0) facts.push(['Cancelled', [count(run.cancelled)]]);
  }
  if (failed > 0) facts.push(['Failed', [count(failed)]]);
  if (desk.state !== 'unknown') facts.push(['Waiting for the store', [countOf(uploading, 'image')]]);
  if (spools.length > 0) facts.push(['Spools', spools.map(spoolWords)]);
  if (images.length > 0) facts.push(['In flight', images.map(imageWords)]);
  return facts;
}

const imageWords = (image: ShowDesk['images'][number]): string =>
  `${image.cueId} #${image.variantId}${image.take === undefined ? '' : ` take ${image.take}`}: ${progressOf(image)}`;

const drawFacts = (facts: readonly Fact[]): HTMLElement[] => [
  el(
    'dl',
    {},
    ...facts.flatMap(([name, values]) => [el('dt', {}, name), ...values.map((value) => el('dd', {}, value))]),
  ),
];

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
