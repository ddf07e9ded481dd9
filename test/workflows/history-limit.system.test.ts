/** With the server's default settings, no history of a show, a page or a variant exceeds the recommended size. */
import { expect, test } from 'vitest';
import { WORKFLOW_TYPES } from '../../domain/messages.js';
import { useRig } from './rig.js';
import { startSampleShow } from './start-show.js';

const MOST_EVENTS = 4_096;
const rig = useRig();

test('a show with very many variants and a wide window keeps each of its histories bounded', () =>
  rig().withMachine({}, async () => {
    const show = await startSampleShow(rig(), 'show-wide', { cues: 1, variants: 260, window: 200 });
    expect(await show.result()).toMatchObject({ planned: 260, stored: 260, failed: 0 });
    const lengths: Record<string, number[]> = {};
    for await (const { type, historyLength = 0 } of rig().client.workflow.list())
      lengths[type] = [...(lengths[type] ?? []), historyLength];
    expect(lengths[WORKFLOW_TYPES.page]).toHaveLength(2);
    expect(lengths[WORKFLOW_TYPES.show]).toHaveLength(1);
    expect(Math.max(...Object.values(lengths).flat())).toBeLessThanOrEqual(MOST_EVENTS);
  }));
