/**
 * Paints the frames of a replay into a window, with the size and position that its viewport gives.
 */
import { type Frame, type Moment, paintFrame } from '../../../replay/index.js';
import { el, setAttribute } from '../base/dom.js';
import { listenToGestures } from './gestures.js';
import { fitOf, limitsOf, type Point, pixelScale, placeOf, type Size, type Viewport } from './viewport.js';

/** Edge of the picture, until an image is loaded. */
const DEFAULT_PIXELS = 512;
/** Magnification from which on pixels are drawn as squares. */
const SQUARES_FROM_DEVICE_PIXELS = 2;

/** The message if there is no picture, and whether there should be one. */
export interface Absence {
  readonly words: string;
  readonly isFault: boolean;
}

export interface BoxHandlers {
  tap(): void;
  swipe(by: 1 | -1): void;
}

export class PictureBox {
  readonly element: HTMLElement;
  private readonly canvas = el('canvas', { role: 'img', width: DEFAULT_PIXELS, height: DEFAULT_PIXELS });
  private readonly overlay = el('p', { class: 'overlay', hidden: true });
  private readonly observer = new ResizeObserver(() => this.place());
  private absence: Absence = { words: 'The final image is missing or damaged.', isFault: true };

  constructor(
    private readonly viewport: Viewport,
    handlers: BoxHandlers,
  ) {
    this.element = el('div', { class: 'picture' }, this.canvas, this.overlay);
    this.observer.observe(this.element);
    viewport.onChange(() => this.place());
    listenToGestures(this.element, {
      ...handlers,
      isZoomed: () => !viewport.isWhole,
      zoom: (factor, at) => this.zoom(factor, at),
      drag: (dx, dy) => this.pan(-dx, -dy),
      togglePixels: (at) => this.togglePixels(at),
    });
  }

  close(): void {
    this.observer.disconnect();
  }

  /** @param absence message for moments without a picture */
  label(name: string, absence: Absence): void {
    setAttribute(this.canvas, 'aria-label', name);
    this.absence = absence;
  }

  paint(frame: Frame<HTMLImageElement>): void {
    const { moment, picture, missing } = frame;
    if (moment.kind === 'final' && picture !== undefined) this.fit(picture);
    paintFrame(this.canvas, frame);
    setAttribute(this.overlay, 'hidden', !missing);
    const { words, isFault } = this.absenceOf(moment);
    this.overlay.textContent = missing ? words : '';
    this.overlay.classList.toggle('fault', isFault);
  }

  /** Zooms around a point of the window; without one, around its middle. */
  zoom(factor: number, at?: Point): void {
    const limits = limitsOf(this.window, this.picture, devicePixelRatio);
    this.viewport.zoom(factor, limits, at === undefined ? undefined : this.shareAt(at));
  }

  /** Switches between the whole picture and one device pixel for each of its pixels. */
  togglePixels(at?: Point): void {
    if (!this.viewport.isWhole) this.viewport.reset();
    else this.zoom(pixelScale(this.window, this.picture, devicePixelRatio), at);
  }

  /** Moves the picture in its window by CSS pixels. */
  pan(dx: number, dy: number): void {
    const { width, height } = placeOf(this.window, this.picture, this.viewport.focus);
    this.viewport.pan(dx / width, dy / height);
  }

  /** Device pixels for each pixel of the picture. */
  get magnification(): number {
    return fitOf(this.window, this.picture) * this.viewport.focus.scale * devicePixelRatio;
  }

  private get window(): Size {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  private get picture(): Size {
    return { width: this.canvas.width, height: this.canvas.height };
  }

  private shareAt({ x, y }: Point): Point {
    const { left, top, width, height } = placeOf(this.window, this.picture, this.viewport.focus);
    return { x: (x - left) / width, y: (y - top) / height };
  }

  private place(): void {
    const { left, top, width, height } = placeOf(this.window, this.picture, this.viewport.focus);
    const { style } = this.canvas;
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.transform = `translate(${left}px, ${top}px)`;
    style.imageRendering =
      this.magnification >= SQUARES_FROM_DEVICE_PIXELS && !this.viewport.isWhole ? 'pixelated' : '';
    this.element.classList.toggle('zoomed', !this.viewport.isWhole);
  }

  private fit({ naturalWidth, naturalHeight }: HTMLImageElement): void {
    if (this.canvas.width === naturalWidth && this.canvas.height === naturalHeight) return;
    this.canvas.width = naturalWidth;
    this.canvas.height = naturalHeight;
    this.place();
  }

  private absenceOf(moment: Moment): Absence {
    return moment.kind === 'step'
      ? { words: `The preview of step ${moment.step} is missing or damaged.`, isFault: true }
      : this.absence;
  }
}
