/**
 * The status of a show in words and figures.
 */
import type { DeskSpool, ShowDesk } from '../../show-desk.js';

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export const count = (number: number): string => numbers.format(number);

/** `1 image`, `3,912 images` */
export const countOf = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`;

export function stateOfShow({ state, run, lastRun }: ShowDesk): string {
  switch (state) {
    case 'planning':
      return 'The show is being planned.';
    case 'running':
      return 'The show is running.';
    case 'paused':
      return run?.pausedBecause === undefined
        ? 'The show is paused.'
        : `The show is paused: ${run.pausedBecause}`;
    case 'unanswered':
      return 'The show runs, but no orchestrator answers.';
    case 'unknown':
      return 'No Temporal server can be asked: this is what is stored.';
    case 'not-running':
      return lastRun === undefined
        ? 'The show is not running.'
        : `The show is not running. The last run: ${lastRun}.`;
  }
}

/** `2 h 10 min`, `3 min`, `40 s` */
export function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}

/** `spool 3f2a…: 12 images, 3.2 of 21 GB` */
export function spoolWords({ spoolId, renditions, bytes, budgetBytes, full }: DeskSpool): string {
  const used = `${count(bytes / 1e9)} of ${count(budgetBytes / 1e9)} GB`;
  const waits = full ? '; its GPU waits until uploads have made room' : '';
  return `${spoolId}: ${countOf(renditions, 'image')}, ${used}${waits}`;
}
