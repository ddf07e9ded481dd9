/** A GPU machine beside which there is no other. */
import type { Fleet } from '../../activities/denoise/fleet.js';
import { MachineHealth } from '../../activities/denoise/machine-health.js';

export const loneMachine = (): Fleet => ({
  host: 'studio',
  health: new MachineHealth({ pauseMs: 1, report: () => {} }),
  otherSpools: async () => [],
});
