/** Identity of a merged model: digests of the current contents of the base directory and the LoRAs. */
import { ModelError } from '../../diffusion/errors.js';
import { type DigestedLora, digestLoras, mergedDigest } from '../../diffusion/lora/merged-digest.js';
import type { Lora } from '../../diffusion/lora/plan-merge.js';
import { directoryDigest } from '../../diffusion/model-directory/digest.js';
import { readModelIndex } from '../../diffusion/model-directory/model-index.js';
import { errnoOf } from '../../domain/system-error.js';
import { UnfitFileError } from '../../files/read-regular-file.js';

export interface MergedIdentity {
  /** Directory of the base model. */
  readonly base: string;
  /** In the order in which they are merged. */
  readonly loras: readonly DigestedLora[];
  /** SHA-256, hex; see `mergedDigest`. */
  readonly digest: string;
}

/**
 * Files are read only if they have changed since this process last read them.
 * @throws ModelError if the base is no model, or a LoRA file cannot be read
 */
export async function readIdentity(base: string, loras: readonly Lora[]): Promise<MergedIdentity> {
  await readModelIndex(base);
  const digested = await digestLoras(loras).catch((cause: unknown) => {
    const isMissing = ['ENOENT', 'ENOTDIR', 'EACCES'].includes(errnoOf(cause) ?? '');
    if (!isMissing && !(cause instanceof UnfitFileError)) throw cause;
    throw new ModelError(base, [cause instanceof Error ? cause.message : String(cause)], { cause });
  });
  return { base, loras: digested, digest: mergedDigest(await directoryDigest(base), digested) };
}
