/**
 * A role is what one process does: orchestrate, compute on a GPU, or upload from a spool. Each role file builds
 * the Temporal worker for it from the same context; `workers/main.ts` runs it.
 */
import type { NativeConnection, Worker } from '@temporalio/worker';
import type { Configuration } from '../../domain/configuration.js';
import type { Health } from '../../domain/health.js';
import type { Drainable } from '../drain.js';

export const ROLES = ['orchestrator', 'gpu', 'uploader'] as const;
export type Role = (typeof ROLES)[number];

export interface RoleContext {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly configuration: Configuration;
  /** Told of what the role uses: store, spool, devices, models. */
  readonly health: Health;
}

/** Workers that are ready to run, how they are drained, and what has to be closed after they have stopped. */
export interface RoleWorker extends Drainable {
  /** One for each task queue that the role serves; the first names it. */
  readonly workers: readonly [Worker, ...Worker[]];
  close(): Promise<void>;
}
