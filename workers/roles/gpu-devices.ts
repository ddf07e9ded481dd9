/**
 * The engine processes of this machine, one for each of its devices.
 */
import { DeviceHealth } from '../../activities/denoise/device-health.js';
import { Devices } from '../../activities/denoise/devices.js';
import type { Configuration } from '../../domain/configuration.js';
import type { DeviceSettings } from '../../domain/devices.js';
import { given } from '../../domain/given.js';
import { devicePart, type Health } from '../../domain/health.js';
import { EngineHost, type EngineHostOptions } from '../../engine/host/host.js';
import { readEngineLine } from '../log/engine-line.js';
import { say } from '../log/logging.js';

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
  const started = devices.map(({ name, environment }) => ({
    name,
    engine: new EngineHost({
      ...device,
      stepTimeoutMs,
      environment,
      report: (incident) =>
        say('warn', name === undefined ? incident : `${name}: ${incident}`, about({ name })),
      onPrinted: (line) => {
        const { level, message } = readEngineLine(line);
        if (message !== '') say(level, message, { process: 'engine', ...about({ name }) });
      },
    }),
    health: new DeviceHealth({
      who: describe({ name }),
      pauseMs: machinePauseMs,
      report: (change, takesImages) => {
        say('warn', change, about({ name }));
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

/** Facts for the log. */
const about = ({ name }: Pick<DeviceSettings, 'name'>) => given({ device: name });

const describe = ({ name }: Pick<DeviceSettings, 'name'>): string =>
  name === undefined ? 'This machine' : `Device ${name} of this machine`;
