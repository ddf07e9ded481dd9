/** Which parts of this process can do their work, as numbers for alerts: 1 or 0 each. */
import type { Health } from '../../domain/health.js';
import { metrics } from './metrics.js';

/** More often than anybody collects. */
const EVERY_MS = 5_000;

/** The function that comes back ends it. */
export function tellHealth(health: Health): () => void {
  const tell = () => {
    for (const { part, state } of health.parts)
      metrics.gauge(
        'pregen_part_ready',
        'Whether a part of the process can do its work',
        Number(state === 'ready'),
        { part },
      );
  };
  tell();
  const timer = setInterval(tell, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
