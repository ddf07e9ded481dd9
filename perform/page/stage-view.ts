/** Shows a stage: the picture over the whole screen, prompt and transcript over it, and the black of the fader over all. */
import { paintFrame } from '../../replay/index.js';
import { blacknessAt, type Slider, type Stage, sliderAt } from '../stage.js';
import { element } from './element.js';

/** A slider is seen while it moves, and a little longer. */
const SLIDER_STAYS_MS = 2000;

export class StageView {
  private readonly canvas = element('picture', HTMLCanvasElement);
  private shown: HTMLImageElement | undefined | null = null;

  /** @param pictureOf the picture that a stage shows; undefined for black */
  constructor(private readonly pictureOf: (stage: Stage) => HTMLImageElement | undefined) {}

  show(stage: Stage, positionMs: number): void {
    this.paint(this.pictureOf(stage));
    write('prompt', stage.prompt);
    write('transcript', stage.transcript);
    write('slider', slidersIn(stage, positionMs));
    element('black', HTMLElement).style.opacity = String(blacknessAt(stage.fade, positionMs));
  }

  private paint(picture: HTMLImageElement | undefined): void {
    const resized = fillScreen(this.canvas);
    if (!resized && picture === this.shown) return;
    this.shown = picture;
    paintFrame(this.canvas, { picture });
  }
}

function slidersIn({ sliders }: Stage, positionMs: number): string {
  const moving = Object.entries(sliders).filter(([, slider]) => isMoving(slider, positionMs));
  return moving
    .map(([program, slider]) => `${program} ${Math.round(sliderAt(slider, positionMs))}`)
    .join(' · ');
}

const isMoving = ({ beginMs, durationMs }: Slider, positionMs: number): boolean =>
  positionMs < beginMs + durationMs + SLIDER_STAYS_MS;

function write(name: string, text: string): void {
  const { textContent } = element(name, HTMLElement);
  if (textContent !== text) element(name, HTMLElement).textContent = text;
}

/** The canvas has as many pixels as the screen shows of it. */
function fillScreen(canvas: HTMLCanvasElement): boolean {
  const width = Math.round(canvas.clientWidth * devicePixelRatio);
  const height = Math.round(canvas.clientHeight * devicePixelRatio);
  if (canvas.width === width && canvas.height === height) return false;
  canvas.width = width;
  canvas.height = height;
  return true;
}
