/**
 * Who polls what. Orchestration is one queue; every GPU machine serves the shared GPU queue; uploads go to the
 * queue of the spool on whose disk the bytes lie, whichever process or machine serves that spool today.
 */

/** Workflow tasks, and activities that need neither a GPU nor a spool (planning). */
export const ORCHESTRATION_QUEUE = 'pregen';

/** `denoise`, on any machine with a GPU. */
export const GPU_QUEUE = 'pregen-gpu';

/** The queue of models that only some machines can run, by the name that their profiles and those machines give it. */
export const gpuQueueOf = (name: string | undefined): string =>
  name === undefined || name === DEFAULT_QUEUE ? GPU_QUEUE : `${GPU_QUEUE}.${name}`;

/** How people name {@link GPU_QUEUE}. */
export const DEFAULT_QUEUE = 'default';

/** Letters, digits and hyphens: a dot before it tells it from a spool's. */
export const QUEUE_NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;

/** Whether any machine of several may serve the queue. */
export const isSharedGpuQueue = (taskQueue: string): boolean =>
  taskQueue === GPU_QUEUE || taskQueue.startsWith(`${GPU_QUEUE}.`);

/** `denoise` on the machines of one spool: where an image is to go on that has begun there. */
export const gpuSpoolQueue = (spoolId: string): string => `${GPU_QUEUE}-${spoolId}`;

/** Uploads from one spool. `spoolId` is written inside the spool folder, so the queue outlives every process. */
export const spoolQueue = (spoolId: string): string => `spool-${spoolId}`;
