/**
 * Gestures on a picture: the wheel and two fingers zoom, a drag moves a zoomed picture, a swipe opens the next one, a tap
 * plays or pauses, a double click zooms to pixels.
 */
import type { Point } from './viewport.js';

export interface GestureHandlers {
  /** Whether the picture is zoomed, so that a drag moves it. */
  isZoomed(): boolean;
  /** Zooms by a factor around a point of the window (CSS pixels from its top left corner). */
  zoom(factor: number, at: Point): void;
  /** Moves the picture by CSS pixels. */
  drag(dx: number, dy: number): void;
  /** Opens the next (1) or the previous (-1) picture. */
  swipe(by: 1 | -1): void;
  tap(): void;
  togglePixels(at: Point): void;
}

/** A longer movement is not a tap. */
const STILL_PIXELS = 8;
const SWIPE_PIXELS = 50;
/** A step of a mouse wheel is about 100 units: a factor of 1.16. */
const ZOOM_PER_WHEEL_UNIT = 1.0015;

export function listenToGestures(element: HTMLElement, handlers: GestureHandlers): void {
  const fingers = new Map<number, Point>();
  let from: Point = { x: 0, y: 0 };
  let isTap = false;
  const pointIn = ({ clientX, clientY }: MouseEvent): Point => {
    const { left, top } = element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    if (fingers.size === 0) {
      from = pointIn(event);
      isTap = true;
    } else isTap = false;
    fingers.set(event.pointerId, pointIn(event));
    // The element gets the pointer's further events, wherever the pointer is.
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener('pointermove', (event) => {
    const before = fingers.get(event.pointerId);
    if (before === undefined) return;
    const now = pointIn(event);
    if (Math.hypot(now.x - from.x, now.y - from.y) > STILL_PIXELS) isTap = false;
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other !== undefined)
      handlers.zoom(distance(now, other) / distance(before, other), between(now, other));
    else if (!isTap && handlers.isZoomed()) handlers.drag(now.x - before.x, now.y - before.y);
    fingers.set(event.pointerId, now);
  });
  const lift = (event: PointerEvent) => {
    if (!fingers.delete(event.pointerId) || event.type === 'pointercancel') return;
    const swiped = event.pointerType === 'touch' && fingers.size === 0 && !handlers.isZoomed();
    const by = swiped ? swipeOf(from, pointIn(event)) : undefined;
    if (by !== undefined) handlers.swipe(by);
  };
  element.addEventListener('pointerup', lift);
  element.addEventListener('pointercancel', lift);
  element.addEventListener('click', () => isTap && handlers.tap());
  element.addEventListener('dblclick', (event) => handlers.togglePixels(pointIn(event)));
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      handlers.zoom(ZOOM_PER_WHEEL_UNIT ** -event.deltaY, pointIn(event));
    },
    { passive: false },
  );
}

/** A swipe to the left opens the next picture, as in a book. */
function swipeOf(from: Point, to: Point): 1 | -1 | undefined {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  if (Math.abs(dx) < SWIPE_PIXELS || Math.abs(dx) < 1.5 * Math.abs(dy)) return undefined;
  return dx < 0 ? 1 : -1;
}

const distance = (a: Point, b: Point): number => Math.max(Math.hypot(a.x - b.x, a.y - b.y), 1);
const between = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
