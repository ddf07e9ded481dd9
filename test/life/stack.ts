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

export const ROLES = ['orchestrator', 'gpu', 'uploader'] as const;
export type LifeRole = (typeof ROLES)[number];

const WORKER = fileURLToPath(new URL('./worker.mjs', import.meta.url));

export class LifeStack {
  readonly #processes = new Map<LifeRole, ChildProcess>();
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
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await this.#start(role);
  }

  async close(): Promise<void> {
    for (const child of this.#processes.values()) child.kill('SIGKILL');
    await this.environment.teardown();
    this.store.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #start(role: LifeRole): Promise<void> {
    const child = fork(WORKER, [role], { env: { ...process.env, ...this.variables }, execArgv: [] });
    this.#processes.set(role, child);
    const ended = once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`the ${role} ended: ${code}`)),
    );
    ended.catch(() => {});
    await Promise.race([once(child, 'message'), ended]);
  }

  /** Writes the file atomically: a device may be reading it. */
  async #writeBroken(): Promise<void> {
    const draft = join(this.folder, `broken-${randomUUID()}`);
    await writeFile(draft, JSON.stringify([...this.#broken]));
    await rename(draft, join(this.folder, 'broken.json'));
  }
}
