/**
 * The playback controls under a picture: play, position, speed, loop, zoom, full screen.
 */
import { el, setAttribute } from '../base/dom.js';

const SPEEDS = [0.25, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9];

export interface TransportHandlers {
  toggle(): void;
  /** Called while the position is being moved. */
  scrub(positionMs: number): void;
  /** Called when the position has been moved. */
  rest(): void;
  speed(speed: number): void;
  loop(loop: boolean): void;
  togglePixels(): void;
  fullScreen(): void;
}

export class Transport {
  readonly element: HTMLElement;
  private readonly play: HTMLButtonElement;
  private readonly position: HTMLInputElement;
  private readonly clock = el('output', { class: 'clock' });
  private readonly speedSelect: HTMLSelectElement;
  private readonly loopBox: HTMLInputElement;
  private readonly zoom: HTMLButtonElement;

  constructor(handlers: TransportHandlers) {
    const button = (name: string, act: () => void, rest: Record<string, unknown> = {}) =>
      el('button', { type: 'button', onclick: act, ...rest }, name);
    this.play = button('▶ Play', () => handlers.toggle(), { class: 'play' });
    this.position = el('input', {
      type: 'range',
      min: 0,
      step: 1,
      'aria-label': 'Position',
      oninput: () => handlers.scrub(Number(this.position.value)),
      onchange: () => handlers.rest(),
    });
    this.speedSelect = el('select', {
      'aria-label': 'Speed',
      onchange: () => handlers.speed(Number(this.speedSelect.value)),
    });
    this.speedSelect.append(...SPEEDS.map((speed) => el('option', { value: speed }, `${speed}×`)));
    this.speedSelect.value = '1';
    this.loopBox = el('input', { type: 'checkbox', onchange: () => handlers.loop(this.loopBox.checked) });
    this.zoom = button('Pixels', () => handlers.togglePixels(), { class: 'zoom', 'aria-pressed': 'false' });
    const full = button('Full screen', () => handlers.fullScreen(), { hidden: !document.fullscreenEnabled });
    this.element = el(
      'div',
      { class: 'transport' },
      this.play,
      this.position,
      this.clock,
      this.speedSelect,
      el('label', { class: 'loop' }, this.loopBox, 'loop'),
      this.zoom,
      full,
    );
  }

  get speed(): number {
    return Number(this.speedSelect.value);
  }

  set speed(speed: number) {
    this.speedSelect.value = String(speed);
  }

  get loop(): boolean {
    return this.loopBox.checked;
  }

  set loop(loop: boolean) {
    this.loopBox.checked = loop;
  }

  open({ durationMs, timed }: { readonly durationMs: number; readonly timed: boolean }): void {
    this.position.max = String(Math.round(durationMs));
    setAttribute(this.position, 'disabled', !timed);
    setAttribute(this.play, 'disabled', !timed);
  }

  /** @param picture the shown preview in words; empty for several pictures */
  show(state: {
    readonly positionMs: number;
    readonly durationMs: number;
    readonly playing: boolean;
    readonly picture: string;
  }): void {
    const { positionMs, durationMs, playing, picture } = state;
    const text = `${seconds(positionMs)} of ${seconds(durationMs)} s`;
    this.position.value = String(Math.round(positionMs));
    setAttribute(this.position, 'aria-valuetext', picture === '' ? text : `${text}, ${picture}`);
    this.clock.textContent = text;
    this.play.textContent = playing ? '❚❚ Pause' : '▶ Play';
  }

  /** @param magnification device pixels for each pixel of the picture; undefined: the whole picture is visible */
  showZoom(magnification: number | undefined): void {
    setAttribute(this.zoom, 'aria-pressed', String(magnification !== undefined));
    this.zoom.textContent = magnification === undefined ? 'Pixels' : `${Math.round(magnification * 100)} %`;
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2);
