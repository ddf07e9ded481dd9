/**
 * What the probe's answers mean for a show.
 */
import type { TemporalSession } from '../temporal/connect.js';
import { duration } from '../terminal/quantities.js';
import { type DoctorFinding, ok, problem, warning } from './finding.js';
import { clockSkewMs, FAIRNESS_CASE, type Measured, measureOrder, PRIORITY_CASE } from './probe.js';

const KEYS = [
  'matching.useNewMatcher=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
];
const REMEDY = `Set the dynamic configuration ${KEYS.slice(0, -1).join(', ')} and ${KEYS.at(-1)} on the server: without the first, priorities are ignored; the others make one order of a queue, which otherwise has four.`;

export const checkPriority = async (session: TemporalSession): Promise<DoctorFinding> =>
  judgePriority(await measureOrder(session, PRIORITY_CASE));

export function judgePriority({ order, places, of }: Measured): DoctorFinding {
  const measured = `${places.length} urgent tasks behind ${of - places.length} others came at places ${places.join(', ')}`;
  switch (order) {
    case 'first':
      return ok('priority', `honoured: ${measured}; a variant started by hand overtakes the backlog`);
    case 'partly':
      return warning('priority', `honoured in part: ${measured}`, REMEDY);
    case 'not':
      return warning(
        'priority',
        `silently ignored: ${measured}; a variant started by hand waits behind the whole backlog`,
        REMEDY,
      );
  }
}

export async function checkFairness(session: TemporalSession): Promise<DoctorFinding> {
  const { order } = await measureOrder(session, FAIRNESS_CASE);
  if (order !== 'not') return ok('fairness', 'honoured');
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
