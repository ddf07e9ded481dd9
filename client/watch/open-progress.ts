/**
 * How progress is shown: bars where a person watches a terminal, plain lines everywhere else (files, CI), where a
 * line is worth printing only when it says something new.
 */
import { statusLine } from '../status/describe-status.js';
import type { Output } from '../terminal/output.js';
import type { ProgressDisplay } from './progress-display.js';

/** Without news, a line this often says that the run is alive. */
const QUIET_MS = 15_000;

/** Chooses bars or lines. */
export async function openProgress(output: Output): Promise<ProgressDisplay> {
  if (!output.live) return lines(output);
  const { openBars } = await import('./progress-bars.js');
  return openBars(output);
}

function lines(output: Output): ProgressDisplay {
  let lastNews = '';
  let lastAt = 0;
  return {
    update(status) {
      const full = status.spools.some((spool) => spool.full);
      const news = `${status.state} ${status.stored} ${status.degraded} ${status.failed} ${full}`;
      if (news === lastNews && Date.now() - lastAt < QUIET_MS) return;
      lastNews = news;
      lastAt = Date.now();
      output.note(statusLine(status));
    },
    stop() {},
  };
}
