/** With the server's own settings: what a history may have at most holds for the events of what ends in it, too. */
import { expect, test } from 'vitest';
import { eventsByExecution } from './executions.js';
import { useRig } from './rig.js';
import { startSampleCue } from './start-cue.js';

const MOST_EVENTS = 4_096;
const rig = useRig();

test('a cue of very many variants, a wide window of them at once, keeps each of its histories bounded', () =>
  rig().withMachine({}, async () => {
    const { handle } = await startSampleCue(rig(), 'cue-wide', { variants: 900, window: 200 });
    expect(await handle.result()).toMatchObject({ total: 900, stored: 900, failed: 0 });
    const executions = await eventsByExecution(rig().client, handle.workflowId);
    const lengths = executions.map(({ length }) => length);
    expect(lengths.length).toBeGreaterThan(1);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(MOST_EVENTS);
  }));
