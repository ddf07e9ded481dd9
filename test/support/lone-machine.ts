/** A GPU machine with a device for each engine, beside which there is no other machine. */
import { DeviceHealth } from '../../activities/denoise/device-health.js';
import { Devices } from '../../activities/denoise/devices.js';
import type { Fleet } from '../../activities/denoise/fleet.js';
import type { Engine } from '../../engine/engine.js';

export const loneMachine = (
  ...engines: readonly Engine[]
): { readonly fleet: Fleet; readonly devices: Devices } => ({
  fleet: { host: 'studio', otherSpools: async () => [] },
  devices: new Devices(engines.map((engine) => ({ name: undefined, engine, health: newHealth() }))),
});

const newHealth = () => new DeviceHealth({ who: 'This machine', pauseMs: 1, report: () => {} });
