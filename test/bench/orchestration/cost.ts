/**
 * Cost of a variant: wall time, and CPU time of this process (workflow and activity workers) and of the server.
 */
import { serverCost } from './server.js';

export interface Cost {
  /** Milliseconds a variant. */
  readonly wall: number;
  readonly cpu: number;
  readonly worker: number;
  readonly server: number;
}

export const COST_LABELS = {
  cpu: 'ms of CPU a variant',
  worker: '  of which workers',
  server: '  of which server',
  wall: 'ms a variant',
} as const satisfies Record<keyof Cost, string>;

/** Measures `work`, which runs `variants` variants. */
export async function costOf(variants: number, work: () => Promise<unknown>): Promise<Cost> {
  const before = { at: performance.now(), worker: process.cpuUsage(), server: serverCost().cpuSeconds };
  await work();
  const wall = (performance.now() - before.at) / variants;
  const { user, system } = process.cpuUsage(before.worker);
  const worker = (user + system) / 1000 / variants;
  const server = ((serverCost().cpuSeconds - before.server) * 1000) / variants;
  return { wall, cpu: worker + server, worker, server };
}
