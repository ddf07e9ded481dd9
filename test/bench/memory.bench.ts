/**
 * Resident memory over a long calm run: the development stack as people run it generates a show of many small variants,
 * and what each process has is written down once a second. Growth with the number of variants is a leak.
 *
 * `npm run bench -- memory`; `BENCH_VARIANTS=1000` for another size.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { finalKey } from '../../domain/object-keys.js';
import { showWorkflowId } from '../../domain/workflow-ids.js';
import { openStore } from '../../storage/open-store.js';
import { CUE_IDS, writeSmallShow } from '../e2e/small-show.js';
import { type Stage, setStage } from '../e2e/stage.js';
import { describeMemory, MemoryWatch } from '../support/resident-memory.js';

const VARIANTS = Number(process.env.BENCH_VARIANTS ?? 400);

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

it(`generates ${VARIANTS} variants`, { timeout: 0 }, async () => {
  const show = { project: 'memory', version: 'v1' };
  const file = await writeSmallShow(join(stage.folder, 'memory'), { ...show, promptVariants: VARIANTS });
  const store = openStore(stage.stack.store);
  let done = 0;
  /** Variants are generated in order, give or take a window of them. */
  const count = async () => {
    const stored = (variantId: number) => store.head(finalKey({ ...show, cueId: CUE_IDS.prompt, variantId }));
    while (done < VARIANTS && (await stored(done + 1)) !== undefined) done += 1;
  };
  const memory = new MemoryWatch(stage, () => done);
  expect(await stage.pregen('show', 'start', file)).toMatchObject({ code: 0 });
  const status = async () => {
    await count();
    return (await stage.client.workflow.getHandle(showWorkflowId(show)).describe()).status.name;
  };
  await expect.poll(status, { timeout: 3_600_000, interval: 1_000 }).toBe('COMPLETED');
  memory.stop();
  expect(done).toBe(VARIANTS);
  for (const line of describeMemory(memory.report())) process.stdout.write(`  ${line}\n`);
});
