/**
 * The status of a show: from its workflow while it runs, otherwise from the failures that the store remembers.
 */
import { type RememberedFailures, readRememberedFailures } from '../bookkeeping/remembered-failures.js';
import type { ShowAddress } from '../domain/object-keys.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { ShowDesk } from './show-desk.js';
import type { ShowIndex } from './show-index.js';

/** What a Temporal server knows of a show's latest run; failures only while it runs. */
export type RunReport = Omit<ShowDesk, keyof RememberedFailures> & Partial<RememberedFailures>;
export type ReadRun = (show: ShowAddress) => Promise<RunReport>;

const NO_SERVER: RunReport = { state: 'unknown', uploading: 0, spools: [], images: [] };

export async function readDesk(
  store: ObjectStore,
  index: ShowIndex,
  readRun: ReadRun | undefined,
): Promise<ShowDesk> {
  const { project, version, cues } = index;
  const show = { project, version };
  const run = (await readRun?.(show)) ?? NO_SERVER;
  const { failed, failures } = run;
  if (failed !== undefined && failures !== undefined) return { ...run, failed, failures };
  const variants = new Map(cues.map(({ cueId, variants }) => [cueId, variants.at(-1)?.[0] ?? 0]));
  return { ...run, ...(await readRememberedFailures(store, show, variants)) };
}
