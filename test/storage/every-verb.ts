/** Checks the error of every verb of a store whose credentials are refused, and that none contains the secret. */
import { expect } from 'vitest';
import { type ObjectStore, StoreError } from '../../storage/object-store.js';

/** Secret of the refused credentials; no error may contain it. */
export const SECRET = 'a-secret-nobody-should-read';

/** Expects each verb to fail with these facts and this remedy. */
export async function expectEveryVerb(store: ObjectStore, facts: object, remedy: string): Promise<void> {
  const list = async () => {
    for await (const _ of store.list('')) throw new Error('listed something');
  };
  const calls = [
    store.put('a.png', Buffer.from('x'), { contentType: 'image/png' }),
    store.get('a.png'),
    store.getVersioned('a.png'),
    store.put('a.png', Buffer.from('x'), { contentType: 'image/png', onlyIf: { tag: '"1"' } }),
    store.copy('a.png', 'b.png'),
    store.head('a.png'),
    store.delete('a.png'),
    list(),
  ];
  for (const error of await Promise.all(
    calls.map((call) =>
      call.then(
        () => 'a success',
        (thrown: unknown) => thrown,
      ),
    ),
  )) {
    expect(error).toMatchObject(facts);
    expect(String(error)).toContain(remedy);
    expect(everythingIn(error)).not.toContain(SECRET);
  }
}

/** Everything that a logger could print of an error. */
function everythingIn(error: unknown): string {
  if (!(error instanceof StoreError)) return String(error);
  return JSON.stringify({ ...error, message: error.message, stack: error.stack, cause: String(error.cause) });
}
