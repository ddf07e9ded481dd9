/**
 * Two to four variants side by side, replayed on one clock and zoomed together; or two of them over each other with a slider between
 * them.
 */
import { announce, el, setAttribute } from './base/dom.js';
import { toast } from './base/toast.js';
import { DIRECTIONS, neighbourOf } from './neighbours.js';
import type { Direction } from './show/columns.js';
import { MOST_COMPARED, type Route, type RouteTo, type VariantRef } from './show/route.js';
import { Stage } from './stage/stage.js';
import { stageSource } from './stage-source.js';
import { takeIt } from './take-it.js';
import type { Context, View } from './view.js';

/** One key press moves the slider so far, in percent. */
const SLIDER_STEP = 5;

export class CompareView implements View {
  readonly element: HTMLElement;
  private readonly stage: Stage;
  private readonly names = Array.from({ length: MOST_COMPARED }, (_, index) =>
    el('button', { type: 'button', onclick: () => this.activate(index) }),
  );
  private readonly captions = this.names.map((name) => el('h2', {}, name));
  private readonly slider = el('input', {
    type: 'range',
    min: 0,
    max: 100,
    step: 'any',
    value: 50,
    'aria-label': 'Share of the left image, percent',
    oninput: () => this.cut(),
  });
  private readonly wipe = el(
    'button',
    { type: 'button', onclick: () => this.toggleWipe() },
    'One over the other',
  );
  private readonly takeButton = el(
    'button',
    { type: 'button', hidden: true, onclick: () => void this.takeIt() },
    'Take it',
  );
  private readonly actions: HTMLElement;
  private route: RouteTo<'compare'> | undefined;
  /** Index of the picture that the arrow keys exchange. */
  private active = 1;
  private shown = '';

  constructor(private readonly context: Context) {
    this.stage = new Stage({
      rest: () => {},
      swipe: (by) => this.move(by === 1 ? 'next-variant' : 'previous-variant'),
    });
    const button = (label: string, act: () => void) => el('button', { type: 'button', onclick: act }, label);
    this.actions = el(
      'div',
      { class: 'actions' },
      button('↑ variant', () => this.move('previous-variant')),
      button('↓ variant', () => this.move('next-variant')),
      button('← cue', () => this.move('previous-cue')),
      button('cue →', () => this.move('next-cue')),
      button('Swap', () => this.swap()),
      this.wipe,
      this.takeButton,
      button('Back', () => this.back()),
    );
    this.stage.element.addEventListener('pointermove', (event) => this.drag(event));
    this.element = el('div', { class: 'compare' }, this.stage.element, this.slider, this.actions);
  }

  show(route: Route): boolean {
    if (route.view !== 'compare') return false;
    this.route = route;
    this.active = Math.min(this.active, route.among.length - 1);
    const { data } = this.context;
    const shown = JSON.stringify(route.among.map((ref) => [ref, data.variant(ref)]));
    if (shown !== this.shown) void this.stage.open(this.sources(route), undefined);
    this.shown = shown;
    this.drawNames(route);
    this.layOut(route);
    return true;
  }

  key(event: KeyboardEvent): boolean {
    const { key, shiftKey } = event;
    const direction = DIRECTIONS[key];
    const wiping = this.route?.as === 'wipe';
    if (direction !== undefined && !shiftKey) this.move(direction);
    else if (wiping && (key === ',' || key === '.')) this.slide(key === '.' ? SLIDER_STEP : -SLIDER_STEP);
    else if (key === 's') this.swap();
    else if (key === 'w') this.toggleWipe();
    else if (key === 't') void this.takeIt();
    else if ((key === 'p' || key === 'x') && this.current()?.take !== undefined)
      toast(
        'This is a take beside its variant: what is decided is about the picture in place. Take it first.',
      );
    else if (key === 'n') this.activate((this.active + 1) % (this.route?.among.length ?? 1));
    else if (key === 'Escape') this.back();
    else return this.stage.key(event);
    return true;
  }

  current(): VariantRef | undefined {
    return this.route?.among[this.active];
  }

  targets(): readonly VariantRef[] {
    const current = this.current();
    return current === undefined ? [] : [current];
  }

  close(): void {
    this.stage.close();
  }

  private sources(route: RouteTo<'compare'>) {
    return route.among.map((ref, index) => {
      const caption = this.captions[index];
      return { ...stageSource(this.context, ref), ...(caption === undefined ? {} : { caption }) };
    });
  }

  private drawNames({ among }: RouteTo<'compare'>): void {
    for (const [index, ref] of among.entries()) {
      const name = this.names[index];
      if (name === undefined) continue;
      name.textContent = `${ref.variantId}${ref.take === undefined ? '' : `, take ${ref.take}`} · ${this.context.data.cueNameOf(ref.cueId)}`;
      setAttribute(name, 'aria-pressed', String(index === this.active));
    }
    const canTake = this.context.api.settings.takes && this.current()?.take !== undefined;
    setAttribute(this.takeButton, 'hidden', !canTake);
  }

  private layOut({ among, as }: RouteTo<'compare'>): void {
    const wiping = as === 'wipe' && among.length === 2;
    this.element.classList.toggle('wiping', wiping);
    setAttribute(this.wipe, 'hidden', among.length !== 2);
    setAttribute(this.wipe, 'aria-pressed', String(wiping));
    setAttribute(this.slider, 'hidden', !wiping);
    this.cut();
  }

  private cut(): void {
    const [left, right] = this.stage.windows;
    const wiping = this.route?.as === 'wipe';
    const share = Number(this.slider.value);
    this.element.style.setProperty('--cut', `${share}%`);
    if (left !== undefined) left.style.clipPath = wiping ? `inset(0 ${100 - share}% 0 0)` : '';
    if (right !== undefined) right.style.clipPath = wiping ? `inset(0 0 0 ${share}%)` : '';
  }

  /** A pointer can drag the boundary in the pictures themselves; the slider is for the keyboard. */
  private drag({ buttons, clientX, target }: PointerEvent): void {
    const [window] = this.stage.windows;
    const isOnPicture = target instanceof Element && target.closest('.picture:not(.zoomed)') !== null;
    if (this.route?.as !== 'wipe' || buttons !== 1 || window === undefined || !isOnPicture) return;
    const { left, width } = window.getBoundingClientRect();
    this.slider.valueAsNumber = ((clientX - left) / width) * 100;
    this.cut();
  }

  private slide(by: number): void {
    this.slider.valueAsNumber += by;
    this.cut();
  }

  private activate(index: number): void {
    this.active = index;
    if (this.route !== undefined) this.drawNames(this.route);
    const current = this.current();
    if (current !== undefined)
      announce(`${this.context.data.nameOf(current)} is exchanged by the arrow keys`);
  }

  private move(direction: Direction): void {
    const { route, active } = this;
    const from = this.current();
    if (route === undefined || from === undefined) return;
    const to = neighbourOf(this.context.data, route.filter, from, direction);
    if (to === undefined) announce(`There is no ${direction.replace('-', ' ')}.`);
    else this.exchange(route.among.map((ref, index) => (index === active ? to : ref)));
  }

  /** Puts the active take in its variant's place, and opens the variant. */
  private async takeIt(): Promise<void> {
    const { route } = this;
    const at = this.current();
    if (route === undefined || at?.take === undefined || this.takeButton.hidden)
      return announce('This is no take that can be put in place.');
    const variant = { cueId: at.cueId, variantId: at.variantId };
    if (!(await takeIt(this.context, variant, at.take)) || this.route !== route) return;
    this.context.go({ view: 'variant', show: route.show, filter: route.filter, at: variant });
  }

  private swap(): void {
    const [first, ...others] = this.route?.among ?? [];
    if (first !== undefined) this.exchange([...others, first]);
  }

  private exchange(among: readonly VariantRef[]): void {
    if (this.route !== undefined) this.context.go({ ...this.route, among }, { replace: true });
  }

  private toggleWipe(): void {
    const { route } = this;
    if (route?.among.length !== 2) announce('Only two can be laid over each other.');
    else this.context.go({ ...route, as: route.as === 'wipe' ? 'beside' : 'wipe' }, { replace: true });
  }

  private back(): void {
    const { route } = this;
    const [at] = route?.among ?? [];
    if (route === undefined || at === undefined) return;
    const { show, filter } = route;
    this.context.go(this.context.place.comparedFrom ?? { view: 'variant', show, filter, at });
  }
}
