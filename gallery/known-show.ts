/**
 * A show as it was last started, read from its bundle in the store.
 */
import type { ShowAddress } from '../domain/object-keys.js';
import type { ShowBundle } from '../domain/show-bundle.js';
import type { ShowFile } from '../domain/show-file.js';
import type { CueTask } from '../domain/show-plan.js';
import type { ObjectStore } from '../storage/object-store.js';
import { HttpError } from './http.js';
import { type ShowTasks, tasksOfBundle } from './review/show-tasks.js';
import { scanStore } from './store-scan.js';

export interface KnownShow extends ShowTasks {
  readonly show: ShowFile;
  readonly bundleKey: string;
}

/** Throws HttpError 404 if the show was never started. */
export async function readKnownShow(
  store: ObjectStore,
  { project, version }: ShowAddress,
): Promise<KnownShow> {
  const prefix = `${project}/${version}/pregen/bundles/`;
  const bundleKey = [...(await scanStore(store, prefix)).values()][0]?.bundle?.key;
  if (bundleKey === undefined) throw neverStarted({ project, version });
  const bundle = JSON.parse((await store.get(bundleKey)).toString('utf8')) as ShowBundle;
  return { show: bundle.show, bundleKey, ...tasksOfBundle(bundle) };
}

export const neverStarted = ({ project, version }: ShowAddress): HttpError =>
  new HttpError(404, `the store has no show bundle of ${project}/${version}: start the show once`);

/** Throws HttpError 404 if the show does not have the variant. */
export function taskWith(
  { byCue }: Pick<ShowTasks, 'byCue'>,
  { cueId, variantId }: { readonly cueId: string; readonly variantId: number },
): CueTask {
  const task = byCue.get(cueId);
  if (task === undefined) throw new HttpError(404, `the show has no cue "${cueId}"`);
  if (variantId > task.variants)
    throw new HttpError(404, `cue ${cueId} has variants 1 to ${task.variants}, not ${variantId}`);
  return task;
}
