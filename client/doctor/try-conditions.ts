/**
 * Whether the store writes on condition: the decisions of two people about one cue rest on it. Servers that do not know the
 * headers of a conditional PUT ignore them and answer with success, so that only trying tells.
 */
import { JSON_CONTENT_TYPE } from '../../domain/object-keys.js';
import { type ObjectStore, type PutCondition, StoreError } from '../../storage/object-store.js';
import { patiently } from '../audit/patient-reader.js';

/** Overwrites the object `key`, which exists. The sentence of what is wrong, if anything is. */
export async function tryConditions(store: ObjectStore, key: string): Promise<string | undefined> {
  const { tag = '' } = (await store.getVersioned(key)) ?? {};
  if (!(await writes(store, key, { tag }))) return 'refuses to replace an object that nobody has changed';
  const ignored = (await writes(store, key, { tag })) || (await writes(store, key, 'absent'));
  return ignored ? 'writes although the condition of a write does not hold' : undefined;
}

/** Whether a conditional put succeeds. Patiently, since R2 takes one write of a key a second. */
async function writes(store: ObjectStore, key: string, onlyIf: PutCondition): Promise<boolean> {
  const body = Buffer.from(`${JSON.stringify({ written: 'by pregen doctor', onlyIf })}\n`);
  try {
    await patiently(() => store.put(key, body, { contentType: JSON_CONTENT_TYPE, onlyIf }));
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.kind === 'conflict') return false;
    throw error;
  }
}
