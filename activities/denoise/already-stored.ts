/**
 * One variant, looked for in the store when its turn on the GPU has come. A store that does not answer in time holds no
 * GPU up: the image is generated, at worst for the second time, with the same bytes.
 */
import { log } from '@temporalio/activity';
import { isStored, type StoredVariant } from '../../domain/inventory.js';
import { parseObjectName, variantPrefix } from '../../domain/object-keys.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { Attempt } from './denoise-attempt.js';

/** Many times what a listing takes, and less than most images: the next one's look passes while this one is denoised. */
const LOOK_TIMEOUT_MS = 2_000;

/** Whether the variant is whole in the store. Throws only what the attempt is ended with. */
export async function isStoredByNow(
  store: Pick<ObjectStore, 'list'>,
  { request, subject, signal: end }: Pick<Attempt, 'request' | 'subject' | 'signal'>,
): Promise<boolean> {
  const signal = AbortSignal.any([end, AbortSignal.timeout(LOOK_TIMEOUT_MS)]);
  try {
    const stored = await storedAt(variantPrefix(request), store, signal);
    return isStored(stored, request.settings.previews);
  } catch (error) {
    end.throwIfAborted();
    log.info(`${subject}: generated without a look into the store, which does not answer: ${error}`);
    return false;
  }
}

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
