/**
 * The controls that steer the show: pause and resume, the number of variants in flight, and retrying what failed.
 */
import type { ShowDesk } from '../../show-desk.js';
import type { SteeringRequest } from '../../steering-request.js';
import { el, setAttribute } from '../base/dom.js';

/** The limit of `show set-window`. */
const MAX_WINDOW = 250;

export class Controls {
  readonly element: HTMLElement;
  private readonly pause: HTMLButtonElement;
  private readonly retry: HTMLButtonElement;
  private readonly window = el('input', {
    type: 'number',
    min: 1,
    max: MAX_WINDOW,
    id: 'window',
    required: true,
  });
  private readonly setWindow = el('button', { type: 'submit' }, 'Set');
  private paused = false;
  /** The show's window as it was shown last. */
  private shown: number | undefined;

  constructor(steer: (request: SteeringRequest) => void) {
    const button = (onclick: () => void) => el('button', { type: 'button', onclick });
    this.pause = button(() => steer({ action: this.paused ? 'resume' : 'pause' }));
    this.retry = button(() => steer({ action: 'retry' }));
    const onsubmit = (event: Event) => {
      event.preventDefault();
      steer({ action: 'set-window', window: this.window.valueAsNumber });
    };
    this.element = el(
      'div',
      { class: 'actions', role: 'group', 'aria-label': 'Steer the show' },
      this.pause,
      this.retry,
      el(
        'form',
        { onsubmit },
        el('label', { for: 'window' }, 'In flight at most'),
        this.window,
        this.setWindow,
      ),
    );
  }

  show({ state, run, failed }: ShowDesk, canSteer: boolean): void {
    const answers = run !== undefined && state !== 'planning';
    this.paused = state === 'paused';
    this.pause.textContent = this.paused ? 'Resume' : 'Pause';
    this.retry.textContent = 'Retry what failed';
    setAttribute(this.element, 'hidden', !canSteer);
    setAttribute(this.pause, 'disabled', !answers);
    setAttribute(this.retry, 'disabled', failed === 0 || state === 'unanswered');
    for (const control of [this.window, this.setWindow]) setAttribute(control, 'disabled', !answers);
    // A number that is being typed stays, as long as the show's window has not changed.
    if (run !== undefined && run.window !== this.shown) this.window.valueAsNumber = run.window;
    this.shown = run?.window;
  }
}
