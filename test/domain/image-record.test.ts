import { expect, test } from 'vitest';
import { parseRecordKey, recordKey, recordsPrefix, takeRecordsPrefix } from '../../domain/image-record.js';
import { finalKey } from '../../domain/object-keys.js';
import { variantOfWorkflow, variantWorkflowId } from '../../domain/workflow-ids.js';

const address = { project: 'demo', version: 'v1', cueId: 'prompt_3_00_01_00', variantId: 7 };
const take = { ...address, take: 4_294_967_295 };
const record = { seed: 4_294_967_295, fingerprint: 'ab'.repeat(48), previews: 20, durationMs: 8_250 };

test.each([
  ['a chosen image', address, recordsPrefix(address)],
  ['a take', take, takeRecordsPrefix(address)],
])('the record of %s is all in its name', (_, at, prefix) => {
  const key = recordKey(at, record);
  expect(parseRecordKey(prefix, key)).toEqual({ cueId: address.cueId, variantId: 7, record });
  expect(key.split('/').at(-1)?.length).toBeLessThan(200);
});

test('a take has keys outside of the images that front-ends show, and a workflow id of its own', () => {
  expect(finalKey(take)).toBe('demo/v1/pregen/takes/prompt_3_00_01_00/7/4294967295/final.png');
  expect(variantWorkflowId(take)).toBe('pregen/demo/v1/prompt_3_00_01_00/7/take-4294967295');
  expect(variantOfWorkflow(variantWorkflowId(take))).toEqual(take);
  expect(() => finalKey({ ...address, take: -1 })).toThrow('take');
});
