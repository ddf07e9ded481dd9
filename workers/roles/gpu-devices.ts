/**
 * The engine processes of this machine, one for each of its devices.
 */
import { Runtime } from '@temporalio/worker';
import { DeviceHealth } from '../../activities/denoise/device-health.js';
import { Devices } from '../../activities/denoise/devices.js';
import type { Configuration } from '../../domain/configuration.js';
import type { DeviceSettings } from '../../domain/devices.js';
import { devicePart, type Health } from '../../domain/health.js';
import { EngineHost, type EngineHostOptions } from '../../engine/host/host.js';

export interface GpuDevices {
  readonly devices: Devices;
  /** Ends the processes and waits until they are gone. */
  close(): Promise<void>;
}

/** @param device what stands in for the engine process, in measurements without a device */
export function gpuDevices(
  configuration: Pick<Configuration, 'devices' | 'stepTimeoutMs' | 'machinePauseMs'>,
  device: Pick<EngineHostOptions, 'module'>,
  health: Health,
): GpuDevices {
  const { devices, stepTimeoutMs, machinePauseMs } = configuration;
  const report = (incident: string) => Runtime.instance().logger.warn(incident);
  const started = devices.map(({ name, environment }) => ({
    name,
    engine: new EngineHost({
      ...device,
      stepTimeoutMs,
      environment,
      report: (incident) => report(name === undefined ? incident : `${name}: ${incident}`),
    }),
    health: new DeviceHealth({
      who: describe({ name }),
      pauseMs: machinePauseMs,
      report: (change, takesImages) => {
        report(change);
        if (takesImages) health.report(devicePart({ name }), 'ready');
        else health.report(devicePart({ name }), 'failing', change);
      },
    }),
  }));
  for (const { name } of started) health.report(devicePart({ name }), 'ready');
  return {
    devices: new Devices(started),
    close: async () => {
      await Promise.all(started.map(({ engine }) => engine.close()));
    },
  };
}

const describe = ({ name }: Pick<DeviceSettings, 'name'>): string =>
  name === undefined ? 'This machine' : `Device ${name} of this machine`;
