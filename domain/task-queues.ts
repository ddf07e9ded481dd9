/**
 * Who polls what. Orchestration is one queue; every GPU machine serves the shared GPU queue; uploads go to the
 * queue of the spool on whose disk the bytes lie, whichever process or machine serves that spool today.
 */

/** Workflow tasks, and activities that need neither a GPU nor a spool (planning). */
export const ORCHESTRATION_QUEUE = 'pregen';

/** `denoise`, on any machine with a GPU. */
export const GPU_QUEUE = 'pregen-gpu';

/** `denoise` on the machines of one spool: where an image is to go on that has begun there. */
export const gpuSpoolQueue = (spoolId: string): string => `${GPU_QUEUE}-${spoolId}`;

/** Uploads from one spool. `spoolId` is written inside the spool folder, so the queue outlives every process. */
export const spoolQueue = (spoolId: string): string => `spool-${spoolId}`;
