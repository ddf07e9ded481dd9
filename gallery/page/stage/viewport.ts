/**
 * The visible part of a picture and its magnification. Several pictures share one viewport, so that all of them show the same detail;
 * positions are therefore shares of a picture's width and height, because sizes may differ.
 */

/** The largest magnification: each pixel of the picture is a square of 16 × 16 device pixels. */
export const MOST_DEVICE_PIXELS = 16;

export interface Focus {
  /** 1: the whole picture fits. */
  readonly scale: number;
  /** The point in the middle of the window, as a share of the picture's width (and height, below). */
  readonly x: number;
  readonly y: number;
}

const WHOLE: Focus = { scale: 1, x: 0.5, y: 0.5 };

export class Viewport {
  private now: Focus = WHOLE;
  private readonly listeners = new Set<() => void>();

  get focus(): Focus {
    return this.now;
  }

  get isWhole(): boolean {
    return this.now.scale === 1;
  }

  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  reset(): void {
    this.set(WHOLE);
  }

  set({ scale, x, y }: Focus): void {
    const within = (share: number) => Math.min(Math.max(share, 0), 1);
    this.now = scale === 1 ? WHOLE : { scale, x: within(x), y: within(y) };
    for (const listener of this.listeners) listener();
  }

  /** Zooms by a factor; the point `at` of the picture stays where it is. */
  zoom(factor: number, limits: Limits, at: Point = { x: this.now.x, y: this.now.y }): void {
    const scale = Math.min(Math.max(this.now.scale * factor, limits.least), limits.most);
    const share = this.now.scale / scale;
    this.set({
      scale,
      x: at.x + (this.now.x - at.x) * share,
      y: at.y + (this.now.y - at.y) * share,
    });
  }

  /** Moves by shares of the picture. */
  pan(x: number, y: number): void {
    if (!this.isWhole) this.set({ ...this.now, x: this.now.x + x, y: this.now.y + y });
  }
}

/** A point of a picture, as shares of its width and height. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Limits {
  readonly least: number;
  readonly most: number;
}

/** CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** CSS pixels for each pixel of a picture that fits into a window. */
export const fitOf = (window: Size, picture: Size): number =>
  Math.min(window.width / picture.width, window.height / picture.height) || 1;

/** The scale at which a pixel of the picture is a device pixel. */
export const pixelScale = (window: Size, picture: Size, devicePixels: number): number =>
  1 / (fitOf(window, picture) * devicePixels);

export function limitsOf(window: Size, picture: Size, devicePixels: number): Limits {
  const pixel = pixelScale(window, picture, devicePixels);
  return { least: Math.min(1, pixel), most: Math.max(1, pixel * MOST_DEVICE_PIXELS) };
}

/** Top left corner and size of the picture in its window, which it always fills if it is larger. */
export function placeOf(
  window: Size,
  picture: Size,
  { scale, x, y }: Focus,
): Size & { left: number; top: number } {
  const shown = fitOf(window, picture) * scale;
  const [width, height] = [picture.width * shown, picture.height * shown];
  return {
    width,
    height,
    left: along(window.width, width, x),
    top: along(window.height, height, y),
  };
}

function along(window: number, picture: number, middle: number): number {
  if (picture <= window) return (window - picture) / 2;
  return Math.min(Math.max(window / 2 - middle * picture, window - picture), 0);
}
