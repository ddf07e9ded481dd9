/**
 * The whole examination, in the order in which things depend on each other. What cannot be looked at because
 * something before it failed is skipped, and says so.
 */
import type { Configuration } from '../../domain/configuration.js';
import { type TemporalSession, withTemporal } from '../temporal/connect.js';
import { CommandError } from '../terminal/describe-error.js';
import { checkNamespace, checkSearchAttributes, checkServer } from './check-namespace.js';
import { checkNode } from './check-node.js';
import { checkClock, checkFairness, checkPriority } from './check-order.js';
import { checkQueues } from './check-queues.js';
import { checkShow } from './check-show.js';
import { checkSpool } from './check-spool.js';
import { checkStore } from './check-store.js';
import { type DoctorFinding, problem, skipped } from './finding.js';

export interface Examination {
  /** A show file, whose models are looked at too. */
  readonly file: string | undefined;
  /** Load these models instead of only looking whether they are complete. */
  readonly load: boolean;
}

/** Looks at everything that a show needs. */
export async function examine(
  configuration: Configuration,
  { file, load }: Examination,
): Promise<DoctorFinding[]> {
  return [
    checkNode(),
    ...(await examineTemporal(configuration)),
    await checkStore(configuration.store),
    await checkSpool(configuration),
    ...(await checkShow(file, load)),
  ];
}

async function examineTemporal({ spool }: Configuration): Promise<DoctorFinding[]> {
  try {
    return await withTemporal(async (session) => {
      const server = await checkServer(session);
      const namespace = await checkNamespace(session);
      if (namespace.status === 'problem')
        return [server, namespace, skipped('queues, priority, clock', 'they need the namespace')];
      return [server, namespace, ...(await examineNamespace(session, spool))];
    });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [
      problem(
        'server',
        error.message,
        'Everything about Temporal was skipped; run this again when it answers.',
      ),
    ];
  }
}

const examineNamespace = async (session: TemporalSession, spool: string): Promise<DoctorFinding[]> => [
  await checkSearchAttributes(session),
  ...(await checkQueues(session, spool)),
  await checkPriority(session),
  await checkFairness(session),
  await checkClock(session),
];
