/**
 * The whole examination, in the order in which things depend on each other. What cannot be looked at because
 * something before it failed is skipped, and says so.
 */
import type { Configuration } from '../../domain/configuration.js';
import { loadShow } from '../load/load-show.js';
import { type TemporalSession, withTemporal } from '../temporal/connect.js';
import { type Queue, queuesOf } from '../temporal/pollers.js';
import { CommandError } from '../terminal/describe-error.js';
import { checkNamespace, checkSearchAttributes, checkServer } from './check-namespace.js';
import { checkNode } from './check-node.js';
import { checkClock, checkFairness, checkPriority } from './check-order.js';
import { checkQueues } from './check-queues.js';
import { checkShow, type NamedShow } from './check-show.js';
import { checkSpool } from './check-spool.js';
import { checkStore } from './check-store.js';
import { type DoctorFinding, problem, skipped } from './finding.js';

export interface Examination {
  /** A show file, whose models are looked at too. */
  readonly file: string | undefined;
  /** Load these models instead of only looking whether they are complete. */
  readonly load: boolean;
  /** Try out on the server what it does with priorities; it takes some seconds and a hundred small workflows, which are deleted. */
  readonly probe: boolean;
}

/** Looks at everything that a show needs. */
export async function examine(
  configuration: Configuration,
  { file, load, probe }: Examination,
): Promise<DoctorFinding[]> {
  const named = file === undefined ? undefined : { file, loading: loadShow(file) };
  // None waits for another one: a server that is slow to answer is not made up for by the store.
  const found = await Promise.all([
    examineTemporal(configuration, named, probe),
    checkStore(configuration.store),
    checkSpool(configuration),
    checkShow(named, load),
  ]);
  return [checkNode(), ...found.flat()];
}

async function examineTemporal(
  { spool }: Configuration,
  named: NamedShow | undefined,
  probe: boolean,
): Promise<DoctorFinding[]> {
  try {
    return await withTemporal(async (session) => {
      const server = await checkServer(session);
      const namespace = await checkNamespace(session);
      if (namespace.status === 'problem')
        return [server, namespace, skipped('queues, priority, clock', 'they need the namespace')];
      const queues = named && (await queuesOfShow(named));
      return [server, namespace, ...(await examineNamespace(session, spool, queues, probe))];
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

/** Undefined if the show cannot be used: another finding says why. */
const queuesOfShow = ({ loading }: NamedShow): Promise<Queue[] | undefined> =>
  loading.then(
    ({ show }) => queuesOf(show),
    () => undefined,
  );

async function examineNamespace(
  session: TemporalSession,
  spool: string,
  queues: readonly Queue[] | undefined,
  probe: boolean,
): Promise<DoctorFinding[]> {
  const probes = probe
    ? [checkPriority(session), checkFairness(session), checkClock(session)]
    : [skipped('priority, fairness, clock', 'not tried out, as --no-probe says')];
  const found = await Promise.all([
    checkSearchAttributes(session),
    checkQueues(session, spool, queues),
    ...probes,
  ]);
  return found.flat();
}
