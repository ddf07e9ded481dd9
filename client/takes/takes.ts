/**
 * `pregen take …`: the renditions that are kept of one variant, which of them is shown, and which nobody wants any more.
 */
import { rewriteCue } from '../../bookkeeping/manifest.js';
import { discardTake, listTakes, type Take } from '../../bookkeeping/takes.js';
import type { VariantAddress } from '../../domain/object-keys.js';
import { BeingGenerated, chooseTakeByWorkflow } from '../../live/choose-take.js';
import { checkVariant, findCue } from '../load/find-cue.js';
import { inStoreOf } from '../load/in-store-of.js';
import { type LoadedShow, loadShow } from '../load/load-show.js';
import { withTemporal } from '../temporal/connect.js';
import { ORCHESTRATION } from '../temporal/pollers.js';
import { CommandError } from '../terminal/describe-error.js';
import type { Output } from '../terminal/output.js';
import { duration } from '../terminal/quantities.js';
import { formatTable } from '../terminal/table.js';
import { tellMissingWorkers } from '../watch/missing-workers.js';

export interface VariantOfFile {
  readonly file: string;
  readonly cue: string;
  readonly variant: number;
}

export async function takeList(named: VariantOfFile, output: Output): Promise<undefined> {
  const { loaded, address } = await load(named, 'take list');
  const takes = await inStoreOf(loaded, (store) => listTakes(store, address));
  output.result(takes, takes.length === 0 ? `${named.cue} #${named.variant} has no take yet.` : table(takes));
  return undefined;
}

/** Waits until the take is in place. */
export async function takeChoose(named: VariantOfFile, seed: number, output: Output): Promise<undefined> {
  const { loaded, address } = await load(named, 'take choose');
  await withTemporal(async ({ client }) => {
    const over = new AbortController();
    void tellMissingWorkers(client, output, over.signal, [ORCHESTRATION]);
    try {
      await chooseTakeByWorkflow(client, address, seed);
    } catch (error) {
      throw error instanceof BeingGenerated ? new CommandError(error.message) : error;
    } finally {
      over.abort();
    }
  });
  await inStoreOf(loaded, (store) => rewriteCue(store, loaded.show, loaded.tasks, address.cueId));
  output.result({ ...address, seed }, `${named.cue} #${named.variant} shows the take with seed ${seed} now.`);
  return undefined;
}

export async function takeDiscard(named: VariantOfFile, seed: number, output: Output): Promise<undefined> {
  const { loaded, address } = await load(named, 'take discard');
  await inStoreOf(loaded, (store) => discardTake(store, address, seed));
  output.result(
    { ...address, seed },
    `The take of ${named.cue} #${named.variant} with seed ${seed} is gone.`,
  );
  return undefined;
}

async function load(
  { file, cue, variant }: VariantOfFile,
  command: string,
): Promise<{ loaded: LoadedShow; address: VariantAddress }> {
  const loaded = await loadShow(file);
  const task = findCue(loaded, cue, command);
  checkVariant(task, variant, command);
  const { project, version, cueId } = task;
  return { loaded, address: { project, version, cueId, variantId: variant } };
}

const table = (takes: readonly Take[]): string =>
  formatTable(takes, [
    { title: 'seed', value: ({ seed }) => seed },
    { title: 'chosen', value: ({ chosen }) => (chosen ? 'yes' : '') },
    { title: 'previews', value: ({ previews }) => previews },
    { title: 'made in', value: ({ durationMs }) => duration(durationMs / 1000) },
  ]);
