/**
 * What the page may ask of running shows: the same as the command line, through the same code. Each is a POST of the gallery's
 * own page; what is said to be done has been confirmed.
 */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { ShowAddress } from '../domain/object-keys.js';
import { MAX_WINDOW } from '../domain/window.js';
import { reasonOf } from '../live/reason-of.js';
import { SteeringError } from '../steering/steering-error.js';
import { refuseForgery } from './guards.js';
import { HttpError, readJson } from './http.js';
import type { Wish } from './wish.js';

const cueId = z.string().min(1).max(1000);
const variantId = z.int().min(1);

const wishSchema: z.ZodType<Wish> = z.discriminatedUnion('wish', [
  z.strictObject({ wish: z.literal('stop'), cueId, variantId, take: z.int().min(0).optional() }),
  z.strictObject({ wish: z.enum(['pause', 'resume']), cueId: cueId.optional() }),
  z.strictObject({ wish: z.literal('set-window'), window: z.int().min(1).max(MAX_WINDOW) }),
  z.strictObject({ wish: z.literal('retry') }),
  z.strictObject({ wish: z.literal('retry-one'), cueId, variantId }),
]);

/** Does it; answers with one sentence for the page. Throws a SteeringError if it cannot be done. */
export type Steer = (show: ShowAddress, wish: Wish) => Promise<string>;

const MAX_WISH_BYTES = 16 * 1024;

/** Reads a wish from a request, and does it. */
export async function steerByRequest(
  request: IncomingMessage,
  show: ShowAddress,
  steer: Steer | undefined,
): Promise<string> {
  if (steer === undefined) throw new HttpError(404, 'no Temporal server is reachable from this gallery');
  refuseForgery(request);
  const parsed = wishSchema.safeParse(await readJson(request, MAX_WISH_BYTES));
  if (!parsed.success) throw new HttpError(400, 'this is nothing that a show can be asked for');
  try {
    return await steer(show, parsed.data);
  } catch (error) {
    if (error instanceof SteeringError) throw new HttpError(409, error.message);
    if (error instanceof Error && error.name === 'WorkflowUpdateFailedError')
      throw new HttpError(409, `The show refused: ${reasonOf(error)}.`);
    throw error;
  }
}
