/**
 * The pace of the last minutes, which tells more about the time left than the mean of a whole run: models change
 * from cue to cue, machines join and leave.
 */
import type { ShowStatus } from '../status/show-status.js';

/** Long enough for a few images of a slow model, short enough to notice a machine that joined. */
const WINDOW_MS = 5 * 60_000;

/** Over less time than this, the mean of the whole run is the better guess. */
const MIN_SPAN_MS = 30_000;

export class RecentPace {
  #samples: { readonly at: number; readonly ended: number }[] = [];

  /** The status with rate and remaining time from what has ended lately, where enough has. */
  refine(status: ShowStatus, now: number): ShowStatus {
    const ended = status.stored + status.failed;
    if (status.state !== 'running') {
      this.#samples = [];
      return status;
    }
    this.#samples = [...this.#samples.filter(({ at }) => now - at <= WINDOW_MS), { at: now, ended }];
    const first = this.#samples[0];
    if (first === undefined || now - first.at < MIN_SPAN_MS || ended <= first.ended) return status;
    const perSecond = (ended - first.ended) / ((now - first.at) / 1000);
    const left = Math.max(0, status.variants - ended);
    return { ...status, ratePerMinute: perSecond * 60, etaSeconds: Math.round(left / perSecond) };
  }
}
