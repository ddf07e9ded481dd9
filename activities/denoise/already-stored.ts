/**
 * One variant, looked for in the store when its turn on the GPU has come: others may have stored it since it was asked for, or
 * have chosen another take of it. A store that does not answer in time holds no GPU up: the image is generated, at worst for the
 * second time, with the same bytes.
 */
import { log } from '@temporalio/activity';
import { readCueDecisions } from '../../bookkeeping/decisions.js';
import { isStored, type StoredVariant } from '../../domain/inventory.js';
import { parseObjectName, variantPrefix } from '../../domain/object-keys.js';
import type { RenditionRequest } from '../../domain/rendition.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { Attempt } from './denoise-attempt.js';

/** Many times what a listing takes, and less than most images: the next one's look passes while this one is denoised. */
const LOOK_TIMEOUT_MS = 2_000;

/** What is asked of the store. */
type LookedInto = Pick<ObjectStore, 'list' | 'getVersioned' | 'description'>;

type Asked = Pick<Attempt, 'request' | 'subject' | 'signal'>;

/** Whether the variant is whole in the store. Throws only what the attempt is ended with. */
export const isStoredByNow = (store: LookedInto, asked: Asked): Promise<boolean> =>
  look(asked, (signal) => isWhole(store, asked.request, signal));

/** Whether another take than the one that is asked for was chosen, and is whole in its place. Throws in the same way. */
export const isDecidedOtherwise = (store: LookedInto, asked: Asked): Promise<boolean> =>
  look(
    asked,
    async (signal) =>
      (await isAnotherChosen(store, asked.request, signal)) && (await isWhole(store, asked.request, signal)),
  );

async function look(
  { subject, signal: end }: Asked,
  work: (signal: AbortSignal) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await work(AbortSignal.any([end, AbortSignal.timeout(LOOK_TIMEOUT_MS)]));
  } catch (error) {
    end.throwIfAborted();
    log.info(`${subject}: generated without a look into the store, which does not answer: ${error}`);
    return false;
  }
}

async function isAnotherChosen(
  store: LookedInto,
  { cueId, variantId, take, seed, ...show }: RenditionRequest,
  signal: AbortSignal,
): Promise<boolean> {
  // A take beside the chosen one is what it is.
  if (take !== undefined) return false;
  const chosen = (await readCueDecisions(store, show, cueId, { signal })).get(variantId)?.seed;
  return chosen !== undefined && chosen !== seed;
}

const isWhole = async (store: LookedInto, request: RenditionRequest, signal: AbortSignal): Promise<boolean> =>
  isStored(await storedAt(variantPrefix(request), store, signal), request.settings.previews);

async function storedAt(
  prefix: string,
  store: Pick<ObjectStore, 'list'>,
  signal: AbortSignal,
): Promise<StoredVariant> {
  let stored = { final: false, timing: false };
  for await (const { key } of store.list(prefix, { signal })) {
    const kind = parseObjectName(key.slice(prefix.length))?.kind;
    if (kind === 'final' || kind === 'timing') stored = { ...stored, [kind]: true };
  }
  return stored;
}
