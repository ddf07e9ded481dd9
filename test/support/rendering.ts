/**
 * A GPU worker's parts without Temporal: the demo model in a real engine process, a real spool, a real folder store,
 * and requests for small pictures.
 */
import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { onTestFinished } from 'vitest';
import { createGpuActivities } from '../../activities/denoise/denoise.js';
import { createUploadActivities } from '../../activities/upload/uploads.js';
import { type DenoiseHeartbeat, readHeartbeat } from '../../domain/denoise-heartbeat.js';
import type { GenerationSettings, RenditionRequest } from '../../domain/rendition.js';
import { EngineHost, type EngineHostOptions } from '../../engine/host/host.js';
import { openStore } from '../../storage/open-store.js';
import { Spool } from '../../storage/spool/spool.js';
import { alwaysDenoise } from './always-denoise.js';
import { loneMachine } from './lone-machine.js';
import { temporaryFolder } from './temp-folder.js';

export const DEMO_MODEL = fileURLToPath(new URL('../../models/demo-sd3', import.meta.url));

export const settings: GenerationSettings = {
  program: 'P4',
  model: {
    name: 'demo',
    path: DEMO_MODEL,
    showDirectory: '/',
    executionProviders: ['cpu'],
    previews: 'latent-rgb',
  },
  prompt: 'a red boat on the sea at night',
  steps: 6,
  guidance: 3,
  width: 128,
  height: 128,
  previews: true,
};

/** A request for a variant, with the given settings changed. */
export function requestFor(variantId: number, changed: Partial<GenerationSettings> = {}): RenditionRequest {
  const address = { project: 'test', version: 'v1', cueId: 'prompt_3_00_01_00', variantId };
  return { ...address, seed: 1000 + variantId, settings: { ...settings, ...changed } };
}

/** An engine process for the running test. */
export function startEngine(options: Partial<EngineHostOptions> = {}): EngineHost {
  const engine = new EngineHost({ stepTimeoutMs: 60_000, report: () => {}, ...options });
  onTestFinished(() => engine.close());
  return engine;
}

/** Spool and store in temporary folders, with the activities that work on them. */
export async function startStudio(engine: EngineHost) {
  return studioIn(await temporaryFolder(), engine);
}

async function studioIn(folder: string, engine: EngineHost) {
  const spool = await Spool.open(join(folder, 'spool'), { budgetBytes: 2 ** 30 });
  const store = openStore(`file:${join(folder, 'store')}`);
  const machine = createGpuActivities({
    spool,
    store,
    models: undefined,
    threads: 1,
    ...loneMachine(engine),
  });
  const gpu = { denoise: alwaysDenoise(machine) };
  return { folder, spool, store, machine, gpu, uploads: createUploadActivities({ spool, store }) };
}

/** A mock activity environment whose heartbeats a test can await, and which it can cancel in every way that the server can. */
export class Surroundings {
  readonly heartbeats: unknown[] = [];
  readonly warnings: string[] = [];
  private readonly beats = new EventEmitter();
  private readonly environment: MockActivityEnvironment;

  constructor(info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {}) {
    this.environment = new MockActivityEnvironment(info, {
      logger: new DefaultLogger('WARN', ({ message }) => this.warnings.push(message)),
    });
    this.environment.on('heartbeat', (details: unknown) => {
      this.heartbeats.push(details);
      this.beats.emit('beat', details);
    });
  }

  run<A extends unknown[], R>(activity: (...args: A) => Promise<R>, ...args: A): Promise<R> {
    return this.environment.run(activity, ...args);
  }

  /** Resolves at the heartbeat that reports this step as durable. */
  reached(step: number): Promise<void> {
    return this.until((details) => details.step >= step);
  }

  /** Resolves at the first heartbeat of this phase. */
  said(phase: DenoiseHeartbeat['phase']): Promise<void> {
    return this.until((details) => details.phase === phase);
  }

  /** Resolves at the heartbeat with a picture of this step, or a later one. */
  showed(step: number): Promise<void> {
    return this.until(({ picture }) => picture !== undefined && picture.step >= step);
  }

  private async until(isSo: (details: DenoiseHeartbeat) => boolean): Promise<void> {
    while (!this.heartbeats.some((details) => isHeartbeat(details) && isSo(details)))
      await once(this.beats, 'beat');
  }

  cancel(why: 'cancelRequested' | 'workerShutdown' | 'timedOut' | 'paused'): void {
    const reasons = {
      cancelRequested: 'CANCELLED',
      workerShutdown: 'WORKER_SHUTDOWN',
      timedOut: 'TIMED_OUT',
      paused: 'PAUSED',
    } as const;
    this.environment.cancel(reasons[why], new ActivityCancellationDetails({ [why]: true }));
  }
}

/** Whether these details are those of a heartbeat of `denoise`. */
export const isHeartbeat = (details: unknown): details is DenoiseHeartbeat =>
  readHeartbeat(details) !== undefined;

/** SHA-256 of the final image and the previews of a spooled rendition. */
export async function fingerprint(spool: Spool, renditionId: string): Promise<string[]> {
  const rendition = await spool.findRendition(renditionId);
  const files = [...(rendition?.steps.map(({ preview }) => preview) ?? []), rendition?.final?.png];
  return Promise.all(
    files.map(async (file) =>
      file === undefined || rendition === undefined ? '' : digest(await rendition.read(file)),
    ),
  );
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Digests of previews and final image that a machine without faults generates for a request. */
export async function calmImage(request: RenditionRequest): Promise<string[]> {
  const engine = new EngineHost({ stepTimeoutMs: 60_000, report: () => {} });
  const folder = await mkdtemp(join(tmpdir(), 'pregen-calm-'));
  try {
    const { gpu, spool } = await studioIn(folder, engine);
    const { renditionId } = await new Surroundings().run(gpu.denoise, request);
    return await fingerprint(spool, renditionId);
  } finally {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}
