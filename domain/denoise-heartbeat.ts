/**
 * What a heartbeat of `denoise` says, for people, for liveness, and to find the machine that holds a checkpoint; the journal,
 * not this, is the truth. Another program's heartbeat, or none, is no error.
 *
 * It also carries the newest preview, small: the server keeps the last heartbeat of an activity that runs, and nothing of
 * it in the history, so every client of the server sees the image emerge, wherever the GPU is.
 */
import { z } from 'zod';

/** Pixels of a picture's longer edge: a tile. */
export const LIVE_PICTURE_PIXELS = 96;
/** A longer one, in base64, is none: workers send less than half of it. */
export const LIVE_PICTURE_CHARACTERS = 4096;

const livePicture = z.object({
  /** Whose preview it is: at most the heartbeat's own step, since a picture takes a moment to be made. */
  step: z.int().min(1),
  /** A WebP file, in base64. */
  webp: z.base64().min(1).max(LIVE_PICTURE_CHARACTERS),
});

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
  /** How long the steps that are done took, milliseconds. */
  doneMs: z.number().optional(),
  at: z.string(),
  spoolId: z.string(),
  /** Execution providers of the model, in order of preference: `cuda, cpu`. */
  runsOn: z.string().optional(),
  /** Name of the machine, and of its device where that has been named: `cuda:1`. */
  host: z.string().optional(),
  device: z.string().optional(),
  /** Absent until it has been measured. */
  spool: spoolUsage.optional(),
  /** Absent until there is one. One that cannot be right leaves the rest as it is. */
  picture: livePicture.optional().catch(undefined),
});

/** How full a spool is. */
export type SpoolUsage = Readonly<z.output<typeof spoolUsage>>;

/** The newest preview of an image in the making. */
export type LivePicture = Readonly<z.output<typeof livePicture>>;

export type DenoiseHeartbeat = Readonly<z.output<typeof denoiseHeartbeat>>;

/** `gpu-3`, `gpu-3 cuda:1`; undefined from a worker of an earlier version. */
export const machineOf = ({ host, device }: DenoiseHeartbeat): string | undefined =>
  host === undefined || device === undefined ? host : `${host} ${device}`;

/** Undefined if these details are no heartbeat of `denoise`. */
export const readHeartbeat = (details: unknown): DenoiseHeartbeat | undefined =>
  denoiseHeartbeat.safeParse(details).data;
