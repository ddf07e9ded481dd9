/**
 * What can break, and how: every process of the stack, the line to the store, the disk, and what lies on it.
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
  /** What the disk of every worker is like from now on (see `preload.mjs`); healthy without an argument. */
  spoilDisk(disk?: { readonly fsyncMs?: number; readonly full?: boolean }): Promise<void>;
  /** Processes that were stopped and are to go on. */
  readonly frozen: Set<number>;
  /** The project whose show is being generated. */
  project: string;
  /** Projects whose show somebody has terminated: what was half done of it begins anew. */
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

/** Stopped until mended: it wakes up behind whoever has taken over its work. */
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

/** A share of all requests to the store goes wrong. */
const storeFault = (name: string, share: number, fault: Fault): ChaosFault => ({
  name,
  strike: async ({ proxy }, random) => proxy.order(() => (random() < share ? fault : undefined)),
});

/** The red button of the Web UI; whoever waits for the show starts it again. */
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

/** Ends everything that lasts; killed processes are their supervisor's affair. */
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
    // It is dead already, from the fault before.
  }
}
