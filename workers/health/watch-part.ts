/**
 * Looks at a part of this process again and again, and reports what it finds: once in the log when it fails and when it works
 * again, and to `/readyz` all the time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Health, HealthState, Part } from '../../domain/health.js';

export interface Watched {
  readonly health: Health;
  readonly part: Part;
  /** Rejects, with a sentence, if the part cannot do its work. */
  look(): Promise<void>;
  readonly everyMs: number;
  /** Told in one sentence when the part fails, and when it works again. */
  say(level: 'warn' | 'info', sentence: string): void;
}

/** Begins at once; the function that comes back ends it. */
export function watchPart(watched: Watched): () => void {
  const ended = new AbortController();
  void keepLooking(watched, ended.signal);
  return () => ended.abort();
}

async function keepLooking(watched: Watched, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const why = await watched.look().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (signal.aborted) return;
    reportPart(watched, why === undefined ? 'ready' : 'failing', why);
    await sleep(watched.everyMs, undefined, { signal, ref: false }).catch(() => {});
  }
}

/** Reports a state, and says so if it is news. */
export function reportPart(
  { health, part, say }: Pick<Watched, 'health' | 'part' | 'say'>,
  state: HealthState,
  reason?: string,
): void {
  const before = health.parts.find((known) => known.part === part)?.state;
  if (!health.report(part, state, reason)) return;
  if (state === 'failing') say('warn', `The ${part} does not do: ${reason ?? 'nothing more is known'}`);
  else if (before === 'failing') say('info', `The ${part} works again.`);
}
