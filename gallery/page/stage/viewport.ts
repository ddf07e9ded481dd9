/**
 * Which part of a picture is seen, and how large. Several pictures share one viewport, so that what is looked at closely in one is
 * looked at in all of them; therefore it counts in shares of a picture, whose sizes may differ.
 */

/** As much as a device pixel grid can use: every pixel of the image a square of 16. */
export const MOST_DEVICE_PIXELS = 16;

export interface Focus {
  /** 1: the whole picture fits. */
  readonly scale: number;
  /** What is in the middle, as shares of width and height. */
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

  /** So much larger, with one point of the picture staying where it is. */
  zoom(factor: number, limits: Limits, at: Point = { x: this.now.x, y: this.now.y }): void {
    const scale = Math.min(Math.max(this.now.scale * factor, limits.least), limits.most);
    const share = this.now.scale / scale;
    this.set({
      scale,
      x: at.x + (this.now.x - at.x) * share,
      y: at.y + (this.now.y - at.y) * share,
    });
  }

  /** By shares of the picture. */
  pan(x: number, y: number): void {
    if (!this.isWhole) this.set({ ...this.now, x: this.now.x + x, y: this.now.y + y });
  }
}

/** Shares of a picture's width and height. */
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

/** At which scale a pixel of the picture is one of the screen. */
export const pixelScale = (window: Size, picture: Size, devicePixels: number): number =>
  1 / (fitOf(window, picture) * devicePixels);

export function limitsOf(window: Size, picture: Size, devicePixels: number): Limits {
  const pixel = pixelScale(window, picture, devicePixels);
  return { least: Math.min(1, pixel), most: Math.max(1, pixel * MOST_DEVICE_PIXELS) };
}

/** Where the picture lies in its window: its left upper corner and its size. Never beside the window while it is larger. */
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
