/**
 * The faults: of every process of the stack, the connection to the store, the disk, and the files on it.
 */
import { showWorkflowId } from '../../domain/workflow-ids.js';
import type { Stage } from '../e2e/stage.js';
import type { Fault, FaultProxy } from '../support/fault-proxy.js';
import { childrenOf } from '../support/process-table.js';
import type { Random } from '../support/seeded-random.mjs';
import type { SpoolDamage } from './spool-damage.js';

export interface ChaosScene {
  readonly stage: Stage;
  readonly proxy: FaultProxy;
  readonly damage: SpoolDamage;
  /** Sets the faults of every worker's disk from now on (see `preload.mjs`); none without an argument. */
  spoilDisk(disk?: { readonly fsyncMs?: number; readonly full?: boolean }): Promise<void>;
  /** Processes that are stopped (SIGSTOP) and have to be continued. */
  readonly frozen: Set<number>;
  /** The project whose show is being generated. */
  project: string;
  /** Projects whose show was terminated: unfinished images of it begin anew. */
  readonly terminated: Set<string>;
}

export interface ChaosFault {
  readonly name: string;
  strike(scene: ChaosScene, random: Random): Promise<void>;
}

const killRole = (role: string, signal: NodeJS.Signals = 'SIGKILL'): ChaosFault => ({
  name: `${signal} to ${role}`,
  strike: async ({ stage }) => send(await stage.pidOf(role), signal),
});

/** Stops a role's process until mended: when it goes on, another process has taken over its work. */
const freezeRole = (role: string): ChaosFault => ({
  name: `${role} frozen`,
  strike: async ({ stage, frozen }) => {
    const pid = await stage.pidOf(role);
    frozen.add(pid);
    send(pid, 'SIGSTOP');
  },
});

const signalEngine = (signal: NodeJS.Signals): ChaosFault => ({
  name: `${signal} to the engine`,
  strike: async ({ stage }) => {
    for (const engine of childrenOf(await stage.pidOf('gpu'))) send(engine, signal);
  },
});

/** A share of all requests to the store fails. */
const storeFault = (name: string, share: number, fault: Fault): ChaosFault => ({
  name,
  strike: async ({ proxy }, random) => proxy.order(() => (random() < share ? fault : undefined)),
});

/** Terminates the show, as the Web UI can; the test that waits for it starts it again. */
const TERMINATED: ChaosFault = {
  name: 'the show is terminated',
  strike: async ({ stage, project, terminated }) => {
    terminated.add(project);
    const show = stage.client.workflow.getHandle(showWorkflowId({ project, version: 'v1' }));
    // It may have ended, and the server may be down.
    await show.terminate('chaos').catch(() => undefined);
  },
};

export const CHAOS_FAULTS: readonly [ChaosFault, ...ChaosFault[]] = [
  killRole('gpu'),
  killRole('gpu', 'SIGTERM'),
  killRole('uploader'),
  killRole('orchestrator'),
  killRole('temporal'),
  TERMINATED,
  freezeRole('gpu'),
  freezeRole('uploader'),
  signalEngine('SIGKILL'),
  signalEngine('SIGSTOP'),
  { name: 'store refuses connections', strike: ({ proxy }) => proxy.refuse() },
  storeFault('store throttles half of all requests', 0.5, { status: 503, code: 'SlowDown' }),
  storeFault('store loses a third of its answers', 0.3, 'lost-reply'),
  storeFault('store cuts a third of its answers short', 0.3, 'short-reply'),
  storeFault('store leaves a third of all requests without an answer', 0.3, 'hang'),
  storeFault('connections to the store are cut mid-body', 0.5, 'reset'),
  { name: 'slow line to the store', strike: async ({ proxy }) => proxy.throttle(200_000) },
  { name: 'slow disk', strike: ({ spoilDisk }) => spoilDisk({ fsyncMs: 300 }) },
  { name: 'full disk', strike: ({ spoilDisk }) => spoilDisk({ full: true }) },
  { name: 'a checkpoint is damaged', strike: ({ damage }, random) => damage.flip(/\.latents$/, random) },
  { name: 'a preview is damaged', strike: ({ damage }, random) => damage.flip(/step-\d+\.png$/, random) },
  { name: 'a final image is damaged', strike: ({ damage }, random) => damage.flip(/final\.png$/, random) },
  { name: 'a journal is torn', strike: ({ damage }, random) => damage.tearJournal(random) },
];

/** Ends all faults that last; killed processes are restarted by their supervisor. */
export async function mend({ proxy, frozen, spoilDisk }: ChaosScene): Promise<void> {
  for (const pid of frozen) send(pid, 'SIGCONT');
  frozen.clear();
  proxy.order();
  proxy.throttle(undefined);
  await Promise.all([proxy.accept(), spoilDisk()]);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The fault before has killed it already.
  }
}
