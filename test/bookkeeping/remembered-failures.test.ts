/** Which remembered failures are listed. */
import { expect, test } from 'vitest';
import { changeDecisions } from '../../bookkeeping/decisions.js';
import { listRememberedFailures, readRememberedFailures } from '../../bookkeeping/remembered-failures.js';
import { failureKey } from '../../domain/remembered-failure.js';
import { openFolder, SHOW } from './stored-show.js';

test('the failure of a rejected variant is not listed', async () => {
  const store = await openFolder();
  for (const variantId of [1, 2, 9])
    await store.put(
      failureKey({ ...SHOW, cueId: 'a', variantId }),
      Buffer.from(JSON.stringify({ cueId: 'a', variantId, reason: 'NaN', at: '2026-01-10T12:00:00Z' })),
      { contentType: 'application/json' },
    );
  await changeDecisions(store, SHOW, 'a', [{ variantId: 1, verdict: 'rejected' }]);
  const variants = new Map([['a', 3]]);
  expect(await listRememberedFailures(store, SHOW, variants)).toEqual([{ cueId: 'a', variantId: 2 }]);
  const failures = [{ cueId: 'a', variantId: 2, reason: 'NaN' }];
  expect(await readRememberedFailures(store, SHOW, variants)).toEqual({ failed: 1, failures });
});
