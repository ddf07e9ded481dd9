/**
 * What the probe's answers mean for a show.
 */
import type { TemporalSession } from '../temporal/connect.js';
import { duration } from '../terminal/quantities.js';
import { type DoctorFinding, ok, problem, warning } from './finding.js';
import { clockSkewMs, FAIRNESS_CASE, overtakes, PRIORITY_CASE } from './probe.js';

export async function checkPriority(session: TemporalSession): Promise<DoctorFinding> {
  if (await overtakes(session, PRIORITY_CASE))
    return ok('priority', 'honoured: a variant started by hand overtakes the backlog');
  return warning(
    'priority',
    'silently ignored: a variant started by hand waits behind the whole backlog',
    'Set the dynamic configuration matching.useNewMatcher=true on the server.',
  );
}

export async function checkFairness(session: TemporalSession): Promise<DoctorFinding> {
  if (await overtakes(session, FAIRNESS_CASE)) return ok('fairness', 'honoured');
  return ok(
    'fairness',
    'silently ignored, which no show needs (matching.enableFairness=true would turn it on)',
  );
}

/** Progress and schedules are told in the server's time: a difference of seconds is confusing. */
const CONFUSING_MS = 5000;
/** S3 refuses requests that are signed more than 15 minutes off. */
const REFUSED_MS = 15 * 60_000;

export async function checkClock(session: TemporalSession): Promise<DoctorFinding> {
  const skew = await clockSkewMs(session);
  if (Math.abs(skew) < CONFUSING_MS) return ok('clock', "agrees with the server's");
  const found = `${duration(Math.abs(skew) / 1000)} ${skew > 0 ? 'behind' : 'ahead of'} the server's`;
  const remedy = "Set this machine's clock, or let NTP do it.";
  return Math.abs(skew) < REFUSED_MS ? warning('clock', found, remedy) : problem('clock', found, remedy);
}
