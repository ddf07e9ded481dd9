/**
 * The faults of the chaos test, drawn from a seeded generator: the same seed gives the same faults in the same order.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage } from '../e2e/stage.js';
import type { FaultProxy } from '../support/fault-proxy.js';
import { childrenOf } from '../support/process-table.js';

/** Uniform in [0, 1), from a 32-bit seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface ChaosScene {
  readonly stage: Stage;
  readonly proxy: FaultProxy;
  readonly random: () => number;
}

export interface ChaosFault {
  readonly name: string;
  strike(scene: ChaosScene): Promise<void>;
}

const killRole = (role: string): ChaosFault => ({
  name: `kill ${role}`,
  strike: async ({ stage }) => kill(await stage.pidOf(role), 'SIGKILL'),
});

const signalEngine = (signal: NodeJS.Signals): ChaosFault => ({
  name: `${signal} to the engine`,
  strike: async ({ stage }) => {
    for (const engine of childrenOf(await stage.pidOf('gpu'))) kill(engine, signal);
  },
});

export const CHAOS_FAULTS: readonly ChaosFault[] = [
  killRole('gpu'),
  killRole('uploader'),
  killRole('orchestrator'),
  killRole('temporal'),
  signalEngine('SIGKILL'),
  signalEngine('SIGSTOP'),
  { name: 'store refuses connections', strike: ({ proxy }) => proxy.refuse() },
  {
    name: 'store throttles half of all requests',
    strike: async ({ proxy, random }) => {
      proxy.order(() => (random() < 0.5 ? { status: 503, code: 'SlowDown' } : undefined));
    },
  },
  {
    name: 'store loses a third of its answers',
    strike: async ({ proxy, random }) => proxy.order(() => (random() < 0.3 ? 'lost-reply' : undefined)),
  },
  {
    name: 'connections to the store are cut mid-body',
    strike: async ({ proxy, random }) => proxy.order(() => (random() < 0.5 ? 'reset' : undefined)),
  },
  { name: 'slow line', strike: async ({ proxy }) => proxy.throttle(200_000) },
  { name: 'a checkpoint is damaged', strike: (scene) => damageSpool(scene, /\.latents$/) },
  { name: 'a final image is damaged', strike: (scene) => damageSpool(scene, /final\.png$/) },
];

/** Ends what the proxy does; killed processes are their supervisor's affair. */
export async function mend({ proxy }: ChaosScene): Promise<void> {
  proxy.order();
  proxy.throttle(undefined);
  await proxy.accept();
}

/** Flips a bit of one of the renditions' files that match, if there is one. */
async function damageSpool({ stage, random }: ChaosScene, pattern: RegExp): Promise<void> {
  const folder = join(stage.stack.spool, 'renditions');
  try {
    const files = (await readdir(folder, { recursive: true })).filter((file) => pattern.test(file));
    const file = files[Math.floor(random() * files.length)];
    if (file === undefined) return;
    const bytes = await readFile(join(folder, file));
    const place = Math.floor(random() * bytes.length);
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    await writeFile(join(folder, file), bytes, { flag: 'r+' });
  } catch {
    // It was stored and removed meanwhile: nothing left to damage.
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is dead already, from the fault before.
  }
}
