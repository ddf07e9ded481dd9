/**
 * The system that the shows of this test run on: a real server that suggests continue-as-new every 24 events, a folder store,
 * a spool, and real worker processes that are killed and started again.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { Spool } from '../../storage/spool/spool.js';
import { startTemporal } from '../support/temporal.js';
import { continueAsNewAfter } from '../workflows/rig.js';
import type { Ailment } from './device.js';

export const ROLES = ['orchestrator', 'gpu', 'uploader'] as const;
export type LifeRole = (typeof ROLES)[number];

const WORKER = fileURLToPath(new URL('./worker.mjs', import.meta.url));

export class LifeStack {
  readonly #processes = new Map<LifeRole, ChildProcess>();
  readonly #machines: LifeMachine[] = [];
  readonly #broken = new Set<number>();

  private constructor(
    private readonly environment: TestWorkflowEnvironment,
    readonly folder: string,
    readonly store: ObjectStore,
    private readonly variables: NodeJS.ProcessEnv,
  ) {}

  /** @param pageVariants variants in a page of a plan */
  static async open(pageVariants: number): Promise<LifeStack> {
    const folder = await mkdtemp(join(tmpdir(), 'pregen-life-'));
    const environment = await startTemporal(continueAsNewAfter(24));
    const url = `file:${folder}/store`;
    const stack = new LifeStack(environment, folder, openStore(url), {
      TEMPORAL_ADDRESS: environment.address,
      TEMPORAL_NAMESPACE: environment.namespace ?? 'default',
      PREGEN_STORE: url,
      PREGEN_SPOOL: join(folder, 'spool'),
      LIFE_PAGE_VARIANTS: String(pageVariants),
      LIFE_BROKEN: join(folder, 'broken.json'),
    });
    await stack.#writeBroken();
    await Promise.all(ROLES.map((role) => stack.#start(role)));
    return stack;
  }

  /** Where its server is, for commands. */
  get address(): Readonly<Record<string, string>> {
    const { address, namespace = 'default' } = this.environment;
    return { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  }

  get client(): Client {
    return this.environment.client;
  }

  get spool(): Promise<Spool> {
    return Spool.open(join(this.folder, 'spool'), { budgetBytes: 2 ** 30 });
  }

  /** Makes the device compute NaN for these seeds, until {@link mend}. */
  async break(seeds: readonly number[]): Promise<void> {
    for (const seed of seeds) this.#broken.add(seed);
    await this.#writeBroken();
  }

  async mend(seeds: readonly number[]): Promise<void> {
    for (const seed of seeds) this.#broken.delete(seed);
    await this.#writeBroken();
  }

  /** Kills a process and starts another; resolves when that one is ready. */
  async kill(role: LifeRole): Promise<void> {
    const child = this.#processes.get(role);
    if (child !== undefined) await endOf(child);
    await this.#start(role);
  }

  /** Another machine, with a disk, a device and an uploader of its own. @param devices variables that say which it has, if several */
  async addMachine(
    name: string,
    ailment: Ailment = 'none',
    devices: NodeJS.ProcessEnv = {},
  ): Promise<LifeMachine> {
    const ailmentFile = join(this.folder, `${name}-ailment`);
    await writeFile(ailmentFile, ailment);
    const machine = new LifeMachine(ailmentFile, {
      ...this.variables,
      ...{ PREGEN_SPOOL: join(this.folder, name), LIFE_AILMENT: ailmentFile, LIFE_LOG: 'WARN' },
      ...{ PREGEN_MACHINE_PAUSE_SECONDS: '2', ...devices },
    });
    this.#machines.push(machine);
    await machine.start();
    return machine;
  }

  /** Ends all machines but the first. */
  async removeMachines(): Promise<void> {
    await Promise.all(this.#machines.splice(0).map((machine) => machine.stop()));
  }

  /** Ends a process, and starts no other. */
  async stop(role: LifeRole): Promise<void> {
    const child = this.#processes.get(role);
    this.#processes.delete(role);
    if (child !== undefined) await endOf(child);
  }

  async close(): Promise<void> {
    await this.removeMachines();
    for (const child of this.#processes.values()) child.kill('SIGKILL');
    await this.environment.teardown();
    this.store.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #start(role: LifeRole): Promise<void> {
    this.#processes.set(role, await startWorker(role, this.variables));
  }

  /** Writes the file atomically: a device may be reading it. */
  async #writeBroken(): Promise<void> {
    const draft = join(this.folder, `broken-${randomUUID()}`);
    await writeFile(draft, JSON.stringify([...this.#broken]));
    await rename(draft, join(this.folder, 'broken.json'));
  }
}

export class LifeMachine {
  readonly #processes: ChildProcess[] = [];
  #said = '';

  constructor(
    private readonly ailmentFile: string,
    private readonly variables: NodeJS.ProcessEnv,
  ) {}

  /** What its GPU worker has logged. */
  get said(): string {
    return this.#said;
  }

  async start(): Promise<void> {
    const [gpu, uploader] = await Promise.all([
      startWorker('gpu', this.variables, (text) => {
        this.#said += text;
      }),
      startWorker('uploader', this.variables),
    ]);
    this.#processes.push(gpu, uploader);
  }

  /** From the next image on. */
  suffer(ailment: Ailment): Promise<void> {
    return writeFile(this.ailmentFile, ailment);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.splice(0).map(endOf));
  }
}

/** Resolves when it works. @param hear told what it writes to its standard error; by default, everybody is */
export async function startWorker(
  role: LifeRole,
  variables: NodeJS.ProcessEnv,
  hear?: (text: string) => void,
): Promise<ChildProcess> {
  const child = fork(WORKER, [role], {
    env: { ...process.env, ...variables },
    execArgv: [],
    stdio: ['inherit', 'inherit', hear === undefined ? 'inherit' : 'pipe', 'ipc'],
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => hear?.(text));
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the ${role} ended: ${code}`)));
  ended.catch(() => {});
  await Promise.race([once(child, 'message'), ended]);
  return child;
}

export async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
