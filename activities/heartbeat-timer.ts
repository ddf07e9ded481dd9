/**
 * Heartbeats: at once where people wait for the news, and on a timer in between, because a step can take a minute and a
 * cancellation reaches an activity only in answer to a heartbeat. Work that is done before the timer first fires sends
 * none: on the server, each costs as much as a third of a whole activity.
 */
import { heartbeat } from '@temporalio/activity';

/** Well below any heartbeat timeout in use, and soon enough for people who watch or cancel. */
const INTERVAL_MS = 2_000;

export class HeartbeatTimer<Details> {
  private readonly timer: NodeJS.Timeout;

  /** Begins to beat. The context of the activity is kept by the timer. */
  constructor(private details: Details) {
    this.timer = setInterval(() => heartbeat(this.details), INTERVAL_MS);
  }

  /** Beats with these details when it is time. */
  note(details: Details): void {
    this.details = details;
  }

  /** Beats now, and from now on, with these details. */
  beat(details: Details): void {
    this.details = details;
    heartbeat(details);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

/** Beats with fixed details while `work` runs. */
export async function withHeartbeats<T>(details: unknown, work: () => Promise<T>): Promise<T> {
  const heartbeats = new HeartbeatTimer(details);
  try {
    return await work();
  } finally {
    heartbeats.stop();
  }
}
