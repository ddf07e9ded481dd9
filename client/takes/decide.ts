/**
 * `pregen decide FILE CUE VARIANT…`: approves, rejects or leaves open what the audience may see of a cue. A rejected variant is
 * not made again and never in the manifest.
 */
import { changeDecisions } from '../../bookkeeping/decisions.js';
import { rewriteCue } from '../../bookkeeping/manifest.js';
import { listRecords } from '../../bookkeeping/records.js';
import { type DecisionChange, pictureOf, type Verdict } from '../../domain/decisions.js';
import { given } from '../../domain/given.js';
import type { ImageRecord } from '../../domain/image-record.js';
import { type Inventory, isStored, takeInventory } from '../../domain/inventory.js';
import { cuePrefix, cuesPrefix } from '../../domain/object-keys.js';
import { InvalidInputError, refuseIfAny } from '../../domain/problems.js';
import type { CueTask } from '../../domain/show-plan.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { checkVariant, findCue } from '../load/find-cue.js';
import { inStoreOf } from '../load/in-store-of.js';
import { loadShow } from '../load/load-show.js';
import type { Output } from '../terminal/output.js';

export interface DecideOptions {
  readonly approve?: boolean;
  readonly reject?: boolean;
  readonly clear?: boolean;
  readonly note?: string;
}

export interface VariantsOfFile {
  readonly file: string;
  readonly cue: string;
  readonly variants: readonly number[];
}

/** Throws an InvalidInputError unless exactly one of the three, or a note, is given. */
export async function decideVariants(
  { file, cue, variants }: VariantsOfFile,
  options: DecideOptions,
  output: Output,
): Promise<undefined> {
  verdictOf(options);
  const loaded = await loadShow(file);
  const task = findCue(loaded, cue, 'decide');
  for (const variant of variants) checkVariant(task, variant, 'decide');
  const decided = await inStoreOf(loaded, async (store) => {
    const changes = changesOf(task, variants, await readCue(store, task), options);
    const changed = await changeDecisions(store, task, task.cueId, changes);
    await rewriteCue(store, loaded.show, loaded.tasks, task.cueId);
    return changed;
  });
  const result = variants.map((variantId) => ({ cueId: cue, variantId, ...decided.get(variantId) }));
  const words = result.map(
    ({ variantId, verdict, note }) =>
      `${cue} #${variantId}: ${verdict ?? 'undecided'}${note === undefined ? '' : ` (${note})`}`,
  );
  output.result(result, words.join('\n'));
  return undefined;
}

/** Approved is the picture that is stored now; nothing can be approved that is not there. */
function changesOf(
  { cueId, settings }: CueTask,
  variants: readonly number[],
  { inventory, records }: StoredCue,
  options: DecideOptions,
): DecisionChange[] {
  const verdict = verdictOf(options);
  const isThere = (id: number) => isStored(inventory.get(cueId)?.get(id), settings.previews);
  const absent = verdict === 'approved' ? variants.filter((id) => !isThere(id)) : [];
  refuseIfAny(
    'decide',
    absent.map((id) => ({
      where: `cue ${cueId}`,
      message: `variant ${id} is not stored: there is no picture to approve`,
    })),
  );
  const note = options.note === '' ? null : options.note;
  return variants.map((variantId) => {
    const record = verdict == null ? undefined : records.get(variantId);
    return { variantId, ...given({ verdict, note, picture: record && pictureOf(record) }) };
  });
}

interface StoredCue {
  readonly inventory: Inventory;
  readonly records: ReadonlyMap<number, ImageRecord>;
}

async function readCue(store: ObjectStore, task: CueTask): Promise<StoredCue> {
  const records = new Map<number, ImageRecord>();
  for await (const { variantId, record } of listRecords(store, task, task.cueId))
    records.set(variantId, record);
  const inventory = await takeInventory(cuesPrefix(task), store.list(cuePrefix(task), { keysOnly: true }));
  return { inventory, records };
}

/** Undefined: a note alone. */
function verdictOf({ approve, reject, clear, note }: DecideOptions): Verdict | null | undefined {
  const asked = [approve && 'approved', reject && 'rejected', clear && null].filter(
    (verdict): verdict is Verdict | null => verdict !== undefined && verdict !== false,
  );
  if (asked.length > 1 || (asked.length === 0 && note === undefined))
    throw new InvalidInputError('decide', [
      { where: 'options', message: 'expected one of --approve, --reject and --clear, or a --note' },
    ]);
  return asked[0];
}
