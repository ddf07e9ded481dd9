/**
 * What a heartbeat of `denoise` says, for people, for liveness, and to find the machine that holds a checkpoint; the journal,
 * not this, is the truth. Another program's heartbeat, or none, is no error.
 */
import { z } from 'zod';

const spoolUsage = z.object({
  /** Of all its renditions, those in the making included. */
  bytes: z.number(),
  /** Above it, no further image is begun there. */
  budgetBytes: z.number(),
  /** Images held: in the making, or waiting for the store. */
  renditions: z.number(),
});

const denoiseHeartbeat = z.object({
  phase: z.enum(['queued', 'spool-full', 'loading', 'denoising', 'decoding', 'saving']),
  step: z.number(),
  of: z.number(),
  at: z.string(),
  spoolId: z.string(),
  /** Execution providers of the model, in order of preference: `cuda, cpu`. */
  runsOn: z.string().optional(),
  /** Absent until it has been measured. */
  spool: spoolUsage.optional(),
});

/** How full a spool is. */
export type SpoolUsage = Readonly<z.output<typeof spoolUsage>>;

export type DenoiseHeartbeat = Readonly<z.output<typeof denoiseHeartbeat>>;

/** Undefined if these details are no heartbeat of `denoise`. */
export const readHeartbeat = (details: unknown): DenoiseHeartbeat | undefined =>
  denoiseHeartbeat.safeParse(details).data;
