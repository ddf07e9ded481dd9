/**
 * Loads the models of a show on each device before it gets images: a machine that cannot load them takes none, says why, and tries again.
 */
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Devices } from '../../activities/denoise/devices.js';
import { loadingOf, type MachineSettings } from '../../activities/denoise/engine-job.js';
import { devicePart, type Health } from '../../domain/health.js';
import { readShowFile } from '../../domain/show-file.js';
import type { LoadJob } from '../../engine/engine.js';
import { say } from '../log/logging.js';
import { readYamlFile } from '../yaml-file.js';
import type { GpuDevice } from './gpu-devices.js';

/** As for show files elsewhere. */
const MAX_BYTES = 512 * 1024;
const LONGEST_PAUSE_MS = 10 * 60_000;

/** One job for each model of the show. Throws an InvalidInputError if the file is none of a show. */
export async function preloadJobs(path: string, machine: MachineSettings): Promise<LoadJob[]> {
  const { models } = readShowFile(await readYamlFile(path, MAX_BYTES));
  const showDirectory = dirname(resolve(path));
  return Object.entries(models).map(([name, profile]) => ({
    jobId: `preload-${name}`,
    subject: `model ${name}`,
    ...loadingOf({ ...profile, name, showDirectory }, machine),
  }));
}

export interface Preload {
  readonly devices: Devices;
  readonly jobs: readonly LoadJob[];
  readonly health: Health;
  /** Length of the pause after the first failure, milliseconds; each further one doubles it. */
  readonly pauseMs: number;
  readonly signal: AbortSignal;
}

/** Holds the device until it has loaded all of the models once. Never rejects: when the signal aborts, it ends. */
export async function preload(device: GpuDevice, { devices, jobs, ...context }: Preload): Promise<void> {
  const { health, signal } = context;
  const part = devicePart(device);
  devices.hold(device);
  health.report(part, 'starting', 'It loads the models of the show.');
  for (let { pauseMs } = context; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const problem = await devices.whileLoading(() => firstProblem(device, jobs, signal));
    if (signal.aborted) return;
    if (problem === undefined) break;
    const sentence = `Takes no images yet, because it cannot load ${problem} It tries again in ${pauseMs / 1000} s.`;
    health.report(part, 'failing', sentence);
    say('warn', device.name === undefined ? sentence : `${device.name}: ${sentence}`);
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
  devices.letIn(device);
  health.report(part, 'ready');
}

/** `model sdxl: no such file: unet/model.onnx.` Undefined if all can be loaded. */
async function firstProblem(
  { host }: GpuDevice,
  jobs: readonly LoadJob[],
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const job of jobs) {
    try {
      await host.load(job, signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return `${job.subject}: ${message.replace(/\.?$/, '.')}`;
    }
  }
  return undefined;
}
