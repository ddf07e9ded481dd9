/**
 * Two variants in the same place, with a slider between them.
 */

import { announce, el } from './base/dom.js';
import { columnsOf, type Direction, neighbour } from './show/columns.js';
import type { Route, VariantRef } from './show/route.js';
import type { Context, View } from './view.js';

type CompareRoute = Extract<Route, { view: 'compare' }>;

/** How far an arrow key moves the slider, percent. */
const SLIDER_STEP = 5;

const DIRECTIONS: Record<string, Direction> = {
  ArrowUp: 'previous-variant',
  ArrowDown: 'next-variant',
  ArrowLeft: 'previous-cue',
  ArrowRight: 'next-cue',
};

export class CompareView implements View {
  readonly element: HTMLElement;
  private readonly left = picture();
  private readonly right = picture();
  private readonly leftName = el('h2');
  private readonly rightName = el('h2');
  private readonly divider = el('div', { class: 'divider', 'aria-hidden': 'true' });
  private readonly slider = el('input', {
    type: 'range',
    min: 0,
    max: 100,
    step: 'any',
    value: 50,
    'aria-label': 'Share of the left image, percent',
    oninput: () => this.cut(),
  });
  private route: CompareRoute | undefined;

  constructor(private readonly context: Context) {
    const button = (label: string, act: () => void) => el('button', { type: 'button', onclick: act }, label);
    this.element = el(
      'div',
      { class: 'compare' },
      el('div', { class: 'names' }, this.leftName, this.rightName),
      el(
        'div',
        {
          class: 'pictures',
          onpointerdown: (event: PointerEvent) => this.drag(event),
          onpointermove: (event: PointerEvent) => event.buttons === 1 && this.drag(event),
        },
        this.left,
        this.right,
        this.divider,
      ),
      this.slider,
      el(
        'div',
        { class: 'actions' },
        button('↑ right variant', () => this.move('previous-variant')),
        button('↓ right variant', () => this.move('next-variant')),
        button('← right cue', () => this.move('previous-cue')),
        button('right cue →', () => this.move('next-cue')),
        button('Swap', () => this.swap()),
        button('Back', () => this.back()),
      ),
    );
    this.cut();
  }

  show(route: Route): boolean {
    if (route.view !== 'compare') return false;
    this.route = route;
    this.place(this.left, this.leftName, route.at);
    this.place(this.right, this.rightName, route.other);
    return true;
  }

  key({ key }: KeyboardEvent): boolean {
    const direction = DIRECTIONS[key];
    if (direction !== undefined) this.move(direction);
    else if (key === ',' || key === '.') this.slide(key === '.' ? SLIDER_STEP : -SLIDER_STEP);
    else if (key === 's') this.swap();
    else if (key === 'Escape') this.back();
    else return false;
    return true;
  }

  close(): void {}

  private place(image: HTMLImageElement, name: HTMLElement, ref: VariantRef): void {
    const { api, data, show } = this.context;
    const label = data.nameOf(ref);
    const address = api.objectAddress(show, ref, 'final.png', data.variant(ref)?.[2] ?? '');
    name.textContent = label;
    image.alt = label;
    if (image.getAttribute('src') !== address) image.src = address;
  }

  private cut(): void {
    const share = Number(this.slider.value);
    this.left.style.clipPath = `inset(0 ${100 - share}% 0 0)`;
    this.right.style.clipPath = `inset(0 0 0 ${share}%)`;
    this.divider.style.left = `${share}%`;
  }

  /** The pictures themselves can be wiped with the pointer; the slider is the same for the keyboard. */
  private drag(event: PointerEvent): void {
    const { left, width } = this.divider.parentElement?.getBoundingClientRect() ?? { left: 0, width: 1 };
    this.slider.valueAsNumber = ((event.clientX - left) / width) * 100;
    this.cut();
  }

  private slide(by: number): void {
    this.slider.valueAsNumber += by;
    this.cut();
  }

  private move(direction: Direction): void {
    const { route } = this;
    if (route === undefined) return;
    const other = neighbour(columnsOf(this.context.data.cues, route.filter), route.other, direction);
    if (other === undefined) announce(`There is no ${direction.replace('-', ' ')}.`);
    else this.context.go({ ...route, other }, { replace: true });
  }

  private swap(): void {
    const { route } = this;
    if (route !== undefined)
      this.context.go({ ...route, at: route.other, other: route.at }, { replace: true });
  }

  private back(): void {
    const { route } = this;
    if (route !== undefined)
      this.context.go({ view: 'variant', show: route.show, filter: route.filter, at: route.at });
  }
}

const picture = (): HTMLImageElement => el('img', { decoding: 'async', draggable: 'false' });
