/**
 * Several machines as real processes on a real Temporal server. Each machine has a spool of its own, a GPU worker and an
 * uploader, which can be started, stopped, frozen and killed one by one; and the machine can be lost with its disk.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { expect } from 'vitest';
import { renditionIdOf } from '../../activities/rendition-id.js';
import { type VariantWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { variantPrefix } from '../../domain/object-keys.js';
import type { RenditionRequest } from '../../domain/rendition.js';
import { DEFAULT_RETRY_LIMITS, type RetryLimits } from '../../domain/retry-limits.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { entryPoint } from '../../package/entry-point.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { Spool } from '../../storage/spool/spool.js';
import type { SpooledRendition } from '../../storage/spool/spooled-rendition.js';
import type { Role } from '../../workers/roles/role.js';
import { startTemporal } from './temporal.js';

type Environment = Readonly<Record<string, string>>;
export type VariantRun = WorkflowHandleWithFirstExecutionRunId<VariantWorkflow>;

/** A worker process and its output. */
export interface WorkerProcess {
  readonly pid: number;
  readonly said: () => string;
  kill(signal?: NodeJS.Signals): void;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export class Studio {
  private readonly machines: Machine[] = [];

  private readonly orchestration: Machine;

  private constructor(
    readonly environment: TestWorkflowEnvironment,
    readonly folder: string,
    readonly store: ObjectStore,
    /** Store and credentials of the machines. */
    private readonly storage: Environment,
  ) {
    this.orchestration = this.place('orchestration');
  }

  /** Starts a server and an orchestrator. By default the machines store in a folder. The caller must close the studio. */
  static async open(storage: Environment = {}): Promise<Studio> {
    const folder = await mkdtemp(join(tmpdir(), 'pregen-studio-'));
    const url = storage.PREGEN_STORE ?? `file:${folder}/store`;
    const store = openStore(url, storage);
    const studio = new Studio(await startTemporal(), folder, store, { ...storage, PREGEN_STORE: url });
    await studio.orchestration.start('orchestrator');
    return studio;
  }

  /** A machine with a disk of its own; two of the same name share their spool. */
  machine(name: string): Machine {
    const machine = this.place(name);
    this.machines.push(machine);
    return machine;
  }

  private place(name: string): Machine {
    return new Machine(join(this.folder, `spool-${name}`), {
      TEMPORAL_ADDRESS: this.environment.address,
      TEMPORAL_NAMESPACE: this.environment.namespace ?? 'default',
      ...this.storage,
      PREGEN_THREADS: '1',
    });
  }

  /** Starts a variant's workflow, as a page does. */
  generate(request: RenditionRequest, patience: Partial<RetryLimits> = {}): Promise<VariantRun> {
    return this.environment.client.workflow.start<VariantWorkflow>(WORKFLOW_TYPES.variant, {
      ...variantStartOptions(request),
      taskQueue: ORCHESTRATION_QUEUE,
      args: [{ request, replaces: false, patience: { ...DEFAULT_RETRY_LIMITS, ...patience } }],
    });
  }

  /** SHA-256 of the stored previews in order, then of the final image: comparable with `fingerprint`. */
  async stored(request: RenditionRequest): Promise<string[]> {
    const prefix = variantPrefix(request);
    const found: [number, string][] = [];
    for await (const { key } of this.store.list(prefix)) {
      const name = key.slice(prefix.length);
      if (!name.endsWith('.png')) continue;
      const digest = createHash('sha256')
        .update(await this.store.get(key))
        .digest('hex');
      found.push([name === 'final.png' ? Number.POSITIVE_INFINITY : Number.parseInt(name, 10), digest]);
    }
    return found.toSorted(([left], [right]) => left - right).map(([, digest]) => digest);
  }

  /** Keys of a variant's stored objects, without its prefix. */
  async keys(request: RenditionRequest): Promise<string[]> {
    const prefix = variantPrefix(request);
    const keys: string[] = [];
    for await (const { key } of this.store.list(prefix)) keys.push(key.slice(prefix.length));
    return keys;
  }

  async read(request: RenditionRequest, name: string): Promise<Buffer> {
    return this.store.get(variantPrefix(request) + name);
  }

  /** Ends all processes of all machines; the orchestrator goes on. */
  async stopRendering(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.die()));
    this.machines.length = 0;
  }

  async close(): Promise<void> {
    await this.stopRendering();
    await this.orchestration.die();
    await this.environment.teardown();
    this.store.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export class Machine {
  private readonly processes = new Set<WorkerProcess>();

  constructor(
    readonly spoolFolder: string,
    private readonly environment: Environment,
  ) {}

  /** What its processes are told. */
  get variables(): Environment {
    return { ...this.environment, PREGEN_SPOOL: this.spoolFolder };
  }

  /** Starts a role; resolves when it polls for tasks. */
  async start(role: Role, more: Environment = {}): Promise<WorkerProcess> {
    const child = fork(entryPoint(import.meta.url, '../../workers/main.js'), [role], {
      env: { ...process.env, ...this.variables, ...more },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    const ended = endOf(child);
    const [message]: unknown[] = await Promise.race([once(child, 'message'), ended.then(() => [])]);
    expect(message, said).toEqual({ type: 'ready', role });
    const worker: WorkerProcess = {
      pid: child.pid ?? Number.NaN,
      said: () => said,
      kill: (signal = 'SIGKILL') => void child.kill(signal),
      ended,
    };
    this.processes.add(worker);
    void ended.then(() => this.processes.delete(worker));
    return worker;
  }

  spool(): Promise<Spool> {
    return Spool.open(this.spoolFolder, { budgetBytes: 2 ** 30 });
  }

  /** Resolves when this many steps are durable on this machine. */
  reached(request: RenditionRequest, steps: number): Promise<void> {
    return this.reachedAny([request], steps);
  }

  /** Resolves when this many steps of one of the images are durable on this machine. */
  reachedAny(requests: readonly RenditionRequest[], steps: number): Promise<void> {
    return this.until(requests, (rendition) => rendition.steps.length >= steps);
  }

  /** Resolves when the final image is durable on this machine. */
  finished(request: RenditionRequest): Promise<void> {
    return this.until([request], ({ final }) => final !== undefined);
  }

  /** A power cut: kills all processes at once. The disk stays. */
  async die(): Promise<void> {
    for (const worker of this.processes) worker.kill();
    await Promise.all([...this.processes].map(({ ended }) => ended));
  }

  /** Loses the machine with everything on its disk. */
  async burn(): Promise<void> {
    await this.die();
    await rm(this.spoolFolder, { recursive: true, force: true });
  }

  private async until(
    requests: readonly RenditionRequest[],
    isSo: (rendition: SpooledRendition) => boolean,
  ): Promise<void> {
    const spool = await this.spool();
    const look = async () => {
      const found = await Promise.all(requests.map((request) => spool.findRendition(renditionIdOf(request))));
      return found.some((rendition) => rendition !== undefined && isSo(rendition));
    };
    // Another process writes, so that only polling finds it.
    await expect.poll(look, { timeout: 60_000, interval: 20 }).toBe(true);
  }
}

async function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  const [code, signal]: [number | null, NodeJS.Signals | null] = await new Promise((resolve) =>
    child.once('close', (code, signal) => resolve([code, signal])),
  );
  return signal ?? code ?? 0;
}
