import { describe, expect, it } from 'vitest';
import { nextRoundInput } from '../../workflows/next-round.js';
import { ShowLedger } from '../../workflows/show-ledger.js';

const plan = { planId: 'repair-1', pages: 1, cues: 1, variants: 5, stored: 3 };
const input = { project: 'test', version: 'v1', bundleKey: 'bundle', window: 4, plan };

describe('the round after a repair', () => {
  it('leaves the plan of the repair behind and does again what failed of it, stored or not', () => {
    const ledger = new ShowLedger(input);
    ledger.begin(plan, '2026-01-10T12:00:00.000Z');
    const { plan: _done, ...show } = input;
    expect(nextRoundInput(input, ledger)).toEqual({
      ...show,
      selection: { mode: 'failed', failedSince: '2026-01-10T12:00:00.000Z' },
    });
  });
});
