/**
 * Whether the store does what it is for: an object is written, found, listed, read, overwritten on condition and removed again.
 */
import { randomUUID } from 'node:crypto';
import { JSON_CONTENT_TYPE } from '../../domain/object-keys.js';
import { type ObjectStore, StoreError } from '../../storage/object-store.js';
import { openStore, StoreUrlError } from '../../storage/open-store.js';
import { type DoctorFinding, ok, problem, warning } from './finding.js';
import { withoutTrace } from './made-folders.js';
import { tryConditions } from './try-conditions.js';

/** No project can have this name's objects: they would be three levels deeper. */
const PREFIX = 'pregen-doctor/';

export async function checkStore(url: string): Promise<DoctorFinding> {
  try {
    const store = openStore(url, process.env);
    try {
      return await withoutTrace(folderOf(store), () => tryOut(store));
    } finally {
      store.close();
    }
  } catch (error) {
    if (error instanceof StoreUrlError) return problem('store', error.message, 'Correct PREGEN_STORE.');
    if (error instanceof StoreError) return problem('store', withoutRemedy(error), error.remedy);
    throw error;
  }
}

/** Undefined for a store that is no folder. */
const folderOf = ({ description }: ObjectStore): string | undefined => /^file:(.*)$/s.exec(description)?.[1];

/** Its message ends with its remedy, which a finding tells apart. */
const withoutRemedy = ({ message, remedy }: StoreError): string =>
  message.endsWith(remedy) ? message.slice(0, -remedy.length).replace(/\.?\s*$/, '') : message;

/** Tries an open store, and leaves nothing in it. Throws StoreError where it cannot even be written. */
export async function tryOut(store: ObjectStore): Promise<DoctorFinding> {
  const key = `${PREFIX}${randomUUID()}.json`;
  const body = Buffer.from('{"written":"by pregen doctor"}\n');
  await store.put(key, body, { contentType: JSON_CONTENT_TYPE });
  try {
    const head = await store.head(key);
    const listed = await isListed(store, key);
    const same = (await store.get(key)).equals(body);
    if (head?.bytes === body.length && head.contentType === JSON_CONTENT_TYPE && listed && same)
      return await conditions(store, key);
    const wrong = listed ? 'other bytes or another content type comes back' : 'it is not listed';
    return problem(
      'store',
      `${store.description} took an object, but ${wrong}`,
      'Look for a proxy or cache in front of it.',
    );
  } finally {
    await store.delete(key);
  }
}

/** Images are generated and stored without conditions; only decisions of several people need them. */
async function conditions(store: ObjectStore, key: string): Promise<DoctorFinding> {
  try {
    const wrong = await tryConditions(store, key);
    if (wrong === undefined)
      return ok(
        'store',
        `${store.description} can be written, also on condition, listed, read and deleted from`,
      );
    return withoutConditions(`${store.description} ${wrong}`, ANOTHER_SERVER);
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind === 'not-found') throw error;
    return withoutConditions(withoutRemedy(error), error.remedy);
  }
}

const ANOTHER_SERVER =
  'Update the server, or use one that honours If-Match and If-None-Match in PutObject: R2, AWS S3, current MinIO and versitygw do.';

const withoutConditions = (message: string, remedy: string): DoctorFinding =>
  warning(
    'store',
    `images are stored, but two people who decide about the same cue at once could undo each other: ${message}`,
    remedy,
  );

async function isListed(store: ObjectStore, key: string): Promise<boolean> {
  for await (const head of store.list(PREFIX)) if (head.key === key) return true;
  return false;
}
