/**
 * Long presses: a finger that rests on an element for half a second. The click that browsers send when the finger is lifted, and
 * the menu that some browsers open, are suppressed.
 */
const LONG_PRESS_MS = 500;
/** A resting finger moves by a few pixels. */
const STILL_PIXELS = 10;

/** Calls `act` with the element, inside of `element`, that is pressed. */
export function onLongPress(element: HTMLElement, act: (on: Element) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  let acted = false;
  const cancel = () => clearTimeout(timer);
  element.addEventListener('pointerdown', ({ pointerType, isPrimary, clientX, clientY, target }) => {
    cancel();
    acted = false;
    if (pointerType !== 'touch' || !isPrimary || !(target instanceof Element)) return;
    from = { x: clientX, y: clientY };
    timer = setTimeout(() => {
      acted = true;
      act(target);
    }, LONG_PRESS_MS);
  });
  element.addEventListener('pointermove', ({ clientX, clientY }) => {
    if (Math.hypot(clientX - from.x, clientY - from.y) > STILL_PIXELS) cancel();
  });
  for (const end of ['pointerup', 'pointercancel', 'scroll'] as const) element.addEventListener(end, cancel);
  element.addEventListener('contextmenu', (event) => {
    if (acted || (event instanceof PointerEvent && event.pointerType === 'touch')) event.preventDefault();
  });
  const swallow = (event: Event) => {
    if (!acted) return;
    acted = false;
    event.preventDefault();
    event.stopPropagation();
  };
  element.addEventListener('click', swallow, { capture: true });
}
