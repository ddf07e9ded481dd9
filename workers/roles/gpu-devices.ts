/**
 * The engine processes of this machine, one for each of its devices.
 */
import { DeviceHealth } from '../../activities/denoise/device-health.js';
import { type Device, Devices } from '../../activities/denoise/devices.js';
import type { Configuration } from '../../domain/configuration.js';
import type { DeviceSettings } from '../../domain/devices.js';
import { given } from '../../domain/given.js';
import { devicePart, type Health } from '../../domain/health.js';
import { EngineHost, type EngineHostOptions } from '../../engine/host/host.js';
import { readEngineLine } from '../log/engine-line.js';
import { say } from '../log/logging.js';
import { MeasuredEngine } from '../metrics/measured-engine.js';
import { metrics } from '../metrics/metrics.js';

export interface GpuDevice extends Device {
  /** Its engine process, which can be asked to load a model and no more. */
  readonly host: EngineHost;
}

export interface GpuDevices {
  readonly devices: Devices;
  readonly all: readonly GpuDevice[];
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
  const all = devices.map((settings) => {
    const host = startEngine(settings, { ...device, stepTimeoutMs });
    health.report(devicePart(settings), 'ready');
    return {
      name: settings.name,
      host,
      engine: new MeasuredEngine(host, tagOf(settings)),
      health: healthOf(settings, machinePauseMs, health),
    };
  });
  const close = async () => {
    await Promise.all(all.map(({ host }) => host.close()));
  };
  return { devices: new Devices(all), all, close };
}

type Named = Pick<DeviceSettings, 'name'>;

function startEngine(
  { name, environment }: DeviceSettings,
  options: Pick<EngineHostOptions, 'module' | 'stepTimeoutMs'>,
): EngineHost {
  return new EngineHost({
    ...options,
    environment,
    report: (incident) => {
      metrics.count('pregen_engine_restarts', 'Engine processes that were replaced', {
        device: tagOf({ name }),
      });
      say('warn', name === undefined ? incident : `${name}: ${incident}`, about({ name }));
    },
    onPrinted: (line) => {
      const { level, message } = readEngineLine(line);
      if (message !== '') say(level, message, { process: 'engine', ...about({ name }) });
    },
  });
}

function healthOf(device: Named, pauseMs: number, health: Health): DeviceHealth {
  return new DeviceHealth({
    who: describe(device),
    pauseMs,
    report: (change, takesImages) => {
      say('warn', change, about(device));
      if (takesImages) health.report(devicePart(device), 'ready');
      else health.report(devicePart(device), 'failing', change);
    },
  });
}

/** In metrics, where a missing tag is hard to ask for. */
const tagOf = ({ name }: Named): string => name ?? 'only';

/** Facts for the log. */
const about = ({ name }: Named) => given({ device: name });

const describe = ({ name }: Named): string =>
  name === undefined ? 'This machine' : `Device ${name} of this machine`;
