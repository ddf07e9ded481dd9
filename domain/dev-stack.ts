/**
 * What the development stack says of itself: to the process that started it, when it is ready, and in a file in its folder
 * while it runs. Client and stack are separate processes that share only this.
 */
import { z } from 'zod';

/** Name of the file in the stack's folder. It exists while a stack runs, or was killed. */
export const DEV_STACK_FILE = 'stack.json';

export const devStackSchema = z.object({
  /** Process id of the stack itself. */
  pid: z.int(),
  /** Host and port of the Temporal server. */
  address: z.string(),
  namespace: z.string(),
  uiUrl: z.string(),
  store: z.string(),
  spool: z.string(),
  /** Process ids by name: `temporal` and the worker roles. */
  processes: z.record(z.string(), z.int()),
});

export type DevStack = z.output<typeof devStackSchema>;

/** Sent once over IPC, when every process is ready. */
export const devStackReadySchema = z.object({ type: z.literal('ready'), stack: devStackSchema });
