/**
 * Reads what a denoise activity has told last. Another program's heartbeat, or an older worker's, is no error.
 */
import { z } from 'zod';

const PHASES = ['queued', 'spool-full', 'loading', 'denoising', 'decoding', 'saving'] as const;

const heartbeatSchema = z.object({
  phase: z.enum(PHASES),
  step: z.number(),
  of: z.number(),
  at: z.string(),
  spoolId: z.string(),
  spool: z.object({ bytes: z.number(), budgetBytes: z.number(), renditions: z.number() }).optional(),
});

export type DenoiseReport = z.output<typeof heartbeatSchema>;

/** From the payload of a heartbeat, which the default data converter writes as JSON; undefined if it is none of ours. */
export function heartbeatOf(data: Uint8Array | null | undefined): DenoiseReport | undefined {
  if (data === null || data === undefined) return undefined;
  try {
    return heartbeatSchema.safeParse(JSON.parse(new TextDecoder().decode(data))).data;
  } catch {
    return undefined;
  }
}
